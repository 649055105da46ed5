"""What becomes of meetings, requests and what people said of their time when a fair's slots are laid anew."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, delete, exists, insert, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from fairs.model import Fair
from meetings.agendas import free_slots
from meetings.bookings import carry, give_up, lock_meetings
from meetings.events import MeetingCancelled
from meetings.model import Absence, Meeting, Plan, Proposal, Request, Seat, Slot
from meetings.requests import TELL_JOB
from meetings.timetable.model import Pairing
from server.kernel.db import UnitOfWork
from server.kernel.tables import UtcDateTime

# The reasons of cancellations that nobody typed; pages and mails say them in the reader's language.
SLOT_WITHDRAWN = "slot withdrawn"
TIMETABLE_MENDED = "timetable mended"
# Other times that are named to people whose meeting was called off.
OFFERED = 3


@dataclass(frozen=True)
class Laid:
    """What became of meetings: the ids of those that are called off, and of those that went along to another time."""

    off: Sequence[str] = ()
    moved: Sequence[str] = ()


async def displace(uow: UnitOfWork, fair: Fair, plan: Plan, places: Mapping[str, Slot], *, by_id: str | None) -> Laid:
    """Have meetings ahead go to the place of their slot, given by its id, and call off those that have none."""
    homeless = or_(Slot.withdrawn_at.is_not(None), Slot.id.in_(places))
    ahead = Meeting.fair_id == fair.id, Meeting.cancelled_at.is_(None), Meeting.starts_at > uow.clock.now()
    query = select(Meeting).join(Slot, Slot.id == Meeting.slot_id).where(*ahead, homeless)
    found = (await uow.session.scalars(query)).all()
    people = await lock_meetings(uow, found)
    gone = set(await uow.session.scalars(_withdrawn(fair.id)))
    # Its people may have moved one to a time that stays, before it was locked.
    held = [each for each in found if each.id in people and (each.slot_id in places or each.slot_id in gone)]
    going = {each: places[each.slot_id] for each in held if each.slot_id in places}
    stranded = [*(each for each in held if each not in going), *await carry(uow, fair, plan, going)]
    for meeting in stranded:
        await give_up(uow, meeting, by_id=by_id or meeting.made_by_id, reason=SLOT_WITHDRAWN)
        uow.emit(MeetingCancelled(meeting.id, frozenset(people[meeting.id])))
    off = sorted(each.id for each in stranded)
    return Laid(off, sorted({each.id for each in going} - {*off}))


async def keep_absences(uow: UnitOfWork, fair_id: str, slot_ids: Sequence[str], *, since: datetime) -> None:
    """Who was not free at a time is not free in these new slots at that time; the old ones were withdrawn just now."""
    old, new, known = aliased(Slot), aliased(Slot), aliased(Absence)
    same_time = and_(new.fair_id == old.fair_id, new.starts_at < old.ends_at, new.ends_at > old.starts_at)
    said = exists().where(known.person_id == Absence.person_id, known.slot_id == new.id)
    found = (
        select(Absence.person_id, new.id, literal(since, UtcDateTime()))
        .join(old, old.id == Absence.slot_id)
        .join(new, same_time)
        .where(old.fair_id == fair_id, old.withdrawn_at == since, new.id.in_(slot_ids), ~said)
        .distinct()
    )
    await uow.session.execute(insert(Absence).from_select(["person_id", "slot_id", "since"], found))


async def move_proposals(uow: UnitOfWork, fair_id: str, places: Mapping[str, Slot]) -> None:
    """Have times proposed and pinned go along; what has no place any more is off the table, and whose turn it is learns
    of a request that has no time left."""
    of_fair = select(Slot.id).where(Slot.fair_id == fair_id)
    known = (await uow.session.scalars(select(Proposal).where(Proposal.slot_id.in_(of_fair)))).all()
    going = [(each.request_id, places[each.slot_id].id, each.by_id) for each in known if each.slot_id in places]
    away = Proposal.slot_id.in_([*places]), Proposal.slot_id.in_(_withdrawn(fair_id))
    touched = set(await uow.session.scalars(select(Proposal.request_id).where(or_(*away))))
    await uow.session.execute(delete(Proposal).where(or_(*away)))
    targets = select(Proposal.request_id, Proposal.slot_id).where(Proposal.slot_id.in_([slot for _, slot, _ in going]))
    there = {(request, slot) for request, slot in await uow.session.execute(targets)}
    fresh = {(request, slot): by for request, slot, by in going if (request, slot) not in there}
    rows = [{"request_id": request, "slot_id": slot, "by_id": by} for (request, slot), by in fresh.items()]
    if rows:
        await uow.session.execute(insert(Proposal), rows)
    pins = select(Pairing).where(Pairing.fair_id == fair_id, Pairing.slot_id.in_([*places]))
    for pin in (await uow.session.scalars(pins)).all():
        pin.slot_id = places[pin.slot_id or ""].id
    await _tell_of_nothing_left(uow, touched)


def _withdrawn(fair_id: str) -> Select[str]:
    return select(Slot.id).where(Slot.fair_id == fair_id, Slot.withdrawn_at.is_not(None))


async def _tell_of_nothing_left(uow: UnitOfWork, request_ids: Collection[str]) -> None:
    left = exists().where(Proposal.request_id == Request.id)
    bare = select(Request).where(Request.id.in_(request_ids), Request.answered_at.is_(None), ~left)
    for asked in (await uow.session.scalars(bare.where(Request.any_slot.is_(False)))).all():
        uow.enqueue(TELL_JOB, {"request_id": asked.id, "what": "no_time_left", "to_id": asked.turn_id})


async def other_times(session: AsyncSession, meeting: Meeting, fair: Fair, plan: Plan, now: datetime) -> list[Slot]:
    """The few times nearest to that of a meeting that was called off at which all of its people are free, in order."""
    people = list(await session.scalars(select(Seat.person_id).where(Seat.meeting_id == meeting.id)))
    free = await free_slots(session, fair, plan, people, now)
    nearest = sorted(free, key=lambda each: abs(each.starts_at - meeting.starts_at))[:OFFERED]
    return sorted(nearest, key=lambda each: each.starts_at)
