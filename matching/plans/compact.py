"""A problem as numbers and bit masks: what the search and the bound work on, all that rules say about a pair."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

from matching.plans.model import Kind, Meeting, Person, Problem, Slot, Timetable, Waking

Mask = int  # bit t is slot t
Edge = int  # the number of a pair

# Weights are whole numbers of thousandths inside, so that sums are exact.
UNITS = 1_000
# A must, and a meeting towards somebody's least number, go before any sum of weights that they could displace.
PRIORITY = 1_000_000 * UNITS


@dataclass
class Compact:
    """People, slots and pairs by number. A pair may meet in the slots of `open`; `weight` is in thousandths."""

    problem: Problem
    people: list[str]
    slots: list[str]
    free: list[Mask]
    least: list[int]
    most: list[int]
    most_per_day: list[int | None]
    tables: list[int]
    days: list[Mask]
    ends: list[tuple[Edge, Edge]] = field(default_factory=list)  # the two people of each pair
    weight: list[int] = field(default_factory=list)
    must: list[bool] = field(default_factory=list)
    open: list[Mask] = field(default_factory=list)
    pinned: dict[Edge, int] = field(default_factory=dict)

    @cached_property
    def edge_of(self) -> dict[frozenset[int], Edge]:
        """The number of a pair by its people."""
        return {frozenset(pair): edge for edge, pair in enumerate(self.ends)}

    @cached_property
    def edges_of(self) -> list[list[Edge]]:
        """The pairs of each person."""
        found: list[list[Edge]] = [[] for _ in self.people]
        for edge, (one, other) in enumerate(self.ends):
            found[one].append(edge)
            found[other].append(edge)
        return found

    @cached_property
    def priced(self) -> list[int]:
        """What each pair weighs to the search: musts go before all sums of wishes."""
        return [weight + PRIORITY * must for weight, must in zip(self.weight, self.must, strict=True)]

    @cached_property
    def person_of(self) -> dict[str, int]:
        """A person's number by their id."""
        return {name: number for number, name in enumerate(self.people)}

    @cached_property
    def slot_of(self) -> dict[str, int]:
        """A slot's number by its id."""
        return {name: number for number, name in enumerate(self.slots)}

    @property
    def streak(self) -> int | None:
        """The longest streak of meetings."""
        return self.problem.rules.longest_streak

    def value(self, edges: Iterable[Edge]) -> int:
        """What these meetings weigh together, in thousandths."""
        return sum(self.weight[edge] for edge in edges)

    def timetable(self, at: Sequence[int]) -> Timetable:
        """The timetable in which pair e meets in slot at[e], or not at all (-1)."""
        names, slots = self.people, self.slots
        return Timetable(
            [
                Meeting(names[one], names[other], slots[slot])
                for (one, other), slot in zip(self.ends, at, strict=True)
                if slot >= 0
            ]
        )

    def placed(self, timetable: Timetable) -> dict[Edge, int]:
        """The slots of those meetings of a timetable whose people and slots are still there and may meet."""
        found: dict[Edge, int] = {}
        for meeting in timetable.meetings:
            people = frozenset(self.person_of.get(name, -1) for name in meeting.pair)
            edge, slot = self.edge_of.get(people), self.slot_of.get(meeting.slot)
            if edge is not None and slot is not None:
                found[edge] = slot
        return found


def compact(problem: Problem) -> Compact:
    """Number everything, add up the wishes of both sides, and cut each pair's slots down to those that can be."""
    slots = sorted(problem.slots, key=lambda slot: (slot.starts, slot.id))
    small = _frame(problem, slots)
    _add_pairs(small, problem)
    _close(small, problem.closed)
    for meeting in problem.pinned:
        edge = small.edge_of[frozenset(small.person_of[name] for name in meeting.pair)]
        small.pinned[edge] = small.slot_of[meeting.slot]
        small.open[edge] &= 1 << small.pinned[edge]
    return small


def _frame(problem: Problem, slots: list[Slot]) -> Compact:
    rules, people = problem.rules, problem.people
    days = _days(slots)
    free = [_free(person, slots, rules.waking) for person in people]
    per_day = [rules.most_per_day if p.most_per_day is None else p.most_per_day for p in people]
    return Compact(
        problem,
        people=[person.id for person in people],
        slots=[slot.id for slot in slots],
        free=free,
        least=[rules.least if p.least is None else p.least for p in people],
        most=[_most(p, rules.most, mask, days, limit) for p, mask, limit in zip(people, free, per_day, strict=True)],
        most_per_day=per_day,
        tables=[_tables(slot, rules.tables, len(people)) for slot in slots],
        days=days,
    )


def _tables(slot: Slot, general: int | None, people: int) -> int:
    limits = [
        limit for limit in (slot.tables if slot.tables is not None else general, people // 2) if limit is not None
    ]
    return min(limits)


def _days(slots: Sequence[Slot]) -> list[Mask]:
    found: dict[str, Mask] = defaultdict(int)
    for number, slot in enumerate(slots):
        found[slot.day] |= 1 << number
    return list(found.values())


def _most(person: Person, general: int | None, free: Mask, days: list[Mask], per_day: int | None) -> int:
    """The most meetings of a person: what they and the rules say, and what their slots of each day allow."""
    rooms = [(free & day).bit_count() for day in days]
    room = sum(rooms) if per_day is None else sum(min(room, per_day) for room in rooms)
    limit = general if person.most is None else person.most
    return room if limit is None else min(room, limit)


def _free(person: Person, slots: Sequence[Slot], waking: Waking | None) -> Mask:
    mask = 0
    for number, slot in enumerate(slots):
        if (person.free is None or slot.id in person.free) and _awake(person, slot, waking):
            mask |= 1 << number
    return mask


def _awake(person: Person, slot: Slot, waking: Waking | None) -> bool:
    """Whether the whole slot is within the person's waking hours; it may not go over their midnight."""
    if waking is None or person.zone is None:
        return True
    zone = ZoneInfo(person.zone)
    starts, ends = slot.starts.astimezone(zone), slot.ends.astimezone(zone)
    midnight = starts.replace(hour=0, minute=0, second=0, microsecond=0)
    first = (starts.replace(tzinfo=None) - midnight.replace(tzinfo=None)).total_seconds() / 3600
    last = (ends.replace(tzinfo=None) - midnight.replace(tzinfo=None)).total_seconds() / 3600
    return waking.earliest <= first and last <= waking.latest


def _add_pairs(small: Compact, problem: Problem) -> None:
    """A pair for each two people of whom one wishes to meet or who are pinned, and of whom none says never."""
    weights: dict[tuple[int, int], float] = defaultdict(float)
    musts: set[tuple[int, int]] = set()
    nevers: set[tuple[int, int]] = set()
    group = {person.id: person.group for person in problem.people}
    for wish in problem.wishes:
        pair = _pair(small, wish.of, wish.whom)
        if wish.kind is Kind.NEVER:
            nevers.add(pair)
            continue
        weights[pair] += wish.weight * problem.groups.get(group[wish.of], 1.0)
        if wish.kind is Kind.MUST:
            musts.add(pair)
    tables = sum(1 << slot for slot, count in enumerate(small.tables) if count)
    pinned = {_pair(small, meeting.one, meeting.other) for meeting in problem.pinned}
    for pair in sorted(weights.keys() | pinned):
        if pair in nevers and pair not in pinned and pair not in musts:
            continue
        closed = pair in nevers or not _understand(problem.people[pair[0]], problem.people[pair[1]])
        small.ends.append(pair)
        small.weight.append(round(weights[pair] * UNITS))
        small.must.append(pair in musts or pair in pinned)
        small.open.append(0 if closed else small.free[pair[0]] & small.free[pair[1]] & tables)


def _pair(small: Compact, one: str, other: str) -> tuple[int, int]:
    a, b = small.person_of[one], small.person_of[other]
    return (a, b) if a < b else (b, a)


def _understand(one: Person, other: Person) -> bool:
    return not one.languages or not other.languages or bool(one.languages & other.languages)


def _close(small: Compact, closed: Sequence[Meeting]) -> None:
    for meeting in closed:
        edge = small.edge_of.get(frozenset(small.person_of[name] for name in meeting.pair))
        if edge is not None:
            small.open[edge] &= ~(1 << small.slot_of[meeting.slot])
