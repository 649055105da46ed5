"""JSON: a list of records, one wrapped under a key, or one record on each line. Nested values become columns such as
"address.city"; what stands in a list becomes one cell, its parts divided by semicolons."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import ijson

from directory.imports.reading.limits import COLUMNS_MOST, JSON_SAMPLE, LINE_MOST, NAME_MOST
from directory.imports.reading.row import Row, Source, distinct, fitted, too_many_columns
from people.text import UnacceptableError
from web.i18n import N_

# Between the parts of a list in one cell.
BETWEEN = "; "
# Depth of a record; deeper values are left out.
DEPTH_MOST = 8
# Events at the beginning of a file within which the list of records is looked for.
LOOKED_AT = 200_000

_NO_LIST = N_("There is no list of records in this JSON file.")
_BROKEN = N_("The JSON breaks off or is damaged here; what comes after it cannot be read.")
_BAD_LINE = N_("The line is no JSON object.")
_TOO_LARGE = N_("A record of the JSON file is too large to be read.")


def recognised(path: Path, *, lines: bool) -> Source:
    """How a JSON file is to be read. Raises UnacceptableError where there is no list of records."""
    kind = "jsonl" if lines else "json"
    where = "" if lines else _path_of_records(path)
    source = Source(kind, (), path=where, encoding="utf-8")
    columns: dict[str, None] = {}
    records = _lines(path) if lines else _records(path, where)
    try:
        for _, record in islice(records, JSON_SAMPLE):
            columns |= dict.fromkeys(flat(record)) if isinstance(record, dict) else {}
            if len(columns) > COLUMNS_MOST:
                raise too_many_columns(len(columns))
    except _BrokenError:
        if not columns:
            raise UnacceptableError(_BROKEN) from None
    if not columns:
        raise UnacceptableError(_NO_LIST)
    distinct(list(columns))
    return Source(kind, tuple(columns), path=source.path, encoding="utf-8")


def rows(path: Path, source: Source) -> Iterator[Row]:
    """The records of a list, each as a row. Where the file breaks off the last row says so."""
    at = 0
    try:
        for at, record in _records(path, source.path):
            yield _row(at, record, source)
    except _BrokenError as error:
        yield Row(at + 1, (), str(error))


def line_rows(path: Path, source: Source) -> Iterator[Row]:
    """The records of a file with one on each line; a bad line stops no other."""
    for at, record in _lines(path):
        yield _row(at, record, source)


def flat(record: dict[str, Any]) -> dict[str, str]:
    """A record's values by their paths, as texts."""
    found: dict[str, list[str]] = {}
    _collect(record, "", found, DEPTH_MOST)
    return {path: BETWEEN.join(texts) for path, texts in found.items()}


class _BrokenError(Exception):
    """The JSON is damaged; the text is the message id of why."""


def _row(at: int, record: Any, source: Source) -> Row:
    if not isinstance(record, dict):
        return Row(at, (), _BAD_LINE)
    values = flat(record)
    return fitted(at, [values.get(column, "") for column in source.columns], len(source.columns))


def _collect(value: Any, path: str, found: dict[str, list[str]], depth: int) -> None:
    if isinstance(value, dict):
        for key, inner in value.items() if depth else ():
            name = _readable(str(key))
            _collect(inner, f"{path}.{name}"[:NAME_MOST] if path else name[:NAME_MOST], found, depth - 1)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, path or "value", found, depth)
    else:
        text = _text(value)
        texts = found.setdefault(path, [])
        if text:
            texts.append(text)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return _readable(str(value))


def _readable(text: str) -> str:
    """A text without what JSON can escape and no other file has: a null is nothing, half a character a broken one."""
    if text.isascii():
        return text.replace("\0", "")
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open("rb") as file:
        for at, line in enumerate(iter(lambda: file.readline(LINE_MOST), b""), 1):
            if text := line.removeprefix(b"\xef\xbb\xbf").strip():
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
    prefix = where if where != "." else ""
    with path.open("rb") as file:
        counted = _Counted(_without_mark(file))
        try:
            for at, record in enumerate(ijson.items(counted, prefix, use_float=True), 1):
                counted.since = 0
                yield at, record
        except (ijson.JSONError, UnicodeDecodeError, ValueError):
            raise _BrokenError(_BROKEN) from None


def _without_mark(file: BinaryIO) -> BinaryIO:
    if file.read(3) != b"\xef\xbb\xbf":
        file.seek(0)
    return file


def _path_of_records(path: Path) -> str:
    """The prefix of the list with the most records, as ijson writes it: "item", "data.companies.item"; "." is the
    record that the whole file is. Raises UnacceptableError."""
    counts: dict[str, int] = {}
    whole = False
    with path.open("rb") as file:
        try:
            events = ijson.parse(_Counted(_without_mark(file)), use_float=True)
            for prefix, event, _ in islice(events, LOOKED_AT):
                if event == "start_map":
                    whole = whole or prefix == ""
                    parts = prefix.split(".")
                    if parts[-1] == "item" and parts.count("item") == 1:
                        counts[prefix] = counts.get(prefix, 0) + 1
        except (ijson.JSONError, UnicodeDecodeError, ValueError, _BrokenError):
            if not counts:
                raise UnacceptableError(_BROKEN) from None
    if counts:
        return max(counts, key=lambda prefix: (counts[prefix], -len(prefix)))
    if whole:
        return "."
    raise UnacceptableError(_NO_LIST)
