"""Whoever leaves a fair, is shut out of it, or is gone for good: what was arranged with them is over."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.cards import cards
from meetings.bookings import give_up, lock_meetings
from meetings.events import MeetingCancelled
from meetings.model import Meeting, Request, Seat
from meetings.queries import over_at
from meetings.requests import abandon
from meetings.teams.queries import team
from server.kernel.db import UnitOfWork

LEFT_JOB = "meetings.left"


async def leave(uow: UnitOfWork, fair_id: str, person_id: str) -> None:
    """End what was arranged with somebody at a fair, unless they are there again. Doing it twice does no harm."""
    if await cards(uow.session, fair_id, [person_id]):
        return
    await call_off(uow, person_id, Meeting.fair_id == fair_id)
    await end_requests(uow, person_id, Request.fair_id == fair_id)


async def call_off(uow: UnitOfWork, person_id: str, *which: ColumnElement[bool]) -> None:
    """Call off somebody's meetings that are not over, and have the others told. One that is running goes on while two
    others are left in it: of that only they are out, as their rights say."""
    now = uow.clock.now()
    not_over = Meeting.cancelled_at.is_(None), over_at > now
    query = select(Meeting).join(Seat, Seat.meeting_id == Meeting.id)
    found = (await uow.session.scalars(query.where(Seat.person_id == person_id, *not_over, *which))).all()
    people = await lock_meetings(uow, found)
    for meeting in (each for each in found if each.id in people):
        there = await cards(uow.session, meeting.fair_id, people[meeting.id])
        left = [id for id, card in there.items() if card.name and id != person_id]
        if meeting.starts_at <= now and len(left) > 1:
            continue
        await give_up(uow, meeting, by_id=person_id, reason="")
        uow.emit(MeetingCancelled(meeting.id, frozenset(people[meeting.id])))


async def end_requests(uow: UnitOfWork, person_id: str, *which: ColumnElement[bool]) -> None:
    """What somebody asks is over, and what they are asked, where nobody of a team is left to answer it, or where the
    times on the table are theirs."""
    theirs = or_(Request.from_id == person_id, Request.to_id == person_id), Request.answered_at.is_(None)
    query = select(Request).where(*theirs, *which).order_by(Request.id)
    for asked in (await uow.session.scalars(query.with_for_update(key_share=True))).all():
        is_theirs = asked.from_id == person_id or asked.turn_id == asked.from_id
        if is_theirs or not await _others_answer(uow.session, asked):
            await abandon(uow, asked, by_id=person_id)
    await uow.session.flush()


async def _others_answer(session: AsyncSession, asked: Request) -> bool:
    found = await team(session, asked.fair_id, asked.organisation_id) if asked.organisation_id else None
    return found is not None and any(each != asked.to_id for each in found.ids)
