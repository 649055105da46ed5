"""Problems as JSON, and whether what came from outside fits together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from matching.plans.model import MOST_PEOPLE, MOST_SLOTS, MOST_WEIGHT, MOST_WISHES, Meeting, Person, Problem, Timetable
from matching.refusal import BadInputError

_T = TypeVar("_T")
_PROBLEM = TypeAdapter(Problem)
_TIMETABLE = TypeAdapter(Timetable)
_KNOWN = frozenset({"people", "slots", "wishes", "rules", "groups", "pinned", "closed"})
# An id longer than this is a mistake, and would make pages and files unreadable.
_LONGEST_ID = 200


def read_problem(data: object) -> Problem:
    """The problem in a JSON value; raises BadInputError with one sentence about the first thing that is wrong."""
    if not isinstance(data, Mapping):
        raise BadInputError("The file must hold one JSON object with people, slots and wishes.")
    if strange := sorted(set(map(str, data)) - _KNOWN):
        raise BadInputError(f"Nothing is known of “{strange[0][:40]}”; the fields are {', '.join(sorted(_KNOWN))}.")
    problem = _validated(_PROBLEM, data)
    check(problem)
    return problem


def read_timetable(data: object) -> Timetable:
    """A timetable from its JSON value: {"meetings": [{"one", "other", "slot"}, ...]}. Raises BadInputError."""
    return _validated(_TIMETABLE, data)


def as_json(value: Problem | Timetable) -> dict[str, Any]:
    """A problem or timetable as a JSON value, which the readers above understand."""
    adapter: TypeAdapter[Any] = _PROBLEM if isinstance(value, Problem) else _TIMETABLE
    found = adapter.dump_python(value, mode="json")
    assert isinstance(found, dict)
    return found


def _validated(adapter: TypeAdapter[_T], data: object) -> _T:
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"][:4]) or "The file"
        raise BadInputError(f"{where}: {first['msg'][:120]}.") from None


def check(problem: Problem) -> None:
    """Raise BadInputError with one sentence about the first thing that does not fit together."""
    _sizes(problem)
    people = _distinct("person", (person.id for person in problem.people))
    slots = _distinct("slot", (slot.id for slot in problem.slots))
    for slot in problem.slots:
        _slot(slot.id, slot)
    for person in problem.people:
        _person(person, slots)
    for wish in problem.wishes:
        _two(people, wish.of, wish.whom, "wish")
        _weight(wish.weight, f"The wish of {_short(wish.of)} about {_short(wish.whom)}")
    for group, weight in problem.groups.items():
        _weight(weight, f"The group {_short(group)}")
    _rules(problem)
    for meeting in (*problem.pinned, *problem.closed):
        _two(people, meeting.one, meeting.other, "meeting")
        if meeting.slot not in slots:
            raise BadInputError(f"A meeting names the slot “{_short(meeting.slot)}”, which there is not.")
    _pinned_once(problem.pinned)


def _sizes(problem: Problem) -> None:
    for name, found, most in (
        ("people", problem.people, MOST_PEOPLE),
        ("slots", problem.slots, MOST_SLOTS),
        ("wishes", problem.wishes, MOST_WISHES),
    ):
        if len(found) > most:
            raise BadInputError(f"There are {len(found):,} {name}; {most:,} are the most.")


def _distinct(what: str, ids: Iterable[str]) -> frozenset[str]:
    seen: set[str] = set()
    for name in ids:
        if not name or len(name) > _LONGEST_ID:
            raise BadInputError(f"The id of a {what} must have 1 to {_LONGEST_ID} characters.")
        if name in seen:
            raise BadInputError(f"The {what} “{_short(name)}” is there twice.")
        seen.add(name)
    return frozenset(seen)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def _slot(name: str, slot: Any) -> None:
    if slot.starts.tzinfo is None or slot.ends.tzinfo is None:
        raise BadInputError(f"The slot “{_short(name)}” needs times with a time zone, such as 2027-03-02T09:00+01:00.")
    if slot.ends <= slot.starts:
        raise BadInputError(f"The slot “{_short(name)}” ends before it begins.")
    _not_negative(f"The slot “{_short(name)}”", tables=slot.tables)


def _person(person: Person, slots: frozenset[str]) -> None:
    who = f"“{_short(person.id)}”"
    if person.free is not None and (strange := sorted(person.free - slots)):
        raise BadInputError(f"{who} is free in the slot “{_short(strange[0])}”, which there is not.")
    if person.zone is not None:
        _zone(who, person.zone)
    _not_negative(who, least=person.least, most=person.most, most_per_day=person.most_per_day)


def _zone(who: str, name: str) -> None:
    try:
        ZoneInfo(name)
    except (ValueError, OSError):  # not found is a KeyError of its own
        raise BadInputError(f"{who} has the time zone “{_short(name)}”, which is not known.") from None
    except KeyError:
        raise BadInputError(f"{who} has the time zone “{_short(name)}”, which is not known.") from None


def _not_negative(who: str, **limits: int | None) -> None:
    for name, value in limits.items():
        if value is not None and not 0 <= value <= MOST_PEOPLE:
            raise BadInputError(f"{who} has {name.replace('_', ' ')} {value}; it must be from 0 to {MOST_PEOPLE:,}.")


def _weight(weight: float, who: str) -> None:
    if not (math.isfinite(weight) and 0 <= weight <= MOST_WEIGHT):
        raise BadInputError(f"{who} has the weight {weight}; it must be from 0 to {MOST_WEIGHT:g}.")


def _two(people: frozenset[str], one: str, other: str, what: str) -> None:
    for name in (one, other):
        if name not in people:
            raise BadInputError(f"A {what} names “{_short(name)}”, who is not among the people.")
    if one == other:
        raise BadInputError(f"A {what} has “{_short(one)}” meet themselves.")


def _rules(problem: Problem) -> None:
    rules = problem.rules
    _not_negative("The rules", tables=rules.tables, least=rules.least, most=rules.most)
    _not_negative("The rules", most_per_day=rules.most_per_day, longest_streak=rules.longest_streak)
    if rules.longest_streak == 0:
        raise BadInputError("The longest streak must be 1 or more.")
    waking = rules.waking
    if waking and not 0 <= waking.earliest < waking.latest <= 24:
        raise BadInputError("The waking hours must be from 0 to 24, the earliest before the latest.")


def _pinned_once(pinned: Iterable[Meeting]) -> None:
    seen: set[frozenset[str]] = set()
    busy: set[tuple[str, str]] = set()
    for meeting in pinned:
        if meeting.pair in seen:
            raise BadInputError(f"{_short(meeting.one)} and {_short(meeting.other)} are pinned twice.")
        seen.add(meeting.pair)
        for name in meeting.pair:
            if (name, meeting.slot) in busy:
                raise BadInputError(f"{_short(name)} is pinned twice in the slot “{_short(meeting.slot)}”.")
            busy.add((name, meeting.slot))
