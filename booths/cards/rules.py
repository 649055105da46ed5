"""What a card may say, and what can be thought of it, without database and clock."""

import re
from dataclasses import dataclass

from people.text import UnacceptableError, one_line
from web.i18n import N_

# Characters of what somebody wants, and of what is noted about it: a paragraph that a phone shows whole.
ABOUT_MOST = NOTE_MOST = 600
PHONE_MOST = 40
# Cards of one person at one fair: more stands than anybody walks to.
CARDS_MOST = 100
# What people think of a card: what each is called, as a message id.
ASSESSMENTS = {
    "soon": N_("Follow up soon"),
    "later": N_("Keep in mind"),
    "no": N_("Not for us"),
}
OPEN = "open"  # in filters: nobody has thought anything of it yet
_PHONE = re.compile(r"\+?[0-9 ()/.\-]+", re.ASCII)
# What is dialled within a country, and left out after its code: +49 (0)201.
_WITHIN = re.compile(r"\(0\)")
# The shortest numbers that exchanges know.
_DIGITS_LEAST = 3


class RefusedError(Exception):
    """A rule says no. `code` is stable: gone (the stand is not this organisation's any more), not_in (the fair), own
    (they belong to the organisation), full (see CARDS_MOST), not_there, unknown (no assessment is called so), changed
    (somebody else wrote meanwhile)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Said:
    """What somebody adds to what their profile says."""

    with_email: bool = False
    phone: str = ""
    about: str = ""


def phone_number(typed: str) -> str:
    """The rule for a telephone number as people write it; empty is fine. Raises UnacceptableError."""
    clean = one_line(PHONE_MOST)(typed)
    if clean and (not _PHONE.fullmatch(clean) or sum(each.isdigit() for each in clean) < _DIGITS_LEAST):
        raise UnacceptableError(N_("Please write the number with digits, such as +49 201 123456."))
    return clean


def dialled(phone: str) -> str:
    """A number as a telephone takes it (RFC 3966): digits alone, with the sign of a country's code."""
    plain = _WITHIN.sub("", phone) if phone.startswith("+") else phone
    return ("+" if plain.startswith("+") else "") + "".join(each for each in plain if each.isdigit())
