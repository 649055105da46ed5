"""When a room is closed, whoever is in it is out at once: of the room, its call, and what is written there."""

from rooms.events import RoomClosed
from server.kernel.parts import Kernel
from server.live import topics
from server.live.parts import Live
from signaling.listeners import fit_room, owe_a_room
from signaling.parts import Calls


def listen(kernel: Kernel, live: Live, calls: Calls) -> None:
    """Have this reaction happen. Who comes at this very moment is found when rights are asked for again."""

    async def closed(happened: RoomClosed) -> None:
        # Who walked on to another page is in the call without being in the room.
        in_call = await fit_room(calls, happened.room_id)
        for person_id in {*live.presence.people(topics.room(happened.room_id)), *in_call}:
            live.grants.refresh(person_id)

    kernel.events.on(RoomClosed, closed)
    owe_a_room(calls, RoomClosed, lambda happened: happened.room_id)
