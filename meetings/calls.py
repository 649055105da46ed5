"""The call of a meeting: who sits in it may take part while its room is open and they are at its fair, and not a moment
longer."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from meetings import rules
from meetings.events import MeetingCancelled, MeetingMoved
from meetings.model import Meeting, Seat
from meetings.parts import Meetings
from meetings.queries import at_its_fair, over_at
from meetings.watching import CLOSE_JOB
from server.kernel.asked import asked
from server.kernel.clock import Clock
from server.live import topics
from signaling.listeners import fit_rights, owe_people
from signaling.parts import Calls
from signaling.rights import EVERYTHING, CallRights, Pair, RightsOf

_ENDS = over_at.label("ends_at")
_PAIRS = asked("person_id", "meeting_id")
_SEATS = (
    select(Seat.person_id, Seat.meeting_id, Meeting.fair_id, Meeting.starts_at, _ENDS)
    .select_from(_PAIRS)
    .join(Seat, and_(Seat.person_id == _PAIRS.c.person_id, Seat.meeting_id == _PAIRS.c.meeting_id))
    .join(Meeting, Meeting.id == Seat.meeting_id)
    .where(Meeting.cancelled_at.is_(None), at_its_fair())
)
_SEATED = (
    select(Seat.person_id, Meeting.starts_at, _ENDS)
    .join(Meeting, Meeting.id == Seat.meeting_id)
    .where(Meeting.id == bindparam("meeting_id"))
    .order_by(Seat.person_id)
)


def rights_in_meetings(clock: Clock) -> RightsOf:
    """Who may take part in the calls of meetings. One query, however many ask."""

    async def rights_of(session: AsyncSession, pairs: Collection[Pair]) -> Mapping[Pair, CallRights]:
        found = await session.execute(_SEATS, {"asked": pairs}) if pairs else ()
        now = clock.now()
        return {
            (row.person_id, row.meeting_id): CallRights(row.fair_id, "meeting", "", publish=EVERYTHING)
            for row in found
            if rules.is_open(row.starts_at, row.ends_at, now)
        }

    return rights_of


def listen(meetings: Meetings, calls: Calls) -> None:
    """Whoever's meeting is called off, at another time, or over, is out of its call at once, media included."""

    async def changed(happened: MeetingMoved | MeetingCancelled) -> None:
        for person_id in sorted(happened.person_ids):
            meetings.live.grants.refresh(person_id)
            await fit_rights(calls, person_id)

    async def called_off(happened: MeetingCancelled) -> None:
        for person_id in sorted(happened.person_ids):
            meetings.live.grants.revoke(person_id, topics.call(happened.meeting_id))

    async def close(payload: dict[str, Any]) -> None:
        await close_call(meetings, calls, payload["meeting_id"])

    meetings.kernel.jobs.register(CLOSE_JOB, close)
    meetings.kernel.events.on(MeetingCancelled, called_off)
    meetings.kernel.events.on(MeetingCancelled, changed)
    meetings.kernel.events.on(MeetingMoved, changed)
    owe_people(calls, MeetingCancelled, lambda happened: sorted(happened.person_ids))
    owe_people(calls, MeetingMoved, lambda happened: sorted(happened.person_ids))


async def close_call(meetings: Meetings, calls: Calls, meeting_id: str) -> None:
    """Put everybody out of a meeting's call whose room is closed; one that goes on is left to its later end. Raises
    MediaError where its node does not answer: the job is tried again."""
    async with meetings.kernel.database.read() as session:
        rows = (await session.execute(_SEATED, {"meeting_id": meeting_id})).all()
    now = meetings.kernel.clock.now()
    over = [row.person_id for row in rows if not rules.is_open(row.starts_at, row.ends_at, now)]
    for person_id in over:
        meetings.live.grants.revoke(person_id, topics.call(meeting_id))
    if over:
        await calls.back_end.close(meeting_id)
