"""Files of any making as rows of text: what a file is, where its header stands, and its rows one after the other.

`recognised(path)` says what a file is, `rows(path, source)` reads it as that. Both are slow for large files and belong
into a process or thread of their own. Memory is bounded by the limits in `limits`, whatever the size of the file.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import ModuleType

from directory.imports.reading import csv_rows
from directory.imports.reading.content import kind_of
from directory.imports.reading.encoding import PIECE
from directory.imports.reading.row import Row, Source

__all__ = ["Row", "Source", "recognised", "rows", "sample"]


def recognised(path: Path, sheet: str = "") -> Source:
    """What a file is, by its content and not by its name. `sheet` chooses one of a workbook's.

    Raises UnacceptableError for what cannot be read as a table.
    """
    kind = kind_of(path)
    if kind == "xlsx":
        found: Source = _workbooks().recognised(path, sheet)
        return found
    if kind == "json":
        return _of_json(path, lines=False)
    source = _of_json(path, lines=True) if kind == "jsonl" else csv_rows.recognised(path)
    return replace(source, lines=_lines(path))


def rows(path: Path, source: Source) -> Iterator[Row]:
    """The rows of a file, from the first below the header; rows without any text are left out.

    Raises UnacceptableError when the file ends in a way that leaves the rest unreadable.
    """
    number = 0
    for row in _reader(source.kind)(path, source):
        if row.problem or any(row.cells):
            number += 1
            yield row.numbered(number)


def sample(path: Path, source: Source, most: int = 200) -> list[Row]:
    """The first rows, for suggesting and showing."""
    return list(islice(rows(path, source), most))


def _reader(kind: str) -> Callable[[Path, Source], Iterator[Row]]:
    if kind == "xlsx":
        reader: Callable[[Path, Source], Iterator[Row]] = _workbooks().rows
        return reader
    if kind == "csv":
        return csv_rows.rows
    from directory.imports.reading import json_rows

    return json_rows.rows if kind == "json" else json_rows.line_rows


def _of_json(path: Path, *, lines: bool) -> Source:
    """By the reader of JSON, which the server itself never loads either."""
    from directory.imports.reading import json_rows

    return json_rows.recognised(path, lines=lines)


def _workbooks() -> ModuleType:
    """The reader of workbooks, loaded where there is one: it takes half a second and thirty megabytes."""
    from directory.imports.reading import xlsx_rows

    return xlsx_rows


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(PIECE), b"")) + 1
