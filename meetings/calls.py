"""The call of a meeting: who sits in it may take part while its room is open."""

from collections.abc import Collection, Mapping

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from meetings import rules
from meetings.events import MeetingCancelled, MeetingMoved
from meetings.model import Meeting, Seat
from meetings.parts import Meetings
from server.kernel.asked import asked
from server.kernel.clock import Clock
from server.live import topics
from signaling.listeners import fit_rights
from signaling.parts import Calls
from signaling.rights import EVERYTHING, CallRights, Pair, RightsOf

_PAIRS = asked("person_id", "meeting_id")
_SEATS = (
    select(Seat.person_id, Seat.meeting_id, Meeting.fair_id, Meeting.starts_at, Meeting.ends_at)
    .select_from(_PAIRS)
    .join(Seat, and_(Seat.person_id == _PAIRS.c.person_id, Seat.meeting_id == _PAIRS.c.meeting_id))
    .join(Meeting, Meeting.id == Seat.meeting_id)
    .where(Meeting.cancelled_at.is_(None))
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
    """Whoever's meeting is called off, or is at another time, is out of its call at once, media included."""

    async def changed(happened: MeetingMoved | MeetingCancelled) -> None:
        for person_id in sorted(happened.person_ids):
            meetings.live.grants.refresh(person_id)
            await fit_rights(calls, person_id)

    async def called_off(happened: MeetingCancelled) -> None:
        for person_id in sorted(happened.person_ids):
            meetings.live.grants.revoke(person_id, topics.call(happened.meeting_id))

    meetings.kernel.events.on(MeetingCancelled, called_off)
    meetings.kernel.events.on(MeetingCancelled, changed)
    meetings.kernel.events.on(MeetingMoved, changed)
