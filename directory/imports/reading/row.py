"""What every reader gives: where a table stands in a file, and its rows as texts."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

from directory.imports.reading.limits import CELL_MOST, COLUMNS_MOST, NAME_MOST
from people.text import UnacceptableError
from web.i18n import N_

_SPACE = re.compile(r"[\s\u00a0\ufeff]+")


@dataclass(frozen=True, slots=True)
class Row:
    """A row as texts, one for each column. `line` is where a person finds it: a line of the file, a row of the sheet,
    or a place in the list; `number` counts the rows that are not empty. `problem` is a message id: why it is not read.
    """

    line: int
    cells: Sequence[str]
    problem: str = ""
    number: int = 0

    def numbered(self, number: int) -> "Row":
        """The same row with its number."""
        return Row(self.line, self.cells, self.problem, number)


@dataclass(frozen=True)
class Source:
    """How a file is read: enough to read it the same way again after a restart."""

    kind: str  # csv, xlsx, json or jsonl
    columns: tuple[str, ...]
    header_line: int = 0  # where the header stands; 0: there is none, and the columns are numbered
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    path: str = ""  # JSON: the key under which the records stand
    lines: int = 0  # how many there are, roughly, for the progress; 0: nobody knows before the end
    twice: tuple[str, ...] = field(default=())  # names that more than one column had

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Self:
        """From JSON; what else stands in it is left aside."""
        known = {each.name: stored[each.name] for each in fields(cls)}
        lists = {name: tuple(stored[name]) for name in ("columns", "sheets", "twice")}
        return cls(**(known | lists))

    def with_columns(self, names: Sequence[str], header_line: int) -> "Source":
        """With the columns of a header. Raises UnacceptableError for too many."""
        columns, twice = distinct(names)
        return replace(self, columns=columns, twice=twice, header_line=header_line)


def distinct(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of columns, no two the same and none empty; and those that stood there more than once.

    Raises UnacceptableError for too many columns.
    """
    if len(names) > COLUMNS_MOST:
        raise too_many_columns(len(names))
    seen: Counter[str] = Counter()
    taken: list[str] = []
    cleaned = [_SPACE.sub(" ", name).strip()[:NAME_MOST] for name in names]
    for at, clean in enumerate(cleaned, 1):
        seen[clean.casefold()] += 1
        again = seen[clean.casefold()]
        taken.append((f"{clean} ({again})" if again > 1 else clean) if clean else f"({at})")
    twice = [name for name, again in zip(taken, cleaned, strict=True) if again and seen[again.casefold()] > 1]
    return tuple(taken), tuple(twice)


def too_many_columns(count: int) -> UnacceptableError:
    """Why a table with so many columns is not read."""
    text = N_("The table has %(count)s columns; at most %(most)s are read. Is it the right file?")
    return UnacceptableError(text, count=count, most=COLUMNS_MOST)


def fitted(line: int, cells: Iterable[str], width: int) -> Row:
    """A row with as many cells as there are columns; what does not fit is a problem, and named as one."""
    texts = list(cells)
    while len(texts) > width and not texts[-1].strip():
        texts.pop()
    if len(texts) > width:
        return Row(line, (), N_("The row has more cells than there are columns. Is a text in it missing its quotes?"))
    if any(len(text) > CELL_MOST for text in texts):
        return Row(line, (), N_("A cell of the row is longer than any text that is read. Is a quote not closed?"))
    return Row(line, texts + [""] * (width - len(texts)))
