"""Where the header of a table stands: below titles and notes, or nowhere."""

import re
from collections.abc import Callable, Sequence

from directory.imports.reading.limits import HEADER_WITHIN

# A word that says that a cell names a column: given by whoever knows the fields, so that reading knows none.
Names = Callable[[str], bool]

_DATA = re.compile(
    r"https?://|www\.|@|^[+-]?\d[\d.,' ]*%?$|^\d{4}-\d\d-\d\d|^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/?$",
    re.IGNORECASE,
)
# Longer cells are texts, not names of columns.
_NAME_MOST = 80


def header_at(table: Sequence[Sequence[str]], names: Names) -> int | None:
    """The place of the header among the first rows of a table, or None where the first row is data already."""
    table = table[: HEADER_WITHIN + 10]
    width = _usual_width(table)
    places = range(min(len(table), HEADER_WITHIN))
    scored = [(_score(table, at, width, names), -at) for at in places]
    best, at = max(scored, default=(0.0, 0))
    return -at if best > 0 else None


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
    known = sum(map(names, cells))
    distinct = len({cell.casefold() for cell in cells}) / len(cells)
    follows = 1 if at + 1 < len(table) or known > 1 else 0
    # A row of names alone is a header where it is the first; a later one must be made of known names.
    first = 0.5 if all(not any(row) for row in table[:at]) else 0.0
    score = 2 * known / len(cells) + distinct * first * follows
    return score if known or _differs(table, at, cells) else 0


def _differs(table: Sequence[Sequence[str]], at: int, cells: Sequence[str]) -> bool:
    """Whether what stands below looks like other things than names: numbers, addresses, long texts."""
    below = [cell.strip() for row in table[at + 1 : at + 8] for cell in row if cell.strip()]
    return any(_DATA.search(cell) or len(cell) > _NAME_MOST for cell in below) and len(cells) > 1
