"""A table as a stream of bytes: CSV and JSON, page by page."""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterable
from datetime import datetime

from directory.cells import neutral_in_lines
from directory.exports.table import Cell, Row, Table, flat

# By it spreadsheets know that a CSV file is UTF-8.
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


async def as_csv(table: Table) -> AsyncIterator[bytes]:
    """Comma-separated values in UTF-8; nothing in them is a formula to a spreadsheet."""
    yield _BYTE_ORDER_MARK + _lines([[column.title for column in table.columns]])
    async for page in table.rows:
        yield _lines(page)


async def as_json(table: Table) -> AsyncIterator[bytes]:
    """A list of objects, each with all keys; cells as they are, since no program takes them as formulas."""
    keys = [column.key for column in table.columns]
    before = "["
    async for page in table.rows:
        for row in page:
            yield (
                before + "\n" + json.dumps(dict(zip(keys, map(_plain, row), strict=True)), ensure_ascii=False)
            ).encode()
            before = ","
    yield b"\n]\n" if before == "," else b"[]\n"


def _lines(rows: Iterable[Row]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([neutral_in_lines(_text(cell)) for cell in row] for row in rows)
    return out.getvalue().encode()


def _text(cell: Cell) -> str:
    one = flat(cell)
    if isinstance(one, datetime):
        return one.isoformat(timespec="seconds")
    return "" if one is None else str(one)


def _plain(cell: Cell) -> str | int | list[str] | None:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return cell if cell is None or isinstance(cell, str | int) else list(cell)
