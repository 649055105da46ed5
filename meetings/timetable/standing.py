"""What of a published timetable stands: the meetings of two that are booked ahead, and those that were lost."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.cards import cards
from fairs.model import Fair
from matching.plans.model import Meeting as Two
from meetings.bookings import ConflictError, Wanted, book
from meetings.model import Meeting, Plan, Seat
from meetings.queries import over_at, retreated
from meetings.timetable.model import TimetableEntry, TimetableRun
from server.kernel.db import UnitOfWork

_NO_SLOT = "called off"


@dataclass(frozen=True)
class Booked:
    """A meeting of two people ahead; `ours`: it came from a timetable, and mending may move it."""

    id: str
    meeting: Two
    ours: bool


def twos(fair_id: str, now: datetime) -> Select[str]:
    """The ids of a fair's meetings of two that are ahead."""
    ahead = Meeting.fair_id == fair_id, Meeting.starts_at > now, Meeting.cancelled_at.is_(None)
    query = select(Seat.meeting_id).join(Meeting, Meeting.id == Seat.meeting_id).where(*ahead)
    return query.group_by(Seat.meeting_id).having(func.count() == 2)


async def booked_ahead(session: AsyncSession, fair_id: str, now: datetime) -> list[Booked]:
    """A fair's meetings of two that are ahead."""
    ours = exists().where(TimetableEntry.meeting_id == Meeting.id)
    query = select(Meeting.id, Meeting.slot_id, Seat.person_id, ours).join(Seat, Seat.meeting_id == Meeting.id)
    people: dict[tuple[str, str, bool], list[str]] = {}
    for id, slot_id, person_id, made in await session.execute(query.where(Meeting.id.in_(twos(fair_id, now)))):
        people.setdefault((id, slot_id, bool(made)), []).append(person_id)
    return [Booked(id, _two(min(each), max(each), slot_id), made) for (id, slot_id, made), each in people.items()]


async def lost(session: AsyncSession, fair_id: str) -> list[Two]:
    """Meetings of a fair's timetables that were called off since the timetable was mended last, in a slot that there is
    not: nobody keeps it."""
    since = await session.scalar(
        select(func.max(TimetableRun.made_at)).where(
            TimetableRun.fair_id == fair_id, TimetableRun.mends_id.is_not(None), TimetableRun.published_at.is_not(None)
        )
    )
    query = (
        select(TimetableEntry.one_id, TimetableEntry.other_id)
        .join(Meeting, Meeting.id == TimetableEntry.meeting_id)
        .where(Meeting.fair_id == fair_id, Meeting.cancelled_at.is_not(None))
    )
    if since:
        query = query.where(Meeting.cancelled_at > since)
    return [_two(one, other, _NO_SLOT) for one, other in await session.execute(query)]


async def follow_seats(uow: UnitOfWork, meeting_ids: Collection[str]) -> None:
    """Have the timetables that booked these meetings of two name who sits in them now, after a colleague got a seat."""
    booked = TimetableEntry.meeting_id.in_(meeting_ids)
    entries = (await uow.session.scalars(select(TimetableEntry).where(booked).with_for_update())).all()
    pairs = await _pairs(uow.session, meeting_ids) if entries else {}
    for each in entries:  # two may change places: all go before any comes
        await uow.session.delete(each)
    await uow.session.flush()
    for each in entries:
        one, other = pairs.get(each.meeting_id or "", (each.one_id, each.other_id))
        if not await _make_room(uow, each.timetable_id, one, other):
            one, other = each.one_id, each.other_id
        kept = {"slot_id": each.slot_id, "meeting_id": each.meeting_id, "why": each.why}
        uow.session.add(TimetableEntry(timetable_id=each.timetable_id, one_id=one, other_id=other, **kept))
    await uow.session.flush()


async def _make_room(uow: UnitOfWork, run_id: str, one: str, other: str) -> bool:
    """Whether a timetable may say something new of these two: what it said before is over, or it said nothing."""
    known = await uow.session.get(TimetableEntry, (run_id, one, other))
    if known is None:
        return True
    met = await uow.session.get(Meeting, known.meeting_id) if known.meeting_id else None
    if not known.why and (met is None or met.cancelled_at is None):
        return False
    await uow.session.delete(known)
    await uow.session.flush()
    return True


async def _pairs(session: AsyncSession, meeting_ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """The two of each of these meetings; those with more people are left out."""
    seats: dict[str, list[str]] = {}
    query = select(Seat.meeting_id, Seat.person_id).where(Seat.meeting_id.in_(meeting_ids))
    for meeting_id, person_id in await session.execute(query):
        seats.setdefault(meeting_id, []).append(person_id)
    return {id: (min(each), max(each)) for id, each in seats.items() if len(each) == 2}


async def unfit(session: AsyncSession, fair_id: str, pairs: Collection[tuple[str, str]], now: datetime) -> str:
    """Why two of these, who have just been put together, are not to meet after all; empty for nothing. "away": one is
    not at the fair any more, or takes no meetings there; "together": they have another meeting ahead."""
    people = {id for pair in pairs for id in pair}
    here = await cards(session, fair_id, people)
    if any(id not in here or not here[id].name for id in people) or await retreated(session, fair_id, people):
        return "away"
    ahead = Meeting.fair_id == fair_id, over_at > now, Meeting.cancelled_at.is_(None)
    seats = select(Seat.meeting_id, Seat.person_id).join(Meeting, Meeting.id == Seat.meeting_id).where(*ahead)
    at: dict[str, list[str]] = {}
    for meeting_id, person_id in await session.execute(seats.where(Seat.person_id.in_(people))):
        at.setdefault(meeting_id, []).append(person_id)
    times = Counter(pair for each in at.values() for pair in combinations(sorted(each), 2))
    return "together" if any(times[min(pair), max(pair)] > 1 for pair in pairs) else ""


async def rebook(uow: UnitOfWork, gone: Meeting, fair: Fair, plan: Plan, slot_id: str, *, by_id: str) -> Meeting:
    """Book a meeting that was called off anew, in another slot, between the same people. Raises ConflictError, also
    where one of them is away, or where they have arranged something meanwhile."""
    people = list(await uow.session.scalars(select(Seat.person_id).where(Seat.meeting_id == gone.id)))
    wanted = Wanted(fair, plan, slot_id, people, gone.ask, gone.offer, gone.request_id)
    made = await book(uow, wanted, by_id=by_id)
    if why := await unfit(uow.session, fair.id, list(combinations(sorted(people), 2)), uow.clock.now()):
        raise ConflictError(why)
    if await _have_arranged(uow.session, gone, made, people):
        raise ConflictError("arranged")
    return made


async def _have_arranged(session: AsyncSession, gone: Meeting, made: Meeting, people: Collection[str]) -> bool:
    """Whether these people had another meeting since one was called off, even if that was called off as well: without
    being asked anew, once is enough."""
    query = select(Seat.meeting_id).join(Meeting, Meeting.id == Seat.meeting_id)
    since = Meeting.fair_id == gone.fair_id, Meeting.id != made.id, Meeting.made_at >= gone.cancelled_at
    both = query.where(*since, Seat.person_id.in_(people)).group_by(Seat.meeting_id).having(func.count() > 1)
    return await session.scalar(both.limit(1)) is not None


def _two(one: str, other: str, slot_id: str) -> Two:
    return Two(min(one, other), max(one, other), slot_id)
