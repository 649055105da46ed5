"""Everything that is read about rooms."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.cards import SEPARATOR, not_banned, roles_column
from fairs.model import Membership
from rooms.model import BOOTH, LOBBY, WITH_CALLS, Room, RoomClosure, is_open
from server.kernel.asked import asked

Pair = tuple[str, str]  # person id, room id


class Entry(NamedTuple):
    """Somebody's right to be in a room: their roles at its fair."""

    fair_id: str
    roles: frozenset[str]


async def lobby(session: AsyncSession, fair_id: str) -> Room | None:
    """The lobby of a fair."""
    return await session.scalar(select(Room).where(Room.fair_id == fair_id, Room.kind == LOBBY))


async def lobbies(session: AsyncSession, fair_ids: Collection[str]) -> dict[str, Room]:
    """The lobbies of these fairs, by fair."""
    found = await session.scalars(select(Room).where(Room.fair_id.in_(fair_ids), Room.kind == LOBBY))
    return {room.fair_id: room for room in found}


async def with_calls(session: AsyncSession, fair_id: str) -> list[Room]:
    """The rooms of a fair that have calls and are open, by name."""
    found = select(Room).where(Room.fair_id == fair_id, Room.kind.in_(WITH_CALLS), is_open()).order_by(Room.name)
    return list(await session.scalars(found))


async def has_stands(session: AsyncSession, fair_id: str) -> bool:
    """Whether a fair has rooms for stands that are open."""
    found = select(Room.id).where(Room.fair_id == fair_id, Room.kind == BOOTH, is_open()).limit(1)
    return await session.scalar(found) is not None


async def closed(session: AsyncSession, fair_id: str) -> list[Room]:
    """The rooms of a fair that are closed, by name: for its organisers."""
    found = select(Room).join(RoomClosure, RoomClosure.room_id == Room.id).where(Room.fair_id == fair_id)
    return list(await session.scalars(found.order_by(Room.name)))


async def one_with_calls(session: AsyncSession, fair_id: str, room_id: str) -> Room | None:
    """One of the rooms of a fair that have calls, open or closed."""
    found = select(Room).where(Room.id == room_id, Room.fair_id == fair_id, Room.kind.in_(WITH_CALLS))
    return await session.scalar(found)


async def by_ids(session: AsyncSession, room_ids: Collection[str]) -> dict[str, Room]:
    """These rooms, by id."""
    found = await session.scalars(select(Room).where(Room.id.in_(room_ids)))
    return {room.id: room for room in found}


async def of_fair(session: AsyncSession, fair_id: str) -> list[str]:
    """The ids of all rooms of a fair."""
    return list(await session.scalars(select(Room.id).where(Room.fair_id == fair_id)))


async def fair_of(session: AsyncSession, room_id: str) -> str | None:
    """The id of the fair that a room belongs to."""
    return await session.scalar(select(Room.fair_id).where(Room.id == room_id))


async def entries(session: AsyncSession, pairs: Collection[Pair]) -> dict[Pair, Entry]:
    """Of these (person, room), those who may be in the room: members of its fair that are not banned. In a closed one
    nobody may be. One query."""
    found = await session.execute(_ENTRIES, {"asked": pairs}) if pairs else ()
    return {(row.person_id, row.id): _entry(row) for row in found}


def _entries() -> Select[str, str, str, str]:
    pairs = asked("person_id", "room_id")
    return (
        select(Membership.person_id, Room.id, Room.fair_id, roles_column().label("roles"))
        .select_from(pairs)
        .join(Room, Room.id == pairs.c.room_id)
        .join(Membership, and_(Membership.fair_id == Room.fair_id, Membership.person_id == pairs.c.person_id))
        .where(not_banned(), is_open())
        .group_by(Membership.person_id, Room.id, Room.fair_id)
    )


# Built once: everybody who comes in asks.
_ENTRIES = _entries()


def _entry(row: Row[*tuple[Any, ...]]) -> Entry:
    return Entry(row.fair_id, frozenset(row.roles.split(SEPARATOR)))
