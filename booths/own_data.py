"""What stands and talks keep about a person: who of the organisers has entered them."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from booths.model import Stand, Talk, TalkRemoval
from fairs.model import Fair
from rooms.model import Room, RoomClosure
from server.kernel.db import UnitOfWork


async def collect(session: AsyncSession, person_id: str) -> dict[str, Any]:
    """Which rooms somebody has closed, which stands given, which talks entered and taken out, at which fair."""
    stands = (
        select(Fair.name.label("fair"), Room.name.label("stand"), Stand.since)
        .join(Room, Room.id == Stand.room_id)
        .join(Fair, Fair.id == Room.fair_id)
        .where(Stand.by_id == person_id)
        .order_by(Stand.since)
    )
    talks = (
        select(Fair.name.label("fair"), Talk.title, Talk.made_at)
        .join(Fair, Fair.id == Talk.fair_id)
        .where(Talk.by_id == person_id)
        .order_by(Talk.made_at)
    )
    closed = (
        select(Fair.name.label("fair"), Room.name.label("room"), RoomClosure.at)
        .join(Room, Room.id == RoomClosure.room_id)
        .join(Fair, Fair.id == Room.fair_id)
        .where(RoomClosure.by_id == person_id)
        .order_by(RoomClosure.at)
    )
    removed = (
        select(Fair.name.label("fair"), TalkRemoval.title, TalkRemoval.at)
        .join(Fair, Fair.id == TalkRemoval.fair_id)
        .where(TalkRemoval.by_id == person_id)
        .order_by(TalkRemoval.at)
    )
    return {
        "rooms_closed": [dict(row._mapping) for row in await session.execute(closed)],
        "stands_given": [dict(row._mapping) for row in await session.execute(stands)],
        "talks_entered": [dict(row._mapping) for row in await session.execute(talks)],
        "talks_removed": [dict(row._mapping) for row in await session.execute(removed)],
    }


async def erase(uow: UnitOfWork, person_id: str) -> None:
    """Forget who it was. The programme is the fair's, and stays."""
    for table in (Stand, Talk, TalkRemoval, RoomClosure):
        await uow.session.execute(update(table).where(table.by_id == person_id).values(by_id=None))
