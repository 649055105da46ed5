"""Runs over a batch, without database and clock: what they are, what becomes of rows, and how far one has come."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from directory.imports.mapping.record import Note

TRIAL, IMPORT, UNDO = "trial", "import", "undo"
WHATS = (TRIAL, IMPORT, UNDO)
# What becomes of a row. Each row becomes one of these, so their counts add up to the rows.
MADE, CHANGED, SAME, DUPLICATE, REFUSED = "made", "changed", "same", "duplicate", "refused"
OUTCOMES = (MADE, CHANGED, SAME, DUPLICATE, REFUSED)
# Counted beside them: rows with something left out, and rows with fields that their organisation keeps.
COUNTS = ("rows", MADE, CHANGED, SAME, "duplicates", REFUSED, "kept", "noted")
# A run that shows no sign of life for this long was cut off: another one, or itself, may go on. A chunk takes a second.
SILENT = timedelta(seconds=45)


@dataclass(slots=True)
class Became:
    """A row of a chunk, and what became of it."""

    number: int
    line: int
    source_id: str
    outcome: str
    name: str = ""
    record_id: str | None = None
    notes: list[Note] = field(default_factory=list)
    before: Mapping[str, Any] | None = None
    kept: bool = False


def counted(rows: list[Became]) -> dict[str, int]:
    """The counts of a chunk, by the names of COUNTS."""
    outcomes = Counter(row.outcome for row in rows)
    taken = [row for row in rows if row.outcome in (MADE, CHANGED, SAME)]
    return {
        "rows": len(rows),
        MADE: outcomes[MADE],
        CHANGED: outcomes[CHANGED],
        SAME: outcomes[SAME],
        "duplicates": outcomes[DUPLICATE],
        REFUSED: outcomes[REFUSED],
        "kept": sum(row.kept for row in rows),
        "noted": sum(bool(row.notes) for row in taken),
    }


def share_done(line: int, lines: int, rows: int, of_rows: int) -> float | None:
    """How much of a run is done, from 0 to 1; None: nobody knows."""
    if of_rows:
        return min(rows / of_rows, 1.0)
    return min(line / lines, 1.0) if lines else None
