"""Line icons (Lucide), written into the page as SVG so that they take the colour of the text around them."""

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from web.vendor import ICONS, NODE_MODULES

_NAME = re.compile(r"[a-z0-9-]+")
_SVG = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_IN_SCRIPT = re.compile(r"""\bicon\(\s*["']([a-z0-9-]+)["']""")


class UnknownIconError(LookupError):
    """No icon has this name."""


def icon(name: str, label: str = "") -> Markup:
    """An icon as inline SVG, hidden from screen readers unless it has a label of its own."""
    voice = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" viewBox="0 0 24 24" {}>{}</svg>').format(voice, Markup(shape(name)))  # noqa: S704


@lru_cache(maxsize=512)
def shape(name: str, node_modules: Path = NODE_MODULES) -> str:
    """What is inside the icon's <svg>. Raises UnknownIconError."""
    path = node_modules / ICONS / f"{name}.svg"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise UnknownIconError(f"There is no icon named {name!r}.")
    found = _SVG.search(path.read_text())
    if found is None:
        raise UnknownIconError(f"The icon {name!r} is not readable.")
    return " ".join(found[1].split())


def named_in(scripts: Iterable[str]) -> set[str]:
    """The icons that scripts ask for by name: `icon("send")`."""
    return {name for script in scripts for name in _IN_SCRIPT.findall(script)}


def module(names: Iterable[str]) -> str:
    """The JavaScript module `fairmatch/icons`: the shapes of the icons that scripts use, by name."""
    shapes = {name: shape(name) for name in sorted(names)}
    return f"export const shapes = {json.dumps(shapes, indent=1)};\n"
