"""One stylesheet from many: the layers are put together here, so that the browser asks once."""

import re
from collections.abc import Callable
from pathlib import Path

_IMPORT = re.compile(r'@import "([\w/.*-]+)" layer\((\w+)\);')
_ASSET = re.compile(r'url\("asset:([^"]+)"\)')
_PAIR = re.compile(r"(--[\w-]+): light-dark\((oklch\([^()]+\)), oklch\([^()]+\)\);")


def compose(entry: Path, address: Callable[[str], str]) -> str:
    """Put the stylesheets that an entry imports in their place, each in its layer; `kit/*.css` means all, by name.

    `address` gives the address of an asset, for `url("asset:...")`. Raises FileNotFoundError for an import of nothing.
    """
    css = _IMPORT.sub(lambda found: _layered(entry.parent, found[1], found[2]), entry.read_text())
    return _ASSET.sub(lambda found: f'url("{address(found[1])}")', css)


def _layered(folder: Path, pattern: str, layer: str) -> str:
    paths = sorted(folder.glob(pattern))
    if not paths and "*" not in pattern:
        raise FileNotFoundError(f"There is no stylesheet {pattern}.")
    return "\n".join(f"@layer {layer} {{\n{_for_older_browsers(path.read_text())}}}" for path in paths)


def _for_older_browsers(css: str) -> str:
    """Where colours have no pairs (Safari before 17.5, Firefox before 120), those of the light scheme alone.

    Without them such a browser writes black letters on the dark ground of a dark device.
    """
    light = " ".join(f"{name}: {value};" for name, value in _PAIR.findall(css))
    rule = f":root, :root[data-theme] {{ color-scheme: light; {light} }}"
    return f"{css}@supports not (color: light-dark(#fff, #000)) {{ {rule} }}\n" if light else css
