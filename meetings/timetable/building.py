"""What the solver is given: a fair's people and when they are free, its slots, the wishes that may be kept, and what
the organiser decided."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, case, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.cards import not_banned
from fairs.model import Fair, Membership
from matching.plans.model import Kind, Problem, Timetable, Waking, Wish
from matching.plans.model import Meeting as Two
from matching.plans.model import Person as Guest
from matching.plans.model import Rules as Asked
from matching.plans.model import Slot as Time
from meetings.agendas import agendas
from meetings.displacing import SLOT_WITHDRAWN, TIMETABLE_MENDED
from meetings.grid import Span
from meetings.model import Meeting, Plan, Seat, Slot
from meetings.queries import Rules, groups_of_people, limits_of, retreated, rules_of, slots_of, span_of
from meetings.rules import Agenda, Limits, Mode, taken
from meetings.timetable.model import MeetingWish, Pairing, TimetableRun
from meetings.timetable.pairings import pairings
from meetings.timetable.standing import Booked, booked_ahead, lost, twos
from people.model import Person

# People of one timetable. The solver takes more; their agendas are read at once.
PEOPLE_MOST = 10_000
# Whose meeting was called off for these reasons may meet at another time.
_MAY_MEET_YET = (SLOT_WITHDRAWN, TIMETABLE_MENDED)


@dataclass(frozen=True)
class Size:
    """What goes in, in numbers."""

    people: int
    wishes: int
    given: int  # meetings that must be, or are pinned
    slots: int


async def size(session: AsyncSession, fair: Fair, now: datetime) -> Size:
    """What a timetable would be made from."""
    # Who has left, or is shut out, has said theirs, and counts no more: neither do wishes to meet them.
    here = set(await session.scalars(_inside(fair.id)))
    wishes = [each for each in await _wishes(session, fair.id) if {each.of_id, each.whom_id} <= here]
    people = {id for each in wishes for id in (each.of_id, each.whom_id)}
    must = {frozenset((each.of_id, each.whom_id)) for each in wishes if each.kind == Kind.MUST}
    pinned = {frozenset((each.one_id, each.other_id)) for each in await pairings(session, fair.id) if each.slot_id}
    slots = await slots_of(session, fair.id, after=now)
    return Size(len(people), len(wishes), len(must | pinned), len(slots))


def given(problem: Problem) -> set[frozenset[str]]:
    """The pairs that must meet: by the organiser's wishes, and by pins."""
    must = {frozenset((each.of, each.whom)) for each in problem.wishes if each.kind is Kind.MUST}
    return must | {each.pair for each in problem.pinned}


async def build(session: AsyncSession, fair: Fair, plan: Plan, run: TimetableRun, now: datetime) -> Problem:
    """The problem as it is now. Pairs who meet already, or may not meet by the plan, are left out."""
    return await _build(session, fair, plan, run, now, ())


async def build_repair(
    session: AsyncSession, fair: Fair, plan: Plan, run: TimetableRun, now: datetime
) -> tuple[Problem, Timetable]:
    """What is to be mended: the problem as it is now, and the timetable as it is booked, with those meetings that were
    called off since it was mended last, and not booked anew. Meetings of two that came about otherwise stay where they
    are."""
    booked = await booked_ahead(session, fair.id, now)
    problem = await _build(session, fair, plan, run, now, booked)
    stands = {each.meeting.pair: each.meeting for each in booked}
    gone = [each for each in await lost(session, fair.id) if each.pair not in stands]
    return problem, Timetable([*stands.values(), *gone])


async def _build(
    session: AsyncSession, fair: Fair, plan: Plan, run: TimetableRun, now: datetime, booked: Collection[Booked]
) -> Problem:
    slots = await slots_of(session, fair.id, after=now)
    wishes, decided = await _wishes(session, fair.id), await pairings(session, fair.id)
    pairs = [(each.of_id, each.whom_id) for each in wishes] + [(each.one_id, each.other_id) for each in decided]
    named = {id for pair in (*pairs, *(each.meeting.pair for each in booked)) for id in pair}
    away = await retreated(session, fair.id, named)
    stays = _slots_of_those(away, booked)
    people = await _people(session, fair.id, named - away | stays.keys())
    there = frozenset(each.id for each in people)
    rules = await rules_of(session, plan)
    groups = await groups_of_people(session, fair.id, rules.groups, there)
    met = await _met(session, fair.id) - {each.meeting.pair for each in booked}
    ahead = {each.id for each in slots}
    pins = _pins(booked, decided, there, ahead, met)
    passed = twos(fair.id, now) if booked else ()
    found: dict[str, Agenda] = {}
    if slots and there:
        found = await agendas(session, there, Span(slots[0].starts_at, slots[-1].ends_at), but=passed)
    limits = limits_of(plan, fair)
    guests = await asyncio.to_thread(_guests, people, slots, found, limits, now)
    return Problem(
        [_bound(replace(each, group=groups[each.id] or ""), pins, stays.get(each.id)) for each in guests],
        [_time(each, fair.time_zone) for each in slots],
        [*_wanted(rules, groups, wishes, met), *_said(booked, decided, there, ahead, met)],
        Asked(run.tables, run.least, None, plan.most_per_day, plan.longest_streak, Waking()),
        {each.id: each.weight for each in rules.groups},
        pins,
    )


async def _wishes(session: AsyncSession, fair_id: str) -> Sequence[Row[str, str, str, float]]:
    """A must that nobody may break is the organiser's to give: somebody's own one is a weighty “would like”."""
    kind = case((MeetingWish.organiser | (MeetingWish.kind != Kind.MUST), MeetingWish.kind), else_=Kind.LIKE.value)
    columns = MeetingWish.of_id, MeetingWish.whom_id, kind.label("kind"), MeetingWish.weight
    return (await session.execute(select(*columns).where(MeetingWish.fair_id == fair_id))).all()


def _wanted(
    rules: Rules,
    groups: Mapping[str, str | None],
    wishes: Sequence[Row[str, str, str, float]],
    met: Collection[frozenset[str]],
) -> list[Wish]:
    def fits(of: str, whom: str) -> bool:
        if of not in groups or whom not in groups:
            return False
        one, other = groups[of], groups[whom]
        shut = rules.mode(one, other) is Mode.NEVER and rules.mode(other, one) is Mode.NEVER
        return not shut and frozenset((of, whom)) not in met

    return [Wish(of, whom, Kind(kind), weight) for of, whom, kind, weight in wishes if fits(of, whom)]


def _said(
    booked: Collection[Booked],
    decided: Sequence[Pairing],
    there: frozenset[str],
    slots: Collection[str],
    met: Collection[frozenset[str]],
) -> list[Wish]:
    """What the organiser decided, as wishes that bind, but for pins to times that are over or out of the plan; and for
    each booked pair one of no weight, so that it stays where nobody wishes it any more."""
    stays = [Wish(each.meeting.one, each.meeting.other, Kind.LIKE, 0.0) for each in booked]
    holds = [each for each in decided if each.slot_id is None or each.slot_id in slots]
    bind = [Wish(each.one_id, each.other_id, Kind.MUST if each.slot_id else Kind.NEVER, 0.0) for each in holds]

    def fits(pair: frozenset[str]) -> bool:
        return pair <= there and pair not in met

    return [each for each in (*stays, *bind) if fits(frozenset((each.of, each.whom)))]


def _pins(
    booked: Collection[Booked],
    decided: Sequence[Pairing],
    there: frozenset[str],
    slots: Collection[str],
    met: Collection[frozenset[str]],
) -> list[Two]:
    """Meetings that stay where they are: those that no timetable made, then those that the organiser pinned. Of two at
    once the earlier one is kept; the other pair is still a must, so that it is named where it finds no place."""
    fixed = [each.meeting for each in booked if not each.ours]
    wanted = [Two(each.one_id, each.other_id, each.slot_id) for each in decided if each.slot_id]
    pins: list[Two] = []
    busy: set[tuple[str, str]] = set()
    pairs: set[frozenset[str]] = set()
    for each in (*fixed, *wanted):
        places = {(name, each.slot) for name in each.pair}
        if each.slot in slots and each.pair <= there and each.pair not in pairs | set(met) and not places & busy:
            pins.append(each)
            busy |= places
            pairs.add(each.pair)
    return pins


def _slots_of_those(away: Collection[str], booked: Collection[Booked]) -> dict[str, frozenset[str]]:
    """When those who take no meetings any more have those that are booked, which stay."""
    mine = {(name, each.meeting.slot) for each in booked for name in each.meeting.pair if name in away}
    return {name: frozenset(slot for one, slot in mine if one == name) for name, _ in mine}


def _bound(guest: Guest, pins: Collection[Two], stays: frozenset[str] | None) -> Guest:
    """Who is pinned has time for it; who takes no meetings any more has time for what is booked, and for no more."""
    if stays is not None:
        return replace(guest, free=stays if guest.free is None else guest.free & stays, most=len(stays), least=0)
    mine = {each.slot for each in pins if guest.id in each.pair}
    return replace(guest, free=guest.free | mine) if mine and guest.free is not None else guest


async def _people(session: AsyncSession, fair_id: str, ids: Collection[str]) -> list[Person]:
    query = select(Person).where(Person.id.in_(ids), Person.id.in_(_inside(fair_id)), Person.erased_at.is_(None))
    return list(await session.scalars(query.order_by(Person.id)))


def _inside(fair_id: str) -> Select[str]:
    """The ids of those who are in a fair and not shut out."""
    return select(Membership.person_id).where(Membership.fair_id == fair_id, not_banned())


async def _met(session: AsyncSession, fair_id: str) -> set[frozenset[str]]:
    """Pairs who have a meeting of the fair, or had one that was called off other than by a change of the plan."""
    query = select(Seat.meeting_id, Seat.person_id).join(Meeting, Meeting.id == Seat.meeting_id)
    rows = await session.execute(query.where(Meeting.fair_id == fair_id, Meeting.cancel_reason.not_in(_MAY_MEET_YET)))
    at: dict[str, list[str]] = {}
    for meeting_id, person_id in rows:
        at.setdefault(meeting_id, []).append(person_id)
    return {frozenset((one, other)) for people in at.values() for one in people for other in people if one < other}


def _guests(
    people: Sequence[Person], slots: Sequence[Slot], found: dict[str, Agenda], limits: Limits, now: datetime
) -> list[Guest]:
    return [_guest(each, slots, found.get(each.id, Agenda()), limits, now) for each in people]


def _guest(person: Person, slots: Sequence[Slot], agenda: Agenda, limits: Limits, now: datetime) -> Guest:
    free = None  # always: most people, which makes the problem small and quick to read
    if agenda.meetings or agenda.absent or agenda.busy:
        free = frozenset(each.id for each in slots if taken(each.id, span_of(each), agenda, limits, now) is None)
    return Guest(person.id, free=free, languages=frozenset(person.languages), zone=person.time_zone)


def _time(slot: Slot, zone: str) -> Time:
    return Time(slot.id, slot.starts_at, slot.ends_at, slot.starts_at.astimezone(ZoneInfo(zone)).date().isoformat())
