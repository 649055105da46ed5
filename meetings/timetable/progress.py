"""How far the booking of a published timetable is, and whether anybody still goes on with it."""

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from meetings.timetable.model import TimetableEntry, TimetableRun
from server.kernel.outbox import waits

PUBLISH_JOB = "meetings.timetable.publish"


@dataclass(frozen=True)
class Booking:
    """So many of a run's meetings are through, booked or not to be booked any more. Without `goes_on` its job was given
    up, and nobody books the rest."""

    through: int
    whole: int
    goes_on: bool


async def booking(session: AsyncSession, run: TimetableRun) -> Booking | None:
    """How far the booking of a run is; None where nothing is left to be booked, or it is not published."""
    if run.published_at is None:
        return None
    through = func.sum(case((TimetableEntry.meeting_id.is_not(None) | (TimetableEntry.why != ""), 1), else_=0))
    query = select(through, func.count()).where(TimetableEntry.timetable_id == run.id)
    done, whole = (await session.execute(query)).one()
    if not whole or done >= whole:
        return None
    return Booking(done, whole, await waits(session, PUBLISH_JOB, "run_id", run.id))
