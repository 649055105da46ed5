"""Which questions whether one would step in still stand: asked of the database, and nobody else decides it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from meetings.model import Attendance, Meeting, NoShow, Rescue


def came() -> ColumnElement[bool]:
    """The condition that somebody who was missed two minutes after the start came all the same."""
    return exists().where(Attendance.meeting_id == NoShow.meeting_id, Attendance.person_id == NoShow.person_id)


def stands(after: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    """The condition that a `Rescue`, joined with its `Meeting`, can be answered: its meeting ends after a moment,
    somebody is missing there still, and whoever waits has met nobody else in its place."""
    met = aliased(Rescue)
    missed = exists().where(NoShow.meeting_id == Rescue.meeting_id, ~came())
    helped = exists().where(
        met.meeting_id == Rescue.meeting_id, met.waiting_id == Rescue.waiting_id, met.new_meeting_id.is_not(None)
    )
    return and_(Rescue.answered_at.is_(None), Meeting.ends_at > after, missed, ~helped)


async def missed_in(session: AsyncSession, meeting_id: str) -> frozenset[str]:
    """Who was missing in a meeting two minutes after its start, and has not come since."""
    query = select(NoShow.person_id).where(NoShow.meeting_id == meeting_id, ~came())
    return frozenset(await session.scalars(query))


async def open_with(session: AsyncSession, *which: ColumnElement[bool]) -> frozenset[str]:
    """Whom these rescues ask that nobody has answered yet."""
    query = select(Rescue.candidate_id).where(Rescue.answered_at.is_(None), *which)
    return frozenset(await session.scalars(query))
