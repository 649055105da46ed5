"""The report of an import as people read it: a sentence for each note, and all rows as a table to load down."""

from collections.abc import Callable, Mapping
from typing import Any


def sentence(note: Mapping[str, Any], translate: Callable[[str], str]) -> str:
    """A stored note in the reader's language: the column, what is the matter, and the value it is about."""
    params = {name: translate(value) if isinstance(value, str) else value for name, value in note["params"].items()}
    text = translate(note["text"])
    told = text % params if params else text
    column = f"{note['column']}: " if note["column"] else ""
    value = f" ({note['value']})" if note["value"] else ""
    return f"{column}{told}{value}"
