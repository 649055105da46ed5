"""What is taken along: columns, and rows that come in pages, so that no export is ever whole in memory."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from web.i18n import translations

# A text, a number, a moment, several texts; None: nothing is known.
Cell = str | int | datetime | Sequence[str] | None
Row = Sequence[Cell]

# Rows of a page: what is asked of the database at once, and held in memory.
PAGE = 500


@dataclass(frozen=True)
class Column:
    """A column: `key` is its name in JSON and stays as it is, `title` heads it in a spreadsheet, in a language."""

    key: str
    title: str


@dataclass(frozen=True)
class Table:
    """A table to take along. `rows` gives pages, each of at most `PAGE` rows with a cell for every column."""

    name: str  # of the file, without its ending
    columns: Sequence[Column]
    rows: AsyncIterator[Sequence[Row]]


def columns_in(titles: Mapping[str, str], locale: str) -> list[Column]:
    """Columns in a language, of what heads them (marked by `N_`) by their keys."""
    _ = translations(locale).gettext
    return [Column(key, _(title)) for key, title in titles.items()]


async def in_pages(page: Callable[[int], Awaitable[Sequence[Row]]]) -> AsyncIterator[Sequence[Row]]:
    """The rows of a table, of pages that are each read by itself, so that nobody waits for a slow connection: `page`
    gives at most `PAGE` rows after so many."""
    after = 0
    while True:
        rows = await page(after)
        if rows:
            yield rows
        if len(rows) < PAGE:
            return
        after += PAGE


def flat(cell: Cell) -> str | int | datetime | None:
    """The cell as one value: several texts stand in one, as people write them."""
    if cell is None or isinstance(cell, str | int | datetime):
        return cell
    return "; ".join(cell)
