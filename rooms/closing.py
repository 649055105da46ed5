"""When a room is closed, whoever is in it is out at once: of the room, its call, and what is written there."""

from chat.queries import channel_of_room
from rooms.events import RoomClosed
from server.kernel.parts import Kernel
from server.live import topics
from server.live.parts import Live
from signaling.listeners import fit_room
from signaling.parts import Calls


def listen(kernel: Kernel, live: Live, calls: Calls) -> None:
    """Have this reaction happen. Who comes at this very moment is found when rights are asked for again."""

    async def closed(happened: RoomClosed) -> None:
        async with kernel.database.read() as session:
            channel_id = await channel_of_room(session, happened.room_id)
        room = topics.room(happened.room_id)
        for person_id in live.presence.people(room):
            live.grants.revoke(person_id, room)
            if channel_id:
                live.grants.revoke(person_id, topics.chat(channel_id))
        await fit_room(calls, happened.room_id)

    kernel.events.on(RoomClosed, closed)
