"""What waits for people, in the few columns that their pages show: for one, or for everybody of a change at once."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from meetings.model import Meeting, Request, Seat
from people.model import Person


async def mine(session: AsyncSession, person_ids: Collection[str], now: datetime) -> dict[str, dict[str, Any]]:
    """What waits for each of these people, as `server.live.wire.meeting.MyMeetings`. Three queries, however many."""
    counts = await waiting(session, person_ids)
    rows = await _next(session, person_ids, now)
    names = await _names(session, {row.id for row in rows})
    ahead = {row.person_id: _shown(row, names[row.id]) for row in rows}
    return {each: {"waiting": counts.get(each, 0), "next": ahead.get(each)} for each in person_ids}


async def waiting(session: AsyncSession, person_ids: Collection[str]) -> dict[str, int]:
    """How many requests wait for the answer of each of these people; those for whom none does are left out."""
    turn = Request.turn_id.in_(person_ids), Request.answered_at.is_(None)
    query = select(Request.turn_id, func.count()).where(*turn).group_by(Request.turn_id)
    return {person_id: number for person_id, number in await session.execute(query)}


async def _next(session: AsyncSession, person_ids: Collection[str], now: datetime) -> list[Row[*tuple[Any, ...]]]:
    """The meeting that each of these people has, or will have, first."""
    order = func.row_number().over(partition_by=Seat.person_id, order_by=(Meeting.starts_at, Meeting.id))
    ends = func.coalesce(Meeting.extended_until, Meeting.ends_at).label("ends")
    ahead = (
        select(Seat.person_id, Meeting.id, Meeting.starts_at, ends, order.label("place"))
        .join(Meeting, Meeting.id == Seat.meeting_id)
        .where(Seat.person_id.in_(person_ids), Meeting.ends_at > now, Meeting.cancelled_at.is_(None))
        .subquery()
    )
    return list(await session.execute(select(ahead).where(ahead.c.place == 1)))


async def _names(session: AsyncSession, meeting_ids: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """Ids and names of who takes part in these meetings, by meeting."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    if meeting_ids:
        query = select(Seat.meeting_id, Person.id, Person.name).join(Person, Person.id == Seat.person_id)
        seats = query.where(Seat.meeting_id.in_(meeting_ids)).order_by(Seat.since, Person.name, Person.id)
        for meeting_id, person_id, name in await session.execute(seats):
            found[meeting_id].append((person_id, name))
    return found


def _shown(row: Row[*tuple[Any, ...]], people: Collection[tuple[str, str]]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": ", ".join(name for id, name in people if name and id != row.person_id),
        "starts_at": iso(row.starts_at),
        "ends_at": iso(row.ends),
        "path": f"/meetings/{row.id}/room",
    }


def iso(moment: datetime) -> str:
    """A moment as the live line writes it."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
