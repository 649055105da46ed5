"""Who has time when: the agendas of several people, and the slots in which all of them are free."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.model import Fair
from meetings.grid import Span
from meetings.model import Absence, Busy, Meeting, Plan, Seat, Slot
from meetings.queries import limits_of, slots_of, span_of
from meetings.rules import Agenda, Limits, SlotTaken, taken


@dataclass(frozen=True)
class Choice:
    """A slot, and whether these people could take it: `why` names the first reason against it, `whose` the person."""

    slot: Slot
    why: SlotTaken | None = None
    whose: str = ""

    @property
    def free(self) -> bool:
        """Whether everybody has time."""
        return self.why is None


async def agendas(
    session: AsyncSession, person_ids: Collection[str], within: Span, *, but: Collection[str] | Select[str] = ()
) -> dict[str, Agenda]:
    """What takes these people's time within a span, at every fair; meetings in `but`, given as their ids or a query of
    them, are passed over. Three queries."""
    meetings: dict[str, list[Span]] = defaultdict(list)
    seats = (
        select(Seat.person_id, Meeting.starts_at, Meeting.ends_at)
        .join(Meeting, Meeting.id == Seat.meeting_id)
        .where(Seat.person_id.in_(person_ids), Seat.slot_id.is_not(None), Meeting.id.not_in(but))
        .where(Meeting.starts_at < within.ends, Meeting.ends_at > within.starts)
    )
    for row in await session.execute(seats):
        meetings[row.person_id].append(Span(row.starts_at, row.ends_at))
    absent: dict[str, set[str]] = defaultdict(set)
    away = (
        select(Absence.person_id, Absence.slot_id)
        .join(Slot, Slot.id == Absence.slot_id)
        .where(Absence.person_id.in_(person_ids), Slot.starts_at < within.ends, Slot.ends_at > within.starts)
    )
    for person_id, slot_id in await session.execute(away):
        absent[person_id].add(slot_id)
    busy: dict[str, list[Span]] = defaultdict(list)
    own = select(Busy).where(Busy.person_id.in_(person_ids), Busy.starts_at < within.ends, Busy.ends_at > within.starts)
    for one in await session.scalars(own):
        busy[one.person_id].append(Span(one.starts_at, one.ends_at))
    return {each: Agenda(meetings[each], frozenset(absent[each]), busy[each]) for each in person_ids}


async def choices(
    session: AsyncSession,
    fair: Fair,
    plan: Plan,
    person_ids: Sequence[str],
    now: datetime,
    *,
    but: Collection[str] = (),
) -> list[Choice]:
    """Every slot that is still ahead, and whether these people could meet in it."""
    slots = await slots_of(session, fair.id, after=now)
    if not slots:
        return []
    found = await agendas(session, person_ids, _around(slots), but=but)
    limits = limits_of(plan, fair)
    return [_choice(slot, found, limits, now) for slot in slots]


async def free_slots(
    session: AsyncSession,
    fair: Fair,
    plan: Plan,
    person_ids: Sequence[str],
    now: datetime,
    *,
    but: Collection[str] = (),
) -> list[Slot]:
    """The slots ahead in which all of these people have time."""
    return [each.slot for each in await choices(session, fair, plan, person_ids, now, but=but) if each.free]


def obstacle(slot: Slot, found: Mapping[str, Agenda], limits: Limits, now: datetime) -> tuple[SlotTaken, str] | None:
    """The first reason why these people cannot meet in a slot, and whose it is."""
    if slot.withdrawn_at is not None:
        return SlotTaken.GONE, ""
    reasons = ((taken(slot.id, span_of(slot), agenda, limits, now), person) for person, agenda in found.items())
    return next(((why, person) for why, person in reasons if why), None)


def day_around(slot: Slot) -> Span:
    """Enough time around a slot to judge the day that it lies in, wherever on the globe."""
    return _around([slot])


def _choice(slot: Slot, found: Mapping[str, Agenda], limits: Limits, now: datetime) -> Choice:
    against = obstacle(slot, found, limits, now)
    return Choice(slot, *against) if against else Choice(slot)


def _around(slots: Sequence[Slot]) -> Span:
    return Span(slots[0].starts_at - _DAY, slots[-1].ends_at + _DAY)


_DAY = timedelta(days=1)
