"""A table as an Excel workbook. It is written to a temporary file in a thread, a page at a time, and then sent."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl import Workbook

from directory.cells import neutral
from directory.exports.table import Cell, Row, Table, flat

# What Excel takes in one cell, in characters; what is longer ends in an ellipsis.
CELL_MOST = 32_767
# Bytes that are handed to the connection at once.
CHUNK = 64 * 1024


async def as_xlsx(table: Table) -> AsyncIterator[bytes]:
    """One sheet with a heading row. Nothing can be sent before all is written: a ZIP file ends with its directory."""
    from openpyxl import Workbook  # slow to load, and wanted seldom

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"

    def append(rows: Sequence[Row]) -> None:
        for row in rows:
            sheet.append([_cell(cell) for cell in row])

    await asyncio.to_thread(append, [[column.title for column in table.columns]])
    async for page in table.rows:
        await asyncio.to_thread(append, page)
    with TemporaryFile() as file:
        await asyncio.to_thread(_save, book, file)
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk


def _save(book: "Workbook", file: IO[bytes]) -> None:
    book.save(file)
    file.seek(0)


def _cell(cell: Cell) -> str | int | datetime | None:
    one = flat(cell)
    if isinstance(one, datetime):
        return one.replace(tzinfo=None)  # Excel knows no zones; our moments are in UTC
    if not isinstance(one, str):
        return one
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    text = neutral(ILLEGAL_CHARACTERS_RE.sub("", one))
    return text if len(text) <= CELL_MOST else text[: CELL_MOST - 1] + "…"
