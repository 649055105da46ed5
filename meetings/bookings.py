"""Booking, moving, swapping and cancelling, each in one transaction.

The lock is the unique key over person and slot in `meeting_seats`. Before it, rows are locked in one order (slots,
meetings, people, requests, each by id), so that the rules about days, streaks and overlapping slots of other fairs are
judged by what holds at the commit, and so that no two transactions wait for each other in a circle. A slot is only
shared: it is held against a plan that would withdraw it meanwhile.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from fairs.model import Fair
from meetings.agendas import agendas, day_around, obstacle
from meetings.events import MeetingBooked, MeetingCancelled, MeetingMoved, SeatGiven
from meetings.model import Meeting, Plan, Seat, Slot
from meetings.queries import limits_of
from meetings.rules import PEOPLE_MOST, SlotTaken
from meetings.watching import release, watch
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id


class ConflictError(Exception):
    """It cannot be as wanted any more. `why` is a SlotTaken, or a word of this module's functions; `whose` the person
    whose time it is, empty for everybody's."""

    def __init__(self, why: str, whose: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.whose = whose


@dataclass(frozen=True)
class Wanted:
    """A meeting to be made: between whom, when, and what for."""

    fair: Fair
    plan: Plan
    slot_id: str
    people: Collection[str]
    ask: str = ""
    offer: str = ""
    request_id: str | None = None


@dataclass(frozen=True)
class Change:
    """One change of many that are done together. Without `meeting_id` a new meeting, without `to_id` one that falls
    away, else one that moves from a slot to another."""

    people: tuple[str, str]
    meeting_id: str | None
    from_id: str | None
    to_id: str | None


async def book(uow: UnitOfWork, wanted: Wanted, *, by_id: str) -> Meeting:
    """Make a meeting. Raises ConflictError; the caller's transaction is then to be given up."""
    slot = await hold_slot(uow, wanted.fair, wanted.slot_id)
    await lock_people(uow, wanted.people)
    return await book_held(uow, wanted, slot, by_id=by_id)


async def book_held(uow: UnitOfWork, wanted: Wanted, slot: Slot, *, by_id: str) -> Meeting:
    """Make a meeting in a slot that is held, between people who are locked. Raises ConflictError as `book` does."""
    people = sorted(set(wanted.people))
    if not 2 <= len(people) <= PEOPLE_MOST:
        raise ConflictError("people")
    await _check(uow, wanted.fair, wanted.plan, slot, people)
    meeting = Meeting(
        id=new_id(),
        fair_id=wanted.fair.id,
        slot_id=slot.id,
        request_id=wanted.request_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        ask=wanted.ask,
        offer=wanted.offer,
        sequence=0,
        made_at=uow.clock.now(),
        made_by_id=by_id,
    )
    uow.session.add(meeting)
    await uow.session.flush()
    await _take_seats(uow, meeting, people)
    watch(uow, meeting)
    uow.emit(MeetingBooked(meeting.id, frozenset(people)))
    return meeting


async def move(uow: UnitOfWork, meeting: Meeting, fair: Fair, plan: Plan, slot_id: str) -> None:
    """Put a meeting into another slot: the old one is free in the same moment. Raises ConflictError."""
    slot = await hold_slot(uow, fair, slot_id)
    people = await lock_meeting(uow, meeting)
    if meeting.slot_id == slot_id:
        return
    await _check(uow, fair, plan, slot, people, but=[meeting.id])
    await _put_into(uow, meeting, slot)
    uow.emit(MeetingMoved(meeting.id, frozenset(people)))


async def carry(uow: UnitOfWork, fair: Fair, plan: Plan, places: Mapping[Meeting, Slot]) -> list[Meeting]:
    """Put many meetings into other slots at once, each that can be; those that cannot, which hold no slot then and are
    the caller's to call off. All slots are given back before any is taken."""
    people = await lock_meetings(uow, places)
    held = [each for each in places if each.id in people]
    free = Seat.meeting_id.in_([each.id for each in held])
    await uow.session.execute(update(Seat).where(free).values(slot_id=None))
    stranded = []
    for meeting in sorted(held, key=lambda each: (each.starts_at, each.id)):
        try:
            await _check(uow, fair, plan, places[meeting], people[meeting.id])
        except ConflictError:
            stranded.append(meeting)
        else:
            await _put_into(uow, meeting, places[meeting])
            uow.emit(MeetingMoved(meeting.id, frozenset(people[meeting.id])))
    return stranded


async def swap(uow: UnitOfWork, one: Meeting, other: Meeting, fair: Fair, plan: Plan) -> None:
    """Have two meetings of one fair change places. Raises ConflictError."""
    slots = {each: await hold_slot(uow, fair, each) for each in sorted((one.slot_id, other.slot_id))}
    people = await lock_meetings(uow, [one, other])
    if {one.slot_id, other.slot_id} != set(slots) or len(people) < 2:
        raise ConflictError("moved")
    places = ((one, slots[other.slot_id]), (other, slots[one.slot_id]))
    for meeting, slot in places:
        await _check(uow, fair, plan, slot, people[meeting.id], but=[one.id, other.id])
    await uow.session.execute(update(Seat).where(Seat.meeting_id.in_([one.id, other.id])).values(slot_id=None))
    for meeting, slot in places:
        await _put_into(uow, meeting, slot)
        uow.emit(MeetingMoved(meeting.id, frozenset(people[meeting.id])))


async def rearrange(
    uow: UnitOfWork, fair: Fair, plan: Plan, changes: Sequence[Change], *, by_id: str, reason: str
) -> dict[Change, Meeting]:
    """Do all of these changes, or none: raises ConflictError where one cannot be done any more, or a meeting is not as
    it was. All slots are given back before any is taken, so that meetings may take each other's."""
    for slot_id in sorted({each.to_id for each in changes if each.to_id}):
        await hold_slot(uow, fair, slot_id)
    known = await _as_they_were(uow, changes)
    for each in (each for each in known if each.to_id is None):
        await give_up(uow, known[each], by_id=by_id, reason=reason)
        uow.emit(MeetingCancelled(known[each].id, frozenset(each.people)))
    moving = [each for each in known if each.to_id is not None]
    free = Seat.meeting_id.in_([known[each].id for each in moving])
    await uow.session.execute(update(Seat).where(free).values(slot_id=None))
    for each in moving:
        slot = await uow.session.get_one(Slot, each.to_id)
        await _check(uow, fair, plan, slot, each.people)
        await _put_into(uow, known[each], slot)
        uow.emit(MeetingMoved(known[each].id, frozenset(each.people)))
    for each in changes:
        if each.meeting_id is None and each.to_id is not None:
            known[each] = await book(uow, Wanted(fair, plan, each.to_id, each.people), by_id=by_id)
    return known


async def _as_they_were(uow: UnitOfWork, changes: Sequence[Change]) -> dict[Change, Meeting]:
    """The meetings that change, locked with everybody concerned. Raises ConflictError for one that is not as it was, or
    has begun."""
    ids = [each.meeting_id for each in changes if each.meeting_id]
    found = {each.id: each for each in await uow.session.scalars(select(Meeting).where(Meeting.id.in_(ids)))}
    everybody = {person for each in changes for person in each.people}
    people = await lock_meetings(uow, found.values(), also=everybody)
    known = {each: found[each.meeting_id] for each in changes if each.meeting_id in found}
    for each, meeting in known.items():
        if meeting.slot_id != each.from_id or people.get(meeting.id) != sorted(each.people):
            raise ConflictError("moved")
        if meeting.starts_at <= uow.clock.now():  # its people may sit in it
            raise ConflictError(SlotTaken.PAST)
    return known


async def bring(uow: UnitOfWork, meeting: Meeting, fair: Fair, plan: Plan, person_id: str) -> None:
    """Add somebody to a meeting. Raises ConflictError: people (it is full), there, or why they have no time."""
    slot = await hold_slot(uow, fair, meeting.slot_id)
    people = await lock_meeting(uow, meeting, also=[person_id])
    if meeting.slot_id != slot.id:
        raise ConflictError("moved")
    if person_id in people:
        raise ConflictError("there")
    if len(people) >= PEOPLE_MOST:
        raise ConflictError("people")
    await _check(uow, fair, plan, slot, [person_id])
    await _take_seats(uow, meeting, [person_id])
    meeting.sequence += 1
    watch(uow, meeting)
    uow.emit(MeetingMoved(meeting.id, frozenset((*people, person_id))))


async def hand_on(
    uow: UnitOfWork, meeting: Meeting, fair: Fair, plan: Plan, from_id: str, to_id: str, *, by_id: str
) -> None:
    """Give somebody's seat in a meeting to a colleague. Raises ConflictError: taken (it is not theirs any more), there,
    or why the colleague has no time. Whether they may is the caller's to know."""
    slot = await hold_slot(uow, fair, meeting.slot_id)
    people = await lock_meeting(uow, meeting, also=[to_id])
    if meeting.slot_id != slot.id:
        raise ConflictError("moved")
    _check_turn_over(people, from_id, to_id)
    await _check(uow, fair, plan, slot, [to_id])
    await _turn_over(uow, [(meeting, people, from_id, to_id)], by_id)


async def exchange(
    uow: UnitOfWork, one: Meeting, other: Meeting, fair: Fair, plan: Plan, people: tuple[str, str], *, by_id: str
) -> None:
    """Have two colleagues change places: the first of them sits in `one`, the second in `other`, at the same time or
    not. Raises ConflictError as `hand_on` does, and for either meeting."""
    first, second = people
    slots = {each: await hold_slot(uow, fair, each) for each in sorted({one.slot_id, other.slot_id})}
    seated = await lock_meetings(uow, [one, other])
    if len(seated) < 2:
        raise ConflictError("cancelled")
    if {one.slot_id, other.slot_id} != set(slots):
        raise ConflictError("moved")
    _check_turn_over(seated[one.id], first, second)
    _check_turn_over(seated[other.id], second, first)
    for person_id, meeting in ((first, other), (second, one)):
        await _check(uow, fair, plan, slots[meeting.slot_id], [person_id], but=[one.id, other.id])
    changes = [(one, seated[one.id], first, second), (other, seated[other.id], second, first)]
    await _turn_over(uow, changes, by_id)


def _check_turn_over(people: Collection[str], from_id: str, to_id: str) -> None:
    if from_id not in people:
        raise ConflictError("taken")
    if to_id in people:
        raise ConflictError("there")


async def _turn_over(uow: UnitOfWork, changes: Sequence[tuple[Meeting, Collection[str], str, str]], by_id: str) -> None:
    """All seats are given back before any is taken: two meetings may be at the same time."""
    for meeting, _people, from_id, _to_id in changes:
        gone = Seat.meeting_id == meeting.id, Seat.person_id == from_id
        await uow.session.execute(delete(Seat).where(*gone))
    for meeting, people, from_id, to_id in changes:
        await _take_seats(uow, meeting, [to_id])
        meeting.sequence += 1
        watch(uow, meeting)
        release(uow, meeting, from_id, to_id, by_id)
        uow.emit(MeetingMoved(meeting.id, frozenset({*people, to_id})))
        uow.emit(SeatGiven(meeting.id, from_id))


async def cancel(uow: UnitOfWork, meeting: Meeting, *, by_id: str, reason: str) -> None:
    """Call a meeting off; everybody has the slot free again. Raises ConflictError("cancelled")."""
    people = await lock_meeting(uow, meeting)
    await give_up(uow, meeting, by_id=by_id, reason=reason)
    uow.emit(MeetingCancelled(meeting.id, frozenset(people)))


async def give_up(uow: UnitOfWork, meeting: Meeting, *, by_id: str, reason: str) -> None:
    """Note that a locked meeting will not be, and give its slots back."""
    meeting.cancelled_at, meeting.cancelled_by_id, meeting.cancel_reason = uow.clock.now(), by_id, reason
    meeting.sequence += 1
    watch(uow, meeting)
    await uow.session.execute(update(Seat).where(Seat.meeting_id == meeting.id).values(slot_id=None))


async def hold_slot(uow: UnitOfWork, fair: Fair, slot_id: str) -> Slot:
    """The slot, which nobody withdraws until the commit. Raises ConflictError("gone") for another fair's, or none."""
    slot = await uow.session.get(Slot, slot_id, with_for_update={"read": True}, populate_existing=True)
    if slot is None or slot.fair_id != fair.id:
        raise ConflictError(SlotTaken.GONE)
    return slot


async def lock_people(uow: UnitOfWork, person_ids: Collection[str]) -> None:
    """Let nobody else book for these people until the commit. FOR NO KEY UPDATE: rows that only point at them go on."""
    ordered = select(Person.id).where(Person.id.in_(sorted(person_ids))).order_by(Person.id)
    await uow.session.execute(ordered.with_for_update(key_share=True))


async def lock_meeting(uow: UnitOfWork, meeting: Meeting, *, also: Collection[str] = ()) -> list[str]:
    """Who takes part; nobody else changes the meeting until the commit. Raises ConflictError("cancelled")."""
    found = await lock_meetings(uow, [meeting], also=also)
    if meeting.id not in found:
        raise ConflictError("cancelled")
    return found[meeting.id]


async def lock_meetings(
    uow: UnitOfWork, meetings: Collection[Meeting], *, also: Collection[str] = ()
) -> dict[str, list[str]]:
    """Who takes part in each of these meetings, by its id; those that were cancelled meanwhile are left out."""
    for meeting in sorted(meetings, key=lambda each: each.id):
        await uow.session.refresh(meeting, with_for_update={"key_share": True})
    held = [each.id for each in meetings if each.cancelled_at is None]
    found: dict[str, list[str]] = {each: [] for each in held}
    seats = select(Seat.meeting_id, Seat.person_id).where(Seat.meeting_id.in_(held)).order_by(Seat.person_id)
    for row in await uow.session.execute(seats):
        found[row.meeting_id].append(row.person_id)
    await lock_people(uow, {person for people in found.values() for person in people} | set(also))
    return found


async def _check(
    uow: UnitOfWork, fair: Fair, plan: Plan, slot: Slot, people: Collection[str], *, but: Collection[str] = ()
) -> None:
    found = await agendas(uow.session, people, day_around(slot), but=but)
    against = obstacle(slot, found, limits_of(plan, fair), uow.clock.now())
    if against:
        raise ConflictError(*against)


async def _take_seats(uow: UnitOfWork, meeting: Meeting, people: Collection[str]) -> None:
    now = uow.clock.now()
    uow.session.add_all(
        Seat(meeting_id=meeting.id, person_id=each, slot_id=meeting.slot_id, since=now) for each in people
    )
    await _flushed(uow)


async def _put_into(uow: UnitOfWork, meeting: Meeting, slot: Slot) -> None:
    meeting.slot_id, meeting.starts_at, meeting.ends_at = slot.id, slot.starts_at, slot.ends_at
    meeting.extended_until = None
    meeting.sequence += 1
    watch(uow, meeting)
    await uow.session.execute(update(Seat).where(Seat.meeting_id == meeting.id).values(slot_id=slot.id))
    await _flushed(uow)


async def _flushed(uow: UnitOfWork) -> None:
    """Write it; the key over person and slot has the last word, should a lock ever not have held."""
    try:
        await uow.session.flush()
    except IntegrityError:
        raise ConflictError(SlotTaken.MEETING) from None
