"""What waits for people, in the few columns that their pages show: for one, or for everybody of a change at once."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, func, select
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
    found = await session.execute(_WAITING, {"people": list(person_ids)})
    return {person_id: number for person_id, number in found}


async def _next(session: AsyncSession, person_ids: Collection[str], now: datetime) -> list[Row[*tuple[Any, ...]]]:
    """The meeting that each of these people has, or will have, first."""
    return list(await session.execute(_NEXT, {"people": list(person_ids), "now": now}))


async def _names(session: AsyncSession, meeting_ids: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """Ids and names of who takes part in these meetings, by meeting."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    if meeting_ids:
        for meeting_id, person_id, name in await session.execute(_NAMES, {"meetings": list(meeting_ids)}):
            found[meeting_id].append((person_id, name))
    return found


# Built once: each change of a meeting or a request asks all three.
_PEOPLE: BindParameter[str] = bindparam("people", expanding=True)
_WAITING = (
    select(Request.turn_id, func.count())
    .where(Request.turn_id.in_(_PEOPLE), Request.answered_at.is_(None))
    .group_by(Request.turn_id)
)
_AHEAD = (
    select(
        Seat.person_id,
        Meeting.id,
        Meeting.starts_at,
        func.coalesce(Meeting.extended_until, Meeting.ends_at).label("ends"),
        func.row_number().over(partition_by=Seat.person_id, order_by=(Meeting.starts_at, Meeting.id)).label("place"),
    )
    .join(Meeting, Meeting.id == Seat.meeting_id)
    .where(Seat.person_id.in_(_PEOPLE), Meeting.ends_at > bindparam("now"), Meeting.cancelled_at.is_(None))
    .subquery()
)
_NEXT = select(_AHEAD).where(_AHEAD.c.place == 1)
_NAMES = (
    select(Seat.meeting_id, Person.id, Person.name)
    .join(Person, Person.id == Seat.person_id)
    .where(Seat.meeting_id.in_(bindparam("meetings", expanding=True)))
    .order_by(Seat.since, Person.name, Person.id)
)


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
