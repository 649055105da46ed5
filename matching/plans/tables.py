"""Problems from a folder of CSV files, and timetables as CSV, for people who work in spreadsheets.

`people.csv`: id, and where wanted group, free, languages, zone, least, most, most_per_day. `slots.csv`: id, starts,
ends, and where wanted day, tables. `wishes.csv`: of, whom, and where wanted kind (must, like, never), weight. Optional
files: `groups.csv` (group, weight), `rules.csv` (rule, value), `pinned.csv` and `closed.csv` (one, other, slot).
Several values in a cell are apart by spaces or by `|`; an empty cell says nothing; `free` left empty means always,
`-` means never. Comma, semicolon and tab are understood as separators.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from matching.plans.forms import read_problem
from matching.plans.model import Problem, Timetable
from matching.refusal import BadInputError
from web.i18n import N_

Row = dict[str, str]
_T = TypeVar("_T")

_COLUMNS = {
    "people": (("id",), ("group", "free", "languages", "zone", "least", "most", "most_per_day")),
    "slots": (("id", "starts", "ends"), ("day", "tables")),
    "wishes": (("of", "whom"), ("kind", "weight")),
    "groups": (("group", "weight"), ()),
    "rules": (("rule", "value"), ()),
    "pinned": (("one", "other", "slot"), ()),
    "closed": (("one", "other", "slot"), ()),
    "bindings": (("rule",), ("one", "other", "starts", "group", "weight")),
}
# What a folder of a problem holds; the others stand alone.
_FOLDER = ("people", "slots", "wishes", "groups", "rules", "pinned", "closed")
_NEEDED = ("people", "slots", "wishes")
_SEVERAL = ("free", "languages")
_WAKING = ("earliest", "latest")
# A file above this many bytes is no list of people or wishes.
_LARGEST = 100_000_000
# What a spreadsheet takes for the beginning of a formula, or may strip to find one.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def read_folder(folder: Path) -> Problem:
    """The problem in a folder of CSV files. Raises BadInputError with one sentence, naming the file and the line."""
    tables = {name: _table(folder / f"{name}.csv", name) for name in _FOLDER}
    return read_problem(
        {
            "people": [_person(row) for row in tables["people"]],
            "slots": [_slot(row) for row in tables["slots"]],
            "wishes": tables["wishes"],
            "groups": {row["group"]: row["weight"] for row in tables["groups"]},
            "rules": _rules(tables["rules"]),
            "pinned": tables["pinned"],
            "closed": tables["closed"],
        }
    )


def meetings_csv(problem: Problem, timetable: Timetable) -> str:
    """A timetable as CSV: slot, starts, ends, one, other; in the order of time."""
    slots = {slot.id: slot for slot in problem.slots}
    rows = sorted((slots[m.slot].starts, m.slot, m.one, m.other) for m in timetable.meetings)
    head = ("slot", "day", "starts", "ends", "one", "other")
    return table_csv(
        head,
        [
            (slot, slots[slot].day, starts.isoformat(), slots[slot].ends.isoformat(), one, other)
            for starts, slot, one, other in rows
        ],
    )


def agreed_csv(slots: Sequence[int]) -> str:
    """The slots of agreed meetings as CSV: meeting, slot; both count from 1."""
    return table_csv(("meeting", "slot"), [(str(number + 1), str(slot)) for number, slot in enumerate(slots)])


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before what could be one."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def table_csv(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows as CSV, for people who open it in a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(head)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return file.getvalue()


def read_rows(content: bytes, name: str, most: int) -> list[Row]:
    """The rows of one such file that came from elsewhere, at most so many. Raises BadInputError with one sentence."""
    with _said_of(f"{name}.csv"):
        rows = list(islice(_rows(content.decode("utf-8-sig"), name), most + 1))
    return _at_most(rows, name, most)


def read_each(content: bytes, name: str, most: int) -> list[tuple[int, Row]]:
    """The same for whoever reports on each row: the numbers of the lines with what stands in them. Rows that are short
    lack their last cells; what stands beyond the last column is under an empty name."""
    with _said_of(f"{name}.csv"):
        head, lines = _opened(content.decode("utf-8-sig"), name)
        found = [(lines.line_num, _loose(head, line)) for line in islice(lines, most + 1) if any(line)]
    return _at_most(found, name, most)


@contextmanager
def _said_of(file: str) -> Iterator[None]:
    """What cannot be read is said in a sentence that names the file."""
    try:
        yield
    except UnicodeDecodeError:
        raise BadInputError(N_("%(file)s is no text in UTF-8."), file=file) from None
    except csv.Error:
        raise BadInputError(N_("%(file)s is no CSV file."), file=file) from None


def _at_most(rows: list[_T], name: str, most: int) -> list[_T]:
    if len(rows) > most:
        raise BadInputError(N_("%(file)s has more than %(most)s rows."), file=f"{name}.csv", most=most)
    return rows


def _loose(head: Sequence[str], line: Sequence[str]) -> Row:
    row = {column: unmasked(cell.strip()) for column, cell in zip(head, line, strict=False)}
    row[""] = " ".join(cell.strip() for cell in line[len(head) :]).strip()
    return {column: cell for column, cell in row.items() if cell}


def _table(path: Path, name: str) -> list[Row]:
    if not path.exists() and name not in _NEEDED:
        return []
    with _said_of(path.name):
        return list(_rows(_text(path), name))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise BadInputError(f"{path.name} is larger than {_LARGEST // 1_000_000} MB.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInputError(f"{path.name} cannot be read: {error.strerror}.") from None


def _rows(text: str, name: str) -> Iterator[Row]:
    head, lines = _opened(text, name)
    for line in lines:
        if any(line):
            yield _row(head, line, _COLUMNS[name][0], {"file": f"{name}.csv", "line": lines.line_num})


def _opened(text: str, name: str) -> tuple[list[str], Any]:
    """The columns of a file, which are looked at, and a reader of its other lines."""
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    head = [cell.strip().lower() for cell in next(lines, [])]
    needed, optional = _COLUMNS[name]
    if missing := [column for column in needed if column not in head]:
        said = N_("%(file)s has no column “%(column)s”; needed are %(needed)s.")
        raise BadInputError(said, file=f"{name}.csv", column=missing[0], needed=", ".join(needed))
    if strange := [column for column in head if column not in (*needed, *optional)]:
        text, known = N_("%(file)s has the column “%(column)s”; known are %(known)s."), ", ".join((*needed, *optional))
        raise BadInputError(text, file=f"{name}.csv", column=strange[0][:40], known=known)
    if len(set(head)) < len(head):
        raise BadInputError(N_("%(file)s has a column twice."), file=f"{name}.csv")
    return head, lines


def _row(head: list[str], line: list[str], needed: Sequence[str], where: dict[str, Any]) -> Row:
    if len(line) != len(head):
        text = N_("%(file)s, line %(line)s has %(cells)s cells, and %(needed)s are needed.")
        raise BadInputError(text, **where, cells=len(line), needed=len(head))
    row = {column: unmasked(cell.strip()) for column, cell in zip(head, line, strict=True)}
    if empty := [column for column in needed if not row[column]]:
        text = N_("%(file)s, line %(line)s has nothing in the column %(column)s.")
        raise BadInputError(text, **where, column=empty[0])
    return {column: cell for column, cell in row.items() if cell}


def unmasked(cell: str) -> str:
    """A cell as it was before `safe_cell`, so that what was written can be read again."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _person(row: Row) -> dict[str, Any]:
    return {name: _several(cell) if name in _SEVERAL else cell for name, cell in row.items()}


def _several(cell: str) -> list[str]:
    return [] if cell == "-" else [part.strip() for part in (cell.split("|") if "|" in cell else cell.split())]


def _slot(row: Row) -> Row:
    """The day is that of the beginning, where it is not named."""
    return {"day": row["starts"][:10], **row}


def _rules(rows: list[Row]) -> dict[str, Any]:
    rules: dict[str, Any] = {row["rule"]: row["value"] for row in rows}
    waking = {name: rules.pop(name) for name in _WAKING if name in rules}
    known = ("tables", "least", "most", "most_per_day", "longest_streak")
    if strange := [name for name in rules if name not in known]:
        raise BadInputError(f"rules.csv has the rule “{strange[0][:40]}”; known are {', '.join((*known, *_WAKING))}.")
    return rules | ({"waking": waking} if waking else {})
