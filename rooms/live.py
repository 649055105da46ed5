"""Rooms on the live line: who may be in one, who is there, and how they are shown."""

from collections.abc import Collection, Mapping
from typing import Any

from fairs.cards import cards
from fairs.events import MemberBanned, MemberLeft, RolesChanged
from fairs.rules import NAMED_IN_CROWDS
from rooms.queries import Pair, entries, fair_of, of_fair
from server.kernel.db import Database
from server.kernel.parts import Kernel
from server.live import topics
from server.live.call import Call, Handler
from server.live.grants import Grant, Namespace, Present
from server.live.parts import Live
from server.live.wire.codes import LiveError
from server.live.wire.room import RoomRoster


def namespace(database: Database) -> Namespace:
    """The topics room:<room id>. Subscribing to one means being there."""

    async def readable(asked: Collection[Pair]) -> Mapping[Pair, Grant]:
        async with database.read() as session:
            found = await entries(session, asked)
        return {pair: Grant(roles=entry.roles, fair=entry.fair_id) for pair, entry in found.items()}

    async def people(room_id: str, person_ids: Collection[str]) -> Mapping[str, Present]:
        async with database.read() as session:
            fair_id = await fair_of(session, room_id)
            found = await cards(session, fair_id, person_ids) if fair_id else {}
        return {id: Present(card.wire(), named=card.role in NAMED_IN_CROWDS) for id, card in found.items()}

    return Namespace(durable=False, readable=readable, people=people)


async def roster(call: Call, params: RoomRoster) -> dict[str, Any]:
    """Who is in a room, in the order in which they came, page by page."""
    if call.grant is None or call.grant.fair is None or call.topic is None or call.topic.namespace != "room":
        raise LiveError("bad_request", "room: not a room")
    there = call.live.presence.people(str(call.topic))
    begin = there.index(params.after) + 1 if params.after in there else 0
    shown = there[begin : begin + params.limit]
    async with call.kernel.database.read() as session:
        found = await cards(session, call.grant.fair, shown)
    more = begin + params.limit < len(there)
    return {"people": [found[id].wire() for id in shown if id in found], "next": shown[-1] if more else None}


live_methods: dict[str, Handler] = {"room.roster": roster}


def listen(kernel: Kernel, live: Live) -> None:
    """Cut those off who have no right to a fair's rooms any more."""

    async def shut_out(happened: MemberBanned | MemberLeft) -> None:
        async with kernel.database.read() as session:
            rooms = await of_fair(session, happened.fair_id)
        for room_id in rooms:
            live.grants.revoke(happened.person_id, topics.room(room_id))

    async def changed(happened: RolesChanged) -> None:
        live.grants.refresh(happened.person_id)

    kernel.events.on(MemberBanned, shut_out)
    kernel.events.on(MemberLeft, shut_out)
    kernel.events.on(RolesChanged, changed)
