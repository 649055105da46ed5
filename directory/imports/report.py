"""The report of an import as people read it: a sentence for each note, and all rows as a table to load down."""

from collections.abc import Callable, Mapping
from typing import Any

from directory.organisations.names import FIELD_NAMES
from directory.products.names import CHANGE_NAMES

_FIELDS = CHANGE_NAMES | FIELD_NAMES


def sentence(note: Mapping[str, Any], translate: Callable[[str], str]) -> str:
    """A stored note in the reader's language: the column, what is the matter, and the value it is about. Fields, which
    are stored by their codes, are called as on their pages."""
    params = {name: _word(name, value, translate) for name, value in note["params"].items()}
    text = translate(note["text"])
    told = text % params if params else text
    column = f"{note['column']}: " if note["column"] else ""
    value = f" ({note['value']})" if note["value"] else ""
    return f"{column}{told}{value}"


def _word(name: str, value: Any, translate: Callable[[str], str]) -> Any:
    if name == "fields":
        return ", ".join(translate(_FIELDS.get(code, code)) for code in value.split(", "))
    return translate(value) if isinstance(value, str) else value
