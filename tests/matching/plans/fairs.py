"""Small fairs for these tests: people by name, slots of one or two days."""

from datetime import UTC, datetime, timedelta
from typing import Any

from matching.plans.model import Kind, Meeting, Person, Problem, Progress, Rules, Slot, Wish
from matching.plans.search import Limits, solve

ADA, BEN, CLEO, DAN = "ada", "ben", "cleo", "dan"


def slots(count: int, days: int = 1) -> list[Slot]:
    """Slots s1, s2, ... of half an hour, from 8 o'clock UTC on each day."""
    found = []
    for number in range(count * days):
        day, place = divmod(number, count)
        starts = datetime(2027, 3, 1 + day, 8, tzinfo=UTC) + place * timedelta(minutes=30)
        found.append(Slot(f"s{number + 1}", starts, starts + timedelta(minutes=25), str(starts.date())))
    return found


def wish(of: str, whom: str, weight: float = 1.0, kind: Kind = Kind.LIKE) -> Wish:
    """A wish, by default to like to meet."""
    return Wish(of, whom, kind, weight)


def fair(*wishes: Wish, count: int = 4, days: int = 1, rules: Rules | None = None, **more: Any) -> Problem:
    """A fair of those who are named in the wishes."""
    people = more.pop("people", None) or [
        Person(name) for name in sorted({name for w in wishes for name in (w.of, w.whom)})
    ]
    return Problem(people, slots(count, days), list(wishes), rules or Rules(), **more)


def result(problem: Problem, seconds: float = 20.0, gap: float = 0.0) -> Progress:
    """What a search comes to."""
    return list(solve(problem, limits=Limits(seconds, gap)))[-1]


def at(one: str, other: str, slot: str) -> Meeting:
    """A meeting."""
    return Meeting(one, other, slot)
