"""What the solver is given: a fair's people and when they are free, its slots, and the wishes that may be kept."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.cards import not_banned
from fairs.model import Fair, Membership
from matching.plans.model import Kind, Problem, Waking, Wish
from matching.plans.model import Person as Guest
from matching.plans.model import Rules as Asked
from matching.plans.model import Slot as Time
from meetings.agendas import agendas
from meetings.grid import Span
from meetings.model import Meeting, Plan, Seat, Slot
from meetings.plans import SLOT_WITHDRAWN
from meetings.queries import groups_of_people, limits_of, retreated, rules_of, slots_of, span_of
from meetings.rules import Agenda, Limits, Mode, taken
from meetings.timetable.model import MeetingWish, TimetableRun
from people.model import Person

# People of one timetable. The solver takes more; their agendas are read at once.
PEOPLE_MOST = 10_000


@dataclass(frozen=True)
class Size:
    """What goes in, in numbers."""

    people: int
    wishes: int
    slots: int


async def size(session: AsyncSession, fair: Fair, now: datetime) -> Size:
    """What a timetable would be made from."""
    wishes = await _wishes(session, fair.id)
    people = {id for each in wishes for id in (each.of_id, each.whom_id)}
    return Size(len(people), len(wishes), len(await slots_of(session, fair.id, after=now)))


async def build(session: AsyncSession, fair: Fair, plan: Plan, run: TimetableRun, now: datetime) -> Problem:
    """The problem as it is now. Pairs who meet already, or may not meet by the plan, are left out."""
    slots = await slots_of(session, fair.id, after=now)
    wishes = await _wishes(session, fair.id)
    named = {id for each in wishes for id in (each.of_id, each.whom_id)}
    people = await _people(session, fair.id, named)
    there = [each.id for each in people]
    wanted = await _allowed(session, plan, wishes, set(there))
    found: dict[str, Agenda] = {}
    if slots and there:
        found = await agendas(session, there, Span(slots[0].starts_at, slots[-1].ends_at))
    limits = limits_of(plan, fair)
    guests = await asyncio.to_thread(_guests, people, slots, found, limits, now)
    rules = Asked(run.tables, run.least, None, plan.most_per_day, plan.longest_streak, Waking())
    return Problem(guests, [_time(each, fair.time_zone) for each in slots], wanted, rules)


async def _wishes(session: AsyncSession, fair_id: str) -> Sequence[MeetingWish]:
    return (await session.scalars(select(MeetingWish).where(MeetingWish.fair_id == fair_id))).all()


async def _people(session: AsyncSession, fair_id: str, ids: Collection[str]) -> list[Person]:
    inside = select(Membership.person_id).where(Membership.fair_id == fair_id, not_banned())
    query = select(Person).where(Person.id.in_(ids), Person.id.in_(inside), Person.erased_at.is_(None))
    away = await retreated(session, fair_id, ids)
    return [each for each in await session.scalars(query.order_by(Person.id)) if each.id not in away]


async def _allowed(
    session: AsyncSession, plan: Plan, wishes: Sequence[MeetingWish], there: Collection[str]
) -> list[Wish]:
    rules = await rules_of(session, plan)
    groups = await groups_of_people(session, plan.fair_id, rules.groups, there)
    met = await _met(session, plan.fair_id)

    def fits(each: MeetingWish) -> bool:
        if each.of_id not in there or each.whom_id not in there:
            return False
        one, other = groups[each.of_id], groups[each.whom_id]
        shut = rules.mode(one, other) is Mode.NEVER and rules.mode(other, one) is Mode.NEVER
        return not shut and frozenset((each.of_id, each.whom_id)) not in met

    return [Wish(each.of_id, each.whom_id, Kind(each.kind), each.weight) for each in wishes if fits(each)]


async def _met(session: AsyncSession, fair_id: str) -> set[frozenset[str]]:
    """Pairs who have a meeting of the fair, or had one that was called off other than by a change of the plan."""
    query = select(Seat.meeting_id, Seat.person_id).join(Meeting, Meeting.id == Seat.meeting_id)
    rows = await session.execute(query.where(Meeting.fair_id == fair_id, Meeting.cancel_reason != SLOT_WITHDRAWN))
    at: dict[str, list[str]] = {}
    for meeting_id, person_id in rows:
        at.setdefault(meeting_id, []).append(person_id)
    return {frozenset((one, other)) for people in at.values() for one in people for other in people if one < other}


def _guests(
    people: Sequence[Person], slots: Sequence[Slot], found: dict[str, Agenda], limits: Limits, now: datetime
) -> list[Guest]:
    return [_guest(each, slots, found.get(each.id, Agenda()), limits, now) for each in people]


def _guest(person: Person, slots: Sequence[Slot], agenda: Agenda, limits: Limits, now: datetime) -> Guest:
    free = frozenset(each.id for each in slots if taken(each.id, span_of(each), agenda, limits, now) is None)
    return Guest(person.id, free=free, languages=frozenset(person.languages), zone=person.time_zone)


def _time(slot: Slot, zone: str) -> Time:
    return Time(slot.id, slot.starts_at, slot.ends_at, slot.starts_at.astimezone(ZoneInfo(zone)).date().isoformat())
