"""One record of JSON as texts by their paths: "address.city", "descriptions.de", "geometry.latitude"."""

from typing import Any

from directory.imports.mapping.aliases import is_name_of_a_column
from directory.imports.reading.limits import NAME_MOST
from people.languages import CODES

# Between the parts of a list in one cell.
BETWEEN = "; "
# Depth of a record; deeper values are left out.
DEPTH_MOST = 8

# In lists such as [{"lang": "de", "text": "..."}] or [{"type": "website", "value": "..."}]: which key says what the
# other one's value is.
_SAYS_WHAT = frozenset({"lang", "language", "locale", "type", "key", "kind"})
_SAID = frozenset({"value", "text", "url", "content"})
_LANGUAGES = frozenset(CODES)


def flat(record: dict[str, Any]) -> dict[str, str]:
    """A record's values by their paths, as texts; those of a list divided by semicolons."""
    found: dict[str, list[str]] = {}
    _collect(record, "", found, DEPTH_MOST)
    return {path: BETWEEN.join(texts) for path, texts in found.items()}


def text_of(value: Any) -> str:
    """A single value as a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return readable(str(value))


def readable(text: str) -> str:
    """A text without what JSON can escape and no other file has: a null is nothing, half a character a broken one."""
    if text.isascii():
        return text.replace("\0", "")
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _collect(value: Any, path: str, found: dict[str, list[str]], depth: int) -> None:
    if isinstance(value, dict):
        for key, inner in (_point(value) or value).items() if depth > 0 else ():
            _collect(inner, _below(path, readable(str(key))), found, depth - 1)
    elif isinstance(value, list):
        for inner in value if depth >= 0 else ():
            name, said = _named(inner)
            deeper = bool(name) or isinstance(said, list)
            _collect(said, _below(path, name) if name else path or "value", found, depth - deeper)
    else:
        texts = found.setdefault(path, [])
        if text := text_of(value):
            texts.append(text)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}"[:NAME_MOST] if path else name[:NAME_MOST]


def _named(inner: Any) -> tuple[str, Any]:
    """Of an entry that names itself: its name and what it says; else no name, and all of it.

    Only languages and names of columns count, so that no file makes as many columns as it has values.
    """
    if not isinstance(inner, dict) or len(inner) != 2:
        return "", inner
    what, said = inner.keys() & _SAYS_WHAT, inner.keys() & _SAID
    if len(what) != 1 or len(said) != 1:
        return "", inner
    name = inner[what.pop()]
    if not isinstance(name, str) or not (name in _LANGUAGES or is_name_of_a_column(name)):
        return "", inner
    return readable(name), inner[said.pop()]


def _point(value: dict[str, Any]) -> dict[str, Any] | None:
    """A place as GeoJSON has it (RFC 7946: the longitude first), by its parts' names."""
    match value:
        case {"type": "Point", "coordinates": [float() | int() as longitude, float() | int() as latitude, *_]}:
            return {"latitude": latitude, "longitude": longitude}
    return None
