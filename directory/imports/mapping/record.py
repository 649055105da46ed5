"""What a row says, as clean values; and what of it could not be taken, with the column and the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from people.text import UnacceptableError

# Characters of a value in a report: enough to recognise it.
SHOWN_MOST = 80


@dataclass(frozen=True, slots=True)
class Note:
    """Something about one column of a row. `text` is a message id; `params` are its parameters."""

    column: str
    text: str
    value: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, column: str, refused: UnacceptableError, value: str) -> "Note":
        """The note of a value that a rule refused."""
        return cls(column, refused.text, shown(value), dict(refused.params))

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {"column": self.column, "text": self.text, "value": self.value, "params": dict(self.params)}


@dataclass(slots=True)
class Record:
    """A row as an import takes it. `refused` is why it cannot be taken at all; then the fields mean nothing."""

    number: int
    line: int
    source_id: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    refused: Note | None = None
    # For finding duplicates, see mapping.names.
    core: str = ""
    domain: str = ""
    keys: tuple[str, ...] = ()
    # Of a product: whose it is, as the file says it: number at the source, core of the name, domain.
    owner: tuple[str, str, str] = ("", "", "")

    def refuse(self, note: Note) -> None:
        """Say why the row cannot be taken; the first reason stays."""
        self.refused = self.refused or note


def shown(value: str) -> str:
    """A value as a report shows it."""
    line = " ".join(value.split())
    return line if len(line) <= SHOWN_MOST else line[: SHOWN_MOST - 1] + "…"
