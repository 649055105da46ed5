"""What waits for people, in the few columns that their pages show: for one, or for everybody of a change at once."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from meetings.marks import marks
from meetings.model import Meeting, Request, Rescue, Seat
from meetings.queries import at_its_fair, over_at
from meetings.rules import LEAST_LEFT
from meetings.standing import stands
from people.model import Person


async def mine(session: AsyncSession, person_ids: Collection[str], now: datetime) -> dict[str, dict[str, Any]]:
    """What waits for each of these people, as `server.live.wire.meeting.MyMeetings`. Five queries, however many; a
    sixth where somebody is asked to step in."""
    found = (await session.execute(_WAITING, _asked(person_ids, now))).all()
    counts = {row.person_id: row.number for row in found}
    offers = await _offers(session, [row.person_id for row in found if row.offers], now)
    rows = await _next(session, person_ids, now)
    names = await _names(session, {row.id for row in rows})
    marked = await marks(session, person_ids)
    ahead = {(row.person_id, row.place): _shown(row, names[row.id]) for row in rows}
    return {
        each: {
            "waiting": counts.get(each, 0),
            "next": ahead.get((each, 1)),
            "following": ahead.get((each, 2)),
            "offer": offers.get(each),
            "mark": marked[each],
        }
        for each in person_ids
    }


async def waiting(session: AsyncSession, person_id: str, now: datetime) -> int:
    """How many requests, and questions whether they would step in, wait for somebody's answer."""
    found = (await session.execute(_WAITING, _asked([person_id], now))).first()
    return found.number if found else 0


async def _next(session: AsyncSession, person_ids: Collection[str], now: datetime) -> list[Row[*tuple[Any, ...]]]:
    """The meeting that each of these people has, or will have, first, and the one after it."""
    return list(await session.execute(_NEXT, {"people": list(person_ids), "now": now}))


async def _offers(session: AsyncSession, person_ids: Collection[str], now: datetime) -> dict[str, dict[str, Any]]:
    """The latest question to each of these people whether they would step in."""
    rows = await session.execute(_OFFERS, _asked(person_ids, now)) if person_ids else ()
    return {
        row.candidate_id: {
            "id": row.id,
            "name": row.name,
            "until": iso(row.ends_at - LEAST_LEFT),
            "path": f"/meetings/rescues/{row.id}",
        }
        for row in rows
    }


async def _names(session: AsyncSession, meeting_ids: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """Ids and names of who takes part in these meetings, by meeting."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    if meeting_ids:
        for meeting_id, person_id, name in await session.execute(_NAMES, {"meetings": list(meeting_ids)}):
            found[meeting_id].append((person_id, name))
    return found


def _asked(person_ids: Collection[str], now: datetime) -> dict[str, Any]:
    return {"people": list(person_ids), "ends_after": now + LEAST_LEFT}


# Built once: each change of a meeting or a request asks all of them.
_PEOPLE: BindParameter[str] = bindparam("people", expanding=True)
_STANDING = Rescue.candidate_id.in_(_PEOPLE), stands(bindparam("ends_after"))
_WAITS = (
    select(Request.turn_id.label("person_id"), literal(0).label("offer"))
    .where(Request.turn_id.in_(_PEOPLE), Request.answered_at.is_(None))
    .union_all(select(Rescue.candidate_id, literal(1)).join(Meeting, Meeting.id == Rescue.meeting_id).where(*_STANDING))
    .subquery()
)
_WAITING = select(_WAITS.c.person_id, func.count().label("number"), func.sum(_WAITS.c.offer).label("offers")).group_by(
    _WAITS.c.person_id
)
_OFFERS = (
    select(Rescue.id, Rescue.candidate_id, Person.name, Meeting.ends_at)
    .join(Meeting, Meeting.id == Rescue.meeting_id)
    .join(Person, Person.id == Rescue.waiting_id)
    .where(*_STANDING)
    .order_by(Rescue.at)
)
_AHEAD = (
    select(
        Seat.person_id,
        Meeting.id,
        Meeting.starts_at,
        over_at.label("ends"),
        func.row_number().over(partition_by=Seat.person_id, order_by=(Meeting.starts_at, Meeting.id)).label("place"),
    )
    .join(Meeting, Meeting.id == Seat.meeting_id)
    .where(Seat.person_id.in_(_PEOPLE), over_at > bindparam("now"), Meeting.cancelled_at.is_(None))
    .where(Seat.slot_id.is_not(None), at_its_fair())  # who met a stand-in has given theirs back
    .subquery()
)
_NEXT = select(_AHEAD).where(_AHEAD.c.place <= 2)
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
