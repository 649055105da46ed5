"""Where the header of a table stands: below titles and notes, or nowhere."""

import re
from collections.abc import Callable, Sequence

from directory.imports.reading.limits import HEADER_WITHIN
from directory.imports.reading.row import Source

# A word that says that a cell names a column: given by whoever knows the fields, so that reading knows none.
Names = Callable[[str], bool]

# The line of the file on which a row of the table ends, counted from 1; rows are counted from 0.
AtLine = Callable[[int], int]

_DATA = re.compile(
    r"https?://|www\.|@|^[+-]?\d[\d.,' ]*%?$|^\d{4}-\d\d-\d\d|^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/?$",
    re.IGNORECASE,
)
# Longer cells are texts, not names of columns.
_NAME_MOST = 80


def _next(row: int) -> int:
    return row + 1


def header_at(table: Sequence[Sequence[str]], names: Names) -> int | None:
    """The place of the header among the first rows of a table, or None where the first row is data already."""
    table = table[: HEADER_WITHIN + 10]
    width = _usual_width(table)
    places = range(min(len(table), HEADER_WITHIN))
    scored = [(_score(table, at, width, names), -at) for at in places]
    best, at = max(scored, default=(0.0, 0))
    return -at if best > 0 else None


def with_header(source: Source, table: Sequence[Sequence[str]], names: Names, at_line: AtLine = _next) -> Source:
    """The source with the columns that its first rows name, or with numbered ones. `at_line` gives the line on which a
    row of the table ends. Raises UnacceptableError for too many columns."""
    at = header_at(table, names)
    if at is None:
        return source.with_columns([""] * header_width(table, 0), 0)
    width = header_width(table, at)
    for upper in (at - 1, at):
        if upper >= 0 and (named := _in_two_rows(table, upper, width, names)):
            return source.with_columns(named, at_line(upper + 1))
    return source.with_columns(_wide(table[at], width), at_line(at))


def known_names(table: Sequence[Sequence[str]], names: Names) -> int:
    """How many columns the header of a table names as we know them; 0 where there is none."""
    at = header_at(table, names)
    return len({cell.strip().casefold() for cell in table[at] if names(cell.strip())}) if at is not None else 0


def _in_two_rows(table: Sequence[Sequence[str]], at: int, width: int, names: Names) -> list[str] | None:
    """The names of a header that begins here and goes on in the next row; None: it is one row.

    Merged cells make such headers: "Address" above "Postcode", "Place" and "Country", with nothing above the latter.
    """
    above, below = _wide(table[at], width), _wide(table[at + 1], width) if at + 1 < len(table) else []
    said = [cell for cell in below if cell]
    together = [low or high for high, low in zip(above, below, strict=False)]
    fills_both = any(low and not high for high, low in zip(above, below, strict=False)) and len(said) < len(together)
    if not fills_both or not all(together) or any(map(_DATA.search, said)) or sum(map(names, said)) * 2 < len(said):
        return None
    return together


def _wide(row: Sequence[str], width: int) -> list[str]:
    return [cell.strip() for cell in row[:width]] + [""] * (width - len(row))


def widths(table: Sequence[Sequence[str]]) -> list[int]:
    """How many cells each row has up to its last one with text."""
    return [max((at for at, cell in enumerate(row, 1) if cell.strip()), default=0) for row in table]


def header_width(table: Sequence[Sequence[str]], at: int) -> int:
    """How many columns a header at this place has: its own cells, and those beside them that many rows fill."""
    found = widths(table[at:])
    filled = sorted((width for width in found[1:] if width), reverse=True)
    usual = filled[len(filled) // 3] if filled else 0
    return max(found[0], usual, 1)


def _usual_width(table: Sequence[Sequence[str]]) -> int:
    filled = sorted(width for width in widths(table) if width)
    return filled[len(filled) // 2] if filled else 0


def _score(table: Sequence[Sequence[str]], at: int, width: int, names: Names) -> float:
    """How much a row looks like a header; 0 and below: not at all."""
    cells = [cell.strip() for cell in table[at] if cell.strip()]
    if not cells or len(cells) < min(2, width) or len(cells) < 0.5 * width:
        return 0
    data = sum(bool(_DATA.search(cell)) and not names(cell) for cell in cells)
    long = sum(len(cell) > _NAME_MOST for cell in cells)
    if data > len(cells) / 3 or long > len(cells) / 4:
        return 0
    different = {cell.casefold() for cell in cells}
    known = sum(map(names, different))  # a column of marks, "x" in each, names nothing
    distinct = len(different) / len(cells)
    follows = 1 if at + 1 < len(table) or known > 1 else 0
    # A row of names alone is a header where it is the first; a later one must be made of known names.
    first = 0.5 if all(not any(row) for row in table[:at]) else 0.0
    score = 2 * known / len(cells) + distinct * first * follows
    return score if known or _differs(table, at, cells) else 0


def _differs(table: Sequence[Sequence[str]], at: int, cells: Sequence[str]) -> bool:
    """Whether what stands below looks like other things than names: numbers, addresses, long texts."""
    below = [cell.strip() for row in table[at + 1 : at + 8] for cell in row if cell.strip()]
    return any(_DATA.search(cell) or len(cell) > _NAME_MOST for cell in below) and len(cells) > 1
