"""Whether a timetable keeps every rule of its problem. Written from the problem as people state it, and independent of
the search: it is what the search is checked against."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from matching.plans.model import Kind, Meeting, Person, Problem, Slot, Timetable


def faults(problem: Problem, timetable: Timetable) -> list[str]:
    """What is wrong, in sentences; empty when every rule, must and least number is kept."""
    return [
        *_pairs(problem, timetable),
        *_hours(problem, timetable),
        *_tables(problem, timetable),
        *_counts(problem, timetable),
        *_streaks(problem, timetable),
    ]


def objective(problem: Problem, timetable: Timetable) -> float:
    """The weights of all wishes, of both sides, between people who meet."""
    met = {meeting.pair for meeting in timetable.meetings}
    group = {person.id: person.group for person in problem.people}
    return sum(
        wish.weight * problem.groups.get(group[wish.of], 1.0)
        for wish in problem.wishes
        if wish.kind is not Kind.NEVER and frozenset((wish.of, wish.whom)) in met
    )


def missed(problem: Problem, timetable: Timetable) -> list[str]:
    """Musts, pins and least numbers that a timetable does not keep, in sentences."""
    met = {meeting.pair for meeting in timetable.meetings}
    asked = [frozenset((wish.of, wish.whom)) for wish in problem.wishes if wish.kind is Kind.MUST]
    asked += [meeting.pair for meeting in problem.pinned]
    counts = Counter(name for pair in met for name in pair)
    least = ((each.id, problem.rules.least if each.least is None else each.least) for each in problem.people)
    return [
        *(f"{_both(pair)} must meet and do not." for pair in dict.fromkeys(asked) if pair not in met),
        *(f"{id} has {counts[id]} meetings, and {low} are the least." for id, low in least if counts[id] < low),
    ]


def _pairs(problem: Problem, timetable: Timetable) -> Iterator[str]:
    times = Counter(meeting.pair for meeting in timetable.meetings)
    yield from (f"{_both(pair)} meet {count} times." for pair, count in times.items() if count > 1)
    for wish in problem.wishes:
        pair = frozenset((wish.of, wish.whom))
        if wish.kind is Kind.NEVER and pair in times:
            yield f"{_both(pair)} meet, and {wish.of} said never."
        if wish.kind is Kind.MUST and pair not in times:
            yield f"{_both(pair)} must meet and do not."
    places = {(meeting.pair, meeting.slot) for meeting in timetable.meetings}
    yield from (f"{_both(m.pair)} are pinned to {m.slot}." for m in problem.pinned if (m.pair, m.slot) not in places)
    yield from (
        f"{_both(m.pair)} meet in {m.slot}, which is closed." for m in problem.closed if (m.pair, m.slot) in places
    )


def _both(pair: frozenset[str]) -> str:
    return " and ".join(sorted(pair))


def _hours(problem: Problem, timetable: Timetable) -> Iterator[str]:
    people = {person.id: person for person in problem.people}
    slots = {slot.id: slot for slot in problem.slots}
    for meeting in timetable.meetings:
        one, other = people[meeting.one], people[meeting.other]
        for person in (one, other):
            if person.free is not None and meeting.slot not in person.free:
                yield f"{person.id} has no time in {meeting.slot}."
            if not _awake(problem, person, slots[meeting.slot]):
                yield f"{meeting.slot} is outside the waking hours of {person.id}."
        if one.languages and other.languages and not one.languages & other.languages:
            yield f"{one.id} and {other.id} have no language in common."


def _awake(problem: Problem, person: Person, slot: Slot) -> bool:
    waking = problem.rules.waking
    if waking is None or person.zone is None:
        return True
    starts, ends = (time.astimezone(ZoneInfo(person.zone)) for time in (slot.starts, slot.ends))
    until = ends.hour + ends.minute / 60 + ends.second / 3600 + 24 * (ends.date() - starts.date()).days
    return waking.earliest <= starts.hour + starts.minute / 60 + starts.second / 3600 and until <= waking.latest


def _tables(problem: Problem, timetable: Timetable) -> Iterator[str]:
    used = Counter(meeting.slot for meeting in timetable.meetings)
    for slot in problem.slots:
        tables = problem.rules.tables if slot.tables is None else slot.tables
        if tables is not None and used[slot.id] > tables:
            yield f"{slot.id} has {used[slot.id]} meetings for {tables} tables."


def _counts(problem: Problem, timetable: Timetable) -> Iterator[str]:
    day = {slot.id: slot.day for slot in problem.slots}
    mine = _by_person(timetable)
    for person in problem.people:
        meetings = mine[person.id]
        least = problem.rules.least if person.least is None else person.least
        most = problem.rules.most if person.most is None else person.most
        per_day = problem.rules.most_per_day if person.most_per_day is None else person.most_per_day
        if len({meeting.slot for meeting in meetings}) < len(meetings):
            yield f"{person.id} is in two meetings at once."
        if len(meetings) < least or (most is not None and len(meetings) > most):
            yield f"{person.id} has {len(meetings)} meetings."
        if per_day is not None and max(Counter(day[m.slot] for m in meetings).values(), default=0) > per_day:
            yield f"{person.id} has more than {per_day} meetings on a day."


def _by_person(timetable: Timetable) -> dict[str, list[Meeting]]:
    mine: dict[str, list[Meeting]] = defaultdict(list)
    for meeting in timetable.meetings:
        for name in meeting.pair:
            mine[name].append(meeting)
    return mine


def _streaks(problem: Problem, timetable: Timetable) -> Iterator[str]:
    longest = problem.rules.longest_streak
    if longest is None:
        return
    days: dict[str, list[str]] = defaultdict(list)
    for slot in sorted(problem.slots, key=lambda slot: (slot.starts, slot.id)):
        days[slot.day].append(slot.id)
    for name, meetings in _by_person(timetable).items():
        busy = {meeting.slot for meeting in meetings}
        for slots in days.values():
            if any(set(slots[i : i + longest + 1]) <= busy for i in range(len(slots) - longest)):
                yield f"{name} has more than {longest} meetings in a row."
