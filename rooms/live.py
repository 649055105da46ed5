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
from server.live.wire.envelope import JsonText
from server.live.wire.room import RoomContacts, RoomRoster

# Contacts that are named in a crowd: more than anybody looks for.
CONTACTS_MOST = 100


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
    topic, fair = _room(call)
    there = call.live.presence.people(topic)
    begin = there.index(params.after) + 1 if params.after in there else 0
    shown = there[begin : begin + params.limit]
    async with call.kernel.database.read() as session:
        found = await cards(session, fair, shown)
    more = begin + params.limit < len(there)
    return {"people": [found[id].wire() for id in shown if id in found], "next": shown[-1] if more else None}


async def contacts(call: Call, _params: RoomContacts) -> JsonText:
    """Which of one's contacts are in a room: in a crowd its members are told of nobody but staff and speakers."""
    topic, _ = _room(call)
    known = await call.app.state.chat.contacts.get(call.person.id) or set()
    return JsonText(f'{{"people":{await call.live.presence.cards(topic, known, CONTACTS_MOST)}}}')


def _room(call: Call) -> tuple[str, str]:
    """The topic of the room that is asked about, and its fair. Raises LiveError."""
    if call.grant is None or call.grant.fair is None or call.topic is None or call.topic.namespace != "room":
        raise LiveError("bad_request", "room: not a room")
    return str(call.topic), call.grant.fair


live_methods: dict[str, Handler] = {"room.roster": roster, "room.contacts": contacts}


def listen(kernel: Kernel, live: Live) -> None:
    """Cut those off who have no right to a fair's rooms any more."""

    async def shut_out(happened: MemberBanned | MemberLeft) -> None:
        why = "banned" if isinstance(happened, MemberBanned) else ""
        async with kernel.database.read() as session:
            rooms = await of_fair(session, happened.fair_id)
        for room_id in rooms:
            live.grants.revoke(happened.person_id, topics.room(room_id), why)

    async def changed(happened: RolesChanged) -> None:
        live.grants.refresh(happened.person_id)

    kernel.events.on(MemberBanned, shut_out)
    kernel.events.on(MemberLeft, shut_out)
    kernel.events.on(RolesChanged, changed)
