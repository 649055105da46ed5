"""A partner's own look: a colour, checked when it is set and made to fit both schemes, and a face. Pure rules.

Contrast is measured as WCAG 2.2 does (relative luminance, success criterion 1.4.3).
"""

import re

from people.text import UnacceptableError
from web.i18n import N_

_HEX = re.compile(r"#?([0-9a-fA-F]{6})")
# The least contrast of text on its ground, WCAG 2.2 level AA.
LEAST_CONTRAST = 4.5
# The grounds of both schemes: paper and coal, as css/base/tokens.css has them.
PAPER, COAL = "#fbf9f5", "#0c121b"
# The face of headlines: this network's own, the plain one of its texts, or one with serifs. What stands on the reader's
# machine is used, so that no page loads a font for it.
FACES = {
    "": N_("As on this network"),
    "plain": N_("Plain, as in texts"),
    "serif": N_("With serifs"),
}
_FONTS = {
    "plain": "var(--face-text)",
    "serif": '"Charter","Bitstream Charter","Iowan Old Style","Palatino Linotype",Georgia,serif',
}
# By how much a colour is mixed with white, step by step, until it can be read on coal.
_STEP = 0.08


def accent(typed: str) -> str:
    """A colour that can be used; empty for none. Raises UnacceptableError for what is none, or too light on paper."""
    if not typed.strip():
        return ""
    found = _HEX.fullmatch(typed.strip())
    if found is None:
        raise UnacceptableError(N_("A colour is written like #1d5f8a."))
    colour = f"#{found[1].lower()}"
    if contrast(colour, PAPER) < LEAST_CONTRAST:
        raise UnacceptableError(N_("This colour is too light: white text on it could not be read. Try a darker one."))
    return colour


def face(typed: str) -> str:
    """One of `FACES`. Raises UnacceptableError."""
    if typed not in FACES:
        raise UnacceptableError(N_("Please choose from the list."))
    return typed


def on_coal(colour: str) -> str:
    """The same colour, as much lighter as it takes to be read on the dark ground."""
    share = 0.0
    while contrast(lighter := _mixed(colour, share), COAL) < LEAST_CONTRAST:
        share += _STEP
    return lighter


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 (none) to 21 (black on white)."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def stylesheet(colour: str, face: str = "") -> str:
    """The style sheet that gives a partner's page its colour, in both schemes, and its headlines their face."""
    return ".partner-look{" + ";".join([*_colours(colour), *([f"--face-head:{_FONTS[face]}"] if face else [])]) + "}"


def _colours(colour: str) -> list[str]:
    if not colour:
        return []
    dark = on_coal(colour)
    both = f"light-dark({colour},{dark})"
    return [f"--work:{both}", f"--work-strong:{both}", f"--on-work:light-dark(#ffffff,{COAL})"]


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def _mixed(colour: str, white: float) -> str:
    share = min(white, 1.0)
    parts = (round(int(colour[at : at + 2], 16) * (1 - share) + 255 * share) for at in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in parts)
