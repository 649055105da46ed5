"""What is done in a meeting's room: coming in, notes, staying longer, outcomes, contacts, and saying what was wrong."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from meetings.agendas import agendas
from meetings.bookings import lock_meeting
from meetings.events import CameLate, MeetingExtended, NotesChanged, RescueOver
from meetings.grid import Span
from meetings.model import Attendance, Meeting, NoShow, Notes, Outcome, Rescue, Seat, SharedContact
from meetings.rules import EXTENSION
from meetings.standing import missed_in, open_with
from meetings.watching import close_later
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.once import note_once

# A meeting that goes on and on has become something else.
EXTENDED_MOST = timedelta(minutes=30)


@dataclass(frozen=True)
class Noted:
    """How the notes are after somebody wrote: `taken` is false where another one was faster."""

    taken: bool
    version: int
    text: str


async def come_in(uow: UnitOfWork, meeting_id: str, person_id: str) -> None:
    """Note that somebody is, or was, in the room; the first time counts. Who was missed is so no more, and nobody
    needs to step in for them."""
    came = {"meeting_id": meeting_id, "person_id": person_id, "came_at": uow.clock.now()}
    if not await note_once(uow, Attendance, came) or await uow.session.get(NoShow, (meeting_id, person_id)) is None:
        return
    uow.emit(CameLate(meeting_id, person_id))
    if not await missed_in(uow.session, meeting_id):
        uow.emit(RescueOver(await open_with(uow.session, Rescue.meeting_id == meeting_id)))


async def write_notes(uow: UnitOfWork, meeting_id: str, text: str, version: int, *, by_id: str) -> Noted:
    """Replace the notes that somebody has read; who wrote upon an older version gets what is there instead."""
    meeting = await uow.session.get_one(Meeting, meeting_id)
    await uow.session.refresh(meeting, with_for_update={"key_share": True})
    notes = await uow.session.get(Notes, meeting_id, populate_existing=True)
    if notes is None:
        notes = Notes(meeting_id=meeting_id, text="", version=0, changed_at=uow.clock.now(), changed_by_id=by_id)
        uow.session.add(notes)
    if notes.version != version:
        return Noted(False, notes.version, notes.text)
    notes.text, notes.version = text, version + 1
    notes.changed_at, notes.changed_by_id = uow.clock.now(), by_id
    await uow.session.flush()
    uow.emit(NotesChanged(meeting_id, notes.version, text, by_id))
    return Noted(True, notes.version, text)


async def stay_longer(uow: UnitOfWork, meeting: Meeting) -> bool:
    """Go on for a while if everybody is free; whether it was so. Raises ConflictError when it was called off."""
    people = await lock_meeting(uow, meeting)
    ends = meeting.extended_until or meeting.ends_at
    more = Span(ends, ends + EXTENSION)
    found = await agendas(uow.session, people, more, but=[meeting.id])
    taken = any(more.overlaps(each) for one in found.values() for each in (*one.meetings, *one.busy))
    if taken or more.ends - meeting.ends_at > EXTENDED_MOST:
        return False
    meeting.extended_until = more.ends
    close_later(uow, meeting)
    uow.emit(MeetingExtended(meeting.id, frozenset(people)))
    return True


async def conclude(
    uow: UnitOfWork, meeting_id: str, person_id: str, *, verdict: str, next_step: str, note: str
) -> None:
    """Note what somebody takes away; a later word replaces the earlier one. One tap may come twice at once."""
    await uow.session.get_one(Meeting, meeting_id, with_for_update={"key_share": True}, populate_existing=True)
    outcome = await uow.session.get(Outcome, (meeting_id, person_id)) or Outcome(
        meeting_id=meeting_id, person_id=person_id
    )
    outcome.verdict, outcome.next_step, outcome.note, outcome.at = verdict, next_step, note, uow.clock.now()
    uow.session.add(outcome)


async def share_contact(uow: UnitOfWork, meeting_id: str, person_id: str, to_ids: Collection[str]) -> bool:
    """Give these others of a meeting one's mail address; whether any of them sits in it still. A seat may go to a
    colleague between two looks: only whom one saw is meant."""
    theirs = Seat.meeting_id == meeting_id, Seat.person_id.in_(to_ids), Seat.person_id != person_id
    seated = (await uow.session.scalars(select(Seat.person_id).where(*theirs))).all()
    for each in seated:
        given = {"meeting_id": meeting_id, "person_id": person_id, "to_id": each, "at": uow.clock.now()}
        await note_once(uow, SharedContact, given)
    return bool(seated)


async def dispute(uow: UnitOfWork, missed: NoShow, text: str) -> None:
    """Say that one was there, or why one could not be."""
    missed.disputed_at, missed.dispute = uow.clock.now(), text


async def contacts(session: AsyncSession, viewer_id: str, meeting_id: str) -> dict[str, str]:
    """The mail addresses that others gave the viewer in a meeting in which they take part, by person."""
    query = (
        select(Person.id, Person.email)
        .join(SharedContact, SharedContact.person_id == Person.id)
        .where(SharedContact.meeting_id == meeting_id, SharedContact.to_id == viewer_id, Person.email.is_not(None))
    )
    return {person_id: email or "" for person_id, email in await session.execute(query)}


async def given_to(session: AsyncSession, viewer_id: str, meeting_id: str) -> frozenset[str]:
    """To whom the viewer gave their mail address in a meeting."""
    mine = SharedContact.meeting_id == meeting_id, SharedContact.person_id == viewer_id
    return frozenset(await session.scalars(select(SharedContact.to_id).where(*mine)))
