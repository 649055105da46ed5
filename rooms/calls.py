"""Calls in rooms: who may enter, speak and moderate on a stage, at a booth's table, in a meeting room or a lounge."""

from collections.abc import Collection, Mapping, Set

from sqlalchemy.ext.asyncio import AsyncSession

from fairs.rules import is_staff
from rooms.model import BOOTH, LOUNGE, MEETING, STAGE, Room
from rooms.queries import Pair, by_ids, entries
from signaling.rights import EVERYTHING, NOTHING, CallRights

# On a stage those publish who have a part in the programme; everybody else watches.
_ON_STAGE = frozenset({"speaker", "moderator", "organiser"})


async def rights_of(session: AsyncSession, asked: Collection[Pair]) -> Mapping[Pair, CallRights]:
    """Of these (person, room), those who may take part in the room's call. Two queries, however many ask."""
    entered = await entries(session, asked)
    rooms = await by_ids(session, {room_id for _, room_id in entered})
    return {
        pair: rights
        for pair, entry in entered.items()
        if (rights := call_rights(rooms[pair[1]], entry.roles)) is not None
    }


def call_rights(room: Room, roles: Set[str]) -> CallRights | None:
    """What these roles may do in the call of a room; None where there is none, as in a lobby."""
    if room.kind == STAGE:
        return CallRights(
            room.fair_id,
            room.kind,
            room.name,
            publish=NOTHING if _ON_STAGE.isdisjoint(roles) else EVERYTHING,
            moderate=is_staff(roles),
        )
    if room.kind in (BOOTH, MEETING, LOUNGE):
        hosts = is_staff(roles) or (room.kind == BOOTH and "exhibitor" in roles)
        return CallRights(room.fair_id, room.kind, room.name, publish=EVERYTHING, moderate=hosts)
    return None
