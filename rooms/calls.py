"""Calls in rooms: who may enter, speak and moderate on a stage, at a booth's table, in a meeting room or a lounge."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Set

from sqlalchemy.ext.asyncio import AsyncSession

from fairs.rules import is_staff
from rooms.model import BOOTH, LOUNGE, MEETING, STAGE, Room
from rooms.queries import Pair, by_ids, entries
from signaling.rights import EVERYTHING, NOTHING, CallRights, RightsOf

# Of these (person, booth), those where the booth is the stand of others than they belong to.
OfOthers = Callable[[AsyncSession, Collection[Pair]], Awaitable[Set[Pair]]]

# On a stage those publish who have a part in the programme; everybody else watches.
_ON_STAGE = frozenset({"speaker", "moderator", "organiser"})


def rights_in_rooms(of_others: OfOthers) -> RightsOf:
    """Who may take part in the calls of rooms."""

    async def rights_of(session: AsyncSession, asked: Collection[Pair]) -> Mapping[Pair, CallRights]:
        """Of these (person, room), those who may take part in the room's call. Three queries, however many ask."""
        entered = await entries(session, asked)
        rooms = await by_ids(session, {room_id for _, room_id in entered})
        exhibiting = [
            pair for pair, entry in entered.items() if rooms[pair[1]].kind == BOOTH and "exhibitor" in entry.roles
        ]
        visiting = await of_others(session, exhibiting) if exhibiting else frozenset[Pair]()
        found = {
            pair: call_rights(rooms[pair[1]], entry.roles - {"exhibitor"} if pair in visiting else entry.roles)
            for pair, entry in entered.items()
        }
        return {pair: rights for pair, rights in found.items() if rights is not None}

    return rights_of


def call_rights(room: Room, roles: Set[str]) -> CallRights | None:
    """What these roles may do in the call of a room; None where there is none, as in a lobby.
    Who visits the stand of others is no exhibitor there."""
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
