"""The mark of what an organiser's page shows of a fair's meetings.

The live line tells people of their own meetings alone: an event of each change for every organiser, read from the
database for each, would be told a thousand times while a timetable is booked, mostly to nobody. The few pages that show
a whole fair ask for its mark instead, now and then and only while somebody looks at them.
"""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from meetings.marks import mark
from meetings.model import Attendance, FollowUp, Meeting, NoShow, Outcome, Request, Slot
from meetings.timetable.model import MeetingWish, Pairing, TimetableRun

# The pages that have one.
TIMETABLE, REPAIR, RESULTS = "timetable", "repair", "results"
PAGES = (TIMETABLE, REPAIR, RESULTS)


async def mark_of(session: AsyncSession, fair_id: str, page: str) -> str:
    """The mark of one of these pages. A page asks for its own before it reads what it shows: what changes in between
    it says to be new, and never hides."""
    asked = _results(fair_id) if page == RESULTS else _timetable(fair_id)
    return mark(*[tuple((await session.execute(each)).one()) for each in (_meetings(fair_id), *asked)])


def _meetings(fair_id: str) -> Select[*tuple[Any, ...]]:
    changes = func.sum(Meeting.sequence), func.count(Meeting.cancelled_at), func.max(Meeting.extended_until)
    return select(func.count(), *changes).where(Meeting.fair_id == fair_id)


def _timetable(fair_id: str) -> tuple[Select[*tuple[Any, ...]], ...]:
    """What is made of it; how far that is stands on the page as it goes on."""
    ends = func.count(TimetableRun.ended_at), func.count(TimetableRun.published_at)
    return (
        select(func.count(), *ends).where(TimetableRun.fair_id == fair_id),
        select(func.count(), func.max(MeetingWish.at)).where(MeetingWish.fair_id == fair_id),
        select(func.count(), func.max(Pairing.at)).where(Pairing.fair_id == fair_id),
        select(func.count(), func.count(Slot.withdrawn_at)).where(Slot.fair_id == fair_id),
    )


def _results(fair_id: str) -> tuple[Select[*tuple[Any, ...]], ...]:
    here = select(Meeting.id).where(Meeting.fair_id == fair_id)
    return (
        select(func.count(), func.count(Request.answered_at)).where(Request.fair_id == fair_id),
        select(func.count()).where(Attendance.meeting_id.in_(here)),
        select(func.count(), func.max(NoShow.disputed_at)).where(NoShow.meeting_id.in_(here)),
        select(func.count(), func.max(Outcome.at)).where(Outcome.meeting_id.in_(here)),
        select(func.count(FollowUp.answered_at), func.max(FollowUp.answered_at)).where(FollowUp.meeting_id.in_(here)),
    )
