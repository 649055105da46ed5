"""JSON: a list of records, one wrapped under a key, records under keys of their own, rows of a table, or one record on
each line. Nested values become columns such as "address.city", see `flat`."""

import codecs
import json
from collections.abc import Iterator
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import ijson

from directory.imports.mapping.aliases import is_name_of_a_column
from directory.imports.reading.content import UTF16_MARKS
from directory.imports.reading.flat import flat, text_of
from directory.imports.reading.header import with_header
from directory.imports.reading.json_shape import KEYED, WHOLE, Shape
from directory.imports.reading.limits import COLUMNS_MOST, HEADER_WITHIN, JSON_SAMPLE, LINE_MOST
from directory.imports.reading.recoded import Recoded
from directory.imports.reading.row import Row, Source, distinct, fitted, too_many_columns
from people.text import UnacceptableError
from web.i18n import N_

# Events at the beginning of a file within which the records are looked for.
LOOKED_AT = 200_000
# What a record is called in its file, where it says so by the key under which it stands.
KEY = "key"

_NO_LIST = N_("There is no list of records in this JSON file.")
_BROKEN = N_("The JSON breaks off or is damaged here; what comes after it cannot be read.")
_BAD_LINE = N_("The line is no JSON object.")
_TOO_LARGE = N_("A record of the JSON file is too large to be read.")


def recognised(path: Path, *, lines: bool) -> Source:
    """How a JSON file is to be read. Raises UnacceptableError where there are no records."""
    where = "" if lines else _path_of_records(path)
    source = Source("jsonl" if lines else "json", (), path=where, encoding="utf-8")
    columns: dict[str, None] = {}
    table: list[list[str]] = []
    records = _lines(path) if lines else _records(path, where)
    try:
        for _, record in islice(records, JSON_SAMPLE):
            columns |= dict.fromkeys(flat(record)) if isinstance(record, dict) else {}
            if isinstance(record, list) and len(table) < HEADER_WITHIN:
                table.append(_cells(record))
            if len(columns) > COLUMNS_MOST:
                raise too_many_columns(len(columns))
    except _BrokenError:
        if not columns and not table:
            raise UnacceptableError(_BROKEN) from None
    if not columns and table:
        return with_header(source, table, is_name_of_a_column)
    if not columns:
        raise UnacceptableError(_NO_LIST)
    distinct(list(columns))
    return Source(source.kind, tuple(columns), path=where, encoding="utf-8")


def rows(path: Path, source: Source) -> Iterator[Row]:
    """The records of a list, each as a row. Where the file breaks off the last row says so."""
    at = 0
    try:
        for at, record in _records(path, source.path):
            if at > source.header_line:
                yield _row(at, record, source)
    except _BrokenError as error:
        yield Row(at + 1, (), str(error))


def line_rows(path: Path, source: Source) -> Iterator[Row]:
    """The records of a file with one on each line; a bad line stops no other."""
    for at, record in _lines(path):
        if at > source.header_line:
            yield _row(at, record, source)


class _BrokenError(Exception):
    """The JSON is damaged; the text is the message id of why."""


def _row(at: int, record: Any, source: Source) -> Row:
    if isinstance(record, list) and _is_table(source):
        return fitted(at, _cells(record), len(source.columns))
    if not isinstance(record, dict):
        return Row(at, (), _BAD_LINE)
    values = flat(record)
    return fitted(at, [values.get(column, "") for column in source.columns], len(source.columns))


def _is_table(source: Source) -> bool:
    """Whether the records are rows: those have a header, or columns that are numbered."""
    return bool(source.header_line) or source.columns[0] == "(1)"


def _cells(row: list[Any]) -> list[str]:
    return [next(iter(flat({"": cell}).values()), "") if isinstance(cell, list) else text_of(cell) for cell in row]


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open("rb") as raw:
        file = _as_utf8(raw)
        for at, line in enumerate(iter(lambda: file.readline(LINE_MOST), b""), 1):
            if text := line.strip():
                try:
                    yield at, json.loads(text)
                except (ValueError, RecursionError):
                    yield at, None


class _Counted:
    """A file that says when too much of it was read for one record."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.since = 0

    def read(self, most: int = -1) -> bytes:
        """The next bytes. Raises _BrokenError."""
        piece = self._file.read(most)
        self.since += len(piece)
        if self.since > LINE_MOST + 64 * 1024:
            raise _BrokenError(_TOO_LARGE)
        return piece


def _records(path: Path, where: str) -> Iterator[tuple[int, Any]]:
    """The records with their places in the list, counted from 1; one record where there is no list."""
    with path.open("rb") as file:
        counted = _Counted(_as_utf8(file))
        try:
            for at, record in enumerate(_found(counted, where), 1):
                counted.since = 0
                yield at, record
        except (ijson.JSONError, UnicodeDecodeError, ValueError):
            raise _BrokenError(_BROKEN) from None
        except MemoryError:  # of its paths: a record of many thousands of lists within each other
            raise _BrokenError(_TOO_LARGE) from None


def _found(file: _Counted, where: str) -> Iterator[Any]:
    if where.rpartition(".")[2] != KEYED:
        yield from ijson.items(file, where if where != WHOLE else "", use_float=True)
        return
    for key, record in ijson.kvitems(file, where.removesuffix(KEYED).removesuffix("."), use_float=True):
        yield {KEY: key} | record if isinstance(record, dict) else record


def _as_utf8(file: BinaryIO) -> BinaryIO:
    """The file without a mark; one in UTF-16 as UTF-8."""
    head = file.read(3)
    file.seek(3 if head == codecs.BOM_UTF8 else 0)
    if head.startswith(UTF16_MARKS):
        return BufferedReader(Recoded(file))
    return file


def _path_of_records(path: Path) -> str:
    """Where the records are, see `Shape.path`. Raises UnacceptableError."""
    shape = Shape()
    with path.open("rb") as file:
        try:
            shape.look(islice(ijson.parse(_Counted(_as_utf8(file)), use_float=True), LOOKED_AT))
        except (ijson.JSONError, UnicodeDecodeError, ValueError, MemoryError, _BrokenError):
            if not shape.records and not shape.tables and not shape.keyed:
                raise UnacceptableError(_BROKEN) from None
    if shape.path is None:
        raise UnacceptableError(_NO_LIST)
    return shape.path
