"""Reading MiniZinc data files (.dzn) of the published problem: numbers, lists, sets and one table, nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from matching.gaps.instance import FAIRNESS, MOST_MEETINGS, MOST_PEOPLE, MOST_SLOTS, Instance, Meeting, Session
from matching.refusal import BadInputError

# A number has at most so many digits: more is an attack or an accident, and `int` is slow on long ones.
_DIGITS = 9
_T = TypeVar("_T")
_COMMENT = re.compile(r"%[^\n]*")
_NUMBER = re.compile(rf"[+-]?\d{{1,{_DIGITS}}}")
_RANGE = re.compile(rf"(\d{{1,{_DIGITS}}})\s*\.\.\s*(\d{{1,{_DIGITS}}})")
_FIELD = re.compile(r"\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*\Z", re.DOTALL)
_NEEDED = ("nBusiness", "nMeetings", "nTables", "nTotalSlots", "nMorningSlots", "requested")


def read_dzn(text: str, fairness: int | None = None) -> Instance:
    """The instance in the text of a .dzn file; `fairness` overrides what the file says, and 2 stands where it does not.
    Raises BadInputError with one sentence for whatever does not fit together."""
    fields = _fields(text)
    if missing := [name for name in _NEEDED if name not in fields]:
        raise BadInputError(f"The file does not say {', '.join(missing)}.")
    people = _count(fields, "nBusiness", 1, MOST_PEOPLE)
    meetings = _count(fields, "nMeetings", 0, MOST_MEETINGS)
    slots = _count(fields, "nTotalSlots", 1, MOST_SLOTS)
    stated = _count(fields, "d", 0, MOST_SLOTS) if "d" in fields else FAIRNESS
    return Instance(
        people=people,
        slots=slots,
        morning=_count(fields, "nMorningSlots", 0, slots),
        tables=_count(fields, "nTables", 0, MOST_PEOPLE),
        meetings=_meetings(fields, people, meetings, slots),
        forbidden=_forbidden(fields, people, slots),
        fairness=stated if fairness is None else fairness,
    )


def _fields(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in _COMMENT.sub("", text).split(";"):
        if not part.strip():
            continue
        match = _FIELD.match(part)
        if match is None:
            raise BadInputError(f"The file has something that is no “name = value;” near “{_near(part)}”.")
        if match[1] in found:
            raise BadInputError(f"The file says {match[1]} twice.")
        found[match[1]] = match[2]
    return found


def _near(part: str) -> str:
    return " ".join(part.split())[:40]


def _count(fields: dict[str, str], name: str, least: int, most: int) -> int:
    value = _number(fields[name], name)
    if not least <= value <= most:
        raise BadInputError(f"{name} is {value}; it must be from {least} to {most}.")
    return value


def _number(text: str, name: str) -> int:
    if not _NUMBER.fullmatch(text.strip()):
        raise BadInputError(f"{name} has “{_near(text)}” where a whole number of at most {_DIGITS} digits belongs.")
    return int(text)


def _meetings(fields: dict[str, str], people: int, meetings: int, slots: int) -> list[Meeting]:
    rows = _rows(fields["requested"])
    if len(rows) != meetings:
        raise BadInputError(f"requested has {len(rows)} rows, and nMeetings is {meetings}.")
    fixed = _list(fields, "fixed", meetings, _number, 0)
    before = _list(fields, "precedences", meetings, _set, frozenset[int]())
    _within("fixed", fixed, slots)
    for found in before:
        _within("precedences", found, meetings)
    return [_meeting(row, number, people, fixed, before) for number, row in enumerate(rows)]


def _meeting(row: list[int], number: int, people: int, fixed: list[int], before: list[frozenset[int]]) -> Meeting:
    one, other, session = row
    where = f"Row {number + 1} of requested"
    if not (1 <= one <= people and 1 <= other <= people):
        raise BadInputError(f"{where} names a participant who is not among the {people}.")
    if one == other:
        raise BadInputError(f"{where} has participant {one} meet themselves.")
    if session not in tuple(Session):
        raise BadInputError(f"{where} has the session {session}; it must be 1 (morning), 2 (afternoon) or 3 (either).")
    after = frozenset(meeting - 1 for meeting in before[number] if meeting)
    return Meeting(one - 1, other - 1, Session(session), fixed[number] - 1 if fixed[number] else None, after)


def _rows(text: str) -> list[list[int]]:
    if not (text.startswith("[|") and text.endswith("|]")):
        raise BadInputError("requested is no table: it must begin with [| and end with |].")
    rows = [_items(row) for row in text[2:-2].split("|") if row.strip()]
    if odd := next((row for row in rows if len(row) != 3), None):
        raise BadInputError(
            f"requested has a row of {len(odd)} numbers; each needs three: participant, participant, session."
        )
    return [[_number(item, "requested") for item in row] for row in rows]


def _items(text: str) -> list[str]:
    """The parts between commas; one comma may be left over at the end."""
    parts = [part.strip() for part in text.split(",")]
    return parts[:-1] if parts and not parts[-1] else parts


def _list(fields: dict[str, str], name: str, length: int, read: Callable[[str, str], _T], absent: _T) -> list[_T]:
    """A list of as many values as there are meetings or participants; all `absent` where the file does not name it."""
    if name not in fields:
        return [absent] * length
    text = fields[name]
    if not (text.startswith("[") and text.endswith("]") and not text.startswith("[|")):
        raise BadInputError(f"{name} is no list: it must begin with [ and end with ].")
    parts = [part.strip(", \n\t\r") for part in re.findall(r"\{[^{}]*\}|[^{},\s][^{},]*", text[1:-1])]
    if len(parts) != length:
        raise BadInputError(f"{name} has {len(parts)} entries, and {length} are needed.")
    return [read(part, name) for part in parts]


def _set(text: str, name: str) -> frozenset[int]:
    if span := _RANGE.fullmatch(text.strip("{} \n")):
        low, high = int(span[1]), int(span[2])
        if high - low > MOST_MEETINGS:
            raise BadInputError(f"{name} has the range {low}..{high}, which is too long.")
        return frozenset(range(low, high + 1))
    if not (text.startswith("{") and text.endswith("}")):
        raise BadInputError(f"{name} has “{_near(text)}” where a set such as {{1,2}} belongs.")
    return frozenset(_number(item, name) for item in _items(text[1:-1]))


def _forbidden(fields: dict[str, str], people: int, slots: int) -> list[frozenset[int]]:
    found = _list(fields, "forbidden", people, _set, frozenset[int]())
    for closed in found:
        _within("forbidden", closed, slots)
    return [frozenset(slot - 1 for slot in closed if slot) for closed in found]


def _within(name: str, numbers: frozenset[int] | list[int], most: int) -> None:
    """0 stands for none."""
    if odd := next((number for number in numbers if not 0 <= number <= most), None):
        raise BadInputError(f"{name} names {odd}; it must be from 1 to {most}, or 0 for none.")
