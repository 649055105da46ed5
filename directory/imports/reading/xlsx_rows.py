"""Excel workbooks, as a stream, after a look at what they would unpack to."""

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.workbook import Workbook

from directory.imports.mapping.aliases import is_name_of_a_column
from directory.imports.reading.header import known_names, with_header
from directory.imports.reading.limits import (
    COLUMNS_MOST,
    HEADER_WITHIN,
    RATIO_MOST,
    SHARED_TEXTS_MOST,
    WORKBOOK_BYTES_MOST,
    WORKBOOK_PARTS_MOST,
)
from directory.imports.reading.row import Row, Source, fitted
from people.text import UnacceptableError
from web.i18n import N_

# Sheets among which one is chosen; another one can be chosen by hand.
SHEETS_LOOKED_AT = 30

_DAMAGED = N_("The workbook is damaged or was cut off. Please save it again.")
_BOMB = N_("The workbook unpacks to far more than a table needs, so it is not opened. Please save it as CSV.")


def recognised(path: Path, sheet: str = "") -> Source:
    """How a workbook is to be read: the sheet asked for, or the one whose columns say most to us, else the first table.

    Raises UnacceptableError for a damaged one, a bomb, and one without a table.
    """
    check_size(path)
    with _opened(path) as book:
        names = tuple(each.title for each in book.worksheets if each.sheet_state == "visible")
        if sheet and sheet not in names:
            raise UnacceptableError(N_("There is no sheet “%(sheet)s” in the workbook."), sheet=sheet)
        tables = {name: _top(book, name) for name in ((sheet,) if sheet else names[:SHEETS_LOOKED_AT])}
        name = sheet or _best(tables)
        return with_header(Source("xlsx", (), sheet=name, sheets=names), tables[name], is_name_of_a_column)


def rows(path: Path, source: Source) -> Iterator[Row]:
    """The rows of the sheet below the header. Raises UnacceptableError where the workbook breaks off."""
    check_size(path)
    with _opened(path) as book:
        for line, cells in enumerate(_cells(book, source.sheet), 1):
            if line > source.header_line:
                yield fitted(line, cells, len(source.columns))


def check_size(path: Path) -> None:
    """Refuse what unpacks to too much. What the archive says is also what `zipfile` gives at most, so a lie helps
    nobody. Raises UnacceptableError."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise UnacceptableError(_DAMAGED) from None
    whole = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    shared = sum(part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml"))
    if whole > WORKBOOK_BYTES_MOST or len(parts) > WORKBOOK_PARTS_MOST or whole / packed > RATIO_MOST:
        raise UnacceptableError(_BOMB)
    if shared > SHARED_TEXTS_MOST:
        raise UnacceptableError(N_("The workbook is too large to be opened as one. Please save it as CSV."))


@contextmanager
def _opened(path: Path) -> Iterator[Workbook]:
    """The workbook with the values that formulas had when it was saved. Raises UnacceptableError for foreign bytes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which nobody here needs
            with path.open("rb") as file:
                book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
                try:
                    yield book
                finally:
                    book.close()
    except UnacceptableError:
        raise
    except (InvalidFileException, zipfile.BadZipFile, SyntaxError, KeyError, ValueError, TypeError, OSError) as error:
        raise UnacceptableError(_DAMAGED) from error
    except (AttributeError, IndexError, EOFError, RuntimeError) as error:  # parsers of foreign bytes
        raise UnacceptableError(_DAMAGED) from error


def _cells(book: Workbook, name: str) -> Iterator[list[str]]:
    sheet: Any = book[name]
    sheet.reset_dimensions()  # what a sheet says about its size may be the whole of Excel's
    for row in sheet.iter_rows(values_only=True, max_col=COLUMNS_MOST + 1):
        filled = len(row)
        while filled and row[filled - 1] is None:
            filled -= 1
        yield [_text(value) for value in row[:filled]]


def _top(book: Workbook, name: str) -> list[list[str]]:
    return [cells for _, cells in zip(range(HEADER_WITHIN + 20), _cells(book, name), strict=False)]


def _best(tables: dict[str, list[list[str]]]) -> str:
    """The sheet with the table that people mean: notes and covers stand before it. Raises UnacceptableError."""
    real = {name: table for name, table in tables.items() if sum(map(any, table)) > 1}
    if not real:
        raise UnacceptableError(N_("There is no table in the workbook."))
    return max(real, key=lambda name: known_names(real[name], is_name_of_a_column))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)
