"""Who has time when: the agendas of several people, and the slots in which all of them are free."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    SQLColumnExpression,
    bindparam,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.model import Fair
from meetings.grid import Span
from meetings.model import Absence, Busy, Meeting, Plan, Seat, Slot
from meetings.queries import limits_of, over_at, slots_of, span_of
from meetings.rules import Agenda, Limits, SlotTaken, taken

Column = SQLColumnExpression[datetime]


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
    them, are passed over. One query."""
    asked: dict[str, Any] = {"people": list(person_ids), "starts": within.starts, "ends": within.ends}
    query = _taken(but) if isinstance(but, Select) else _TAKEN
    if not isinstance(but, Select):
        asked["but"] = list(but)
    meetings: dict[str, list[Span]] = defaultdict(list)
    absent: dict[str, set[str]] = defaultdict(set)
    busy: dict[str, list[Span]] = defaultdict(list)
    for kind, person_id, slot_id, starts_at, ends_at in await session.execute(query, asked):
        if kind == _ABSENT:
            absent[person_id].add(slot_id)
        else:
            (meetings if kind == _MEETING else busy)[person_id].append(Span(starts_at, ends_at))
    return {each: Agenda(meetings[each], frozenset(absent[each]), busy[each]) for each in person_ids}


def _within(starts_at: Column, ends_at: Column) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return starts_at < bindparam("ends"), ends_at > bindparam("starts")


_MEETING, _ABSENT, _BUSY = "meeting", "absent", "busy"
_PEOPLE: BindParameter[str] = bindparam("people", expanding=True)


def _taken(but: Select[str] | BindParameter[str]) -> CompoundSelect[*tuple[Any, ...]]:
    """A row for each thing that takes somebody's time: what it is, whose, its slot, and when."""
    return union_all(
        select(literal_column(f"'{_MEETING}'"), Seat.person_id, Seat.slot_id, Meeting.starts_at, over_at)
        .join(Meeting, Meeting.id == Seat.meeting_id)
        .where(Seat.person_id.in_(_PEOPLE), Seat.slot_id.is_not(None), Meeting.id.not_in(but))
        .where(*_within(Meeting.starts_at, over_at)),
        select(literal_column(f"'{_ABSENT}'"), Absence.person_id, Absence.slot_id, Slot.starts_at, Slot.ends_at)
        .join(Slot, Slot.id == Absence.slot_id)
        .where(Absence.person_id.in_(_PEOPLE), *_within(Slot.starts_at, Slot.ends_at)),
        select(literal_column(f"'{_BUSY}'"), Busy.person_id, literal_column("''"), Busy.starts_at, Busy.ends_at)
        .where(Busy.person_id.in_(_PEOPLE), *_within(Busy.starts_at, Busy.ends_at)),
    )  # fmt: skip


# Built once: every booking and moving asks it.
_TAKEN = _taken(bindparam("but", expanding=True))


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
    found = await agendas(session, person_ids, around(slots), but=but)
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
    return around([slot])


def around(slots: Sequence[Slot]) -> Span:
    """The same for several slots, given by time."""
    return Span(slots[0].starts_at - _DAY, slots[-1].ends_at + _DAY)


def _choice(slot: Slot, found: Mapping[str, Agenda], limits: Limits, now: datetime) -> Choice:
    against = obstacle(slot, found, limits, now)
    return Choice(slot, *against) if against else Choice(slot)


_DAY = timedelta(days=1)
