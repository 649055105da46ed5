"""What carries a call of more than two: one interface, and our own nodes behind it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from signaling.protocol import (
    Expel,
    Gone,
    Join,
    Joined,
    Listen,
    Mark,
    Mute,
    Presence,
    Record,
    Remove,
    RoomState,
    SetRights,
    Stats,
)


@dataclass
class Ears:
    """Who is told what happens in the back end. Called on the event loop; must not block."""

    on_room: Callable[[RoomState], None] = field(default=lambda _state: None)
    on_gone: Callable[[Gone], None] = field(default=lambda _gone: None)


# How browsers take part: by an offer that is answered, or with a client of that server's own.
Engine = Literal["node", "livekit"]


class MediaBackEnd(Protocol):
    """Calls that are forwarded. Every method raises `MediaError`; what is asked for again is done again.

    After `remove` and `set_rights` have returned, nothing more of what is no longer allowed is forwarded, in either
    direction.
    """

    ears: Ears

    @property
    def engine(self) -> Engine:
        """What browsers need to take part."""
        ...

    async def start(self) -> None:
        """Begin to hear what happens."""
        ...

    async def prepare(self) -> None:
        """Somebody is at the door of a call: start what must run for it. What cannot be started is no error here."""
        ...

    async def join(self, join: Join) -> Joined:
        """Answer an offer, or say where to go instead."""
        ...

    async def try_out(self, sdp: str) -> str:
        """Answer an offer that only tries the way to the node: of no room, over within seconds, and unlike a part in a
        call nobody's. An engine whose ways are not ours to try refuses it."""
        ...

    async def listen(self, listen: Listen) -> None:
        """Change what somebody's receiving sections carry."""
        ...

    async def set_rights(self, given: SetRights) -> None:
        """Give somebody other rights."""
        ...

    async def mute(self, mute: Mute) -> None:
        """Forward nothing of somebody's sources, or forward it again."""
        ...

    async def remove(self, remove: Remove) -> None:
        """End somebody's part, at once."""
        ...

    async def expel(self, expel: Expel) -> None:
        """End the part of a person or of a session, at once."""
        ...

    async def where(self, person: str) -> list[Presence]:
        """All parts that somebody takes. Raises PartlyKnownError with those that were found, where others may be."""
        ...

    async def record(self, given: Record) -> None:
        """Record a room, or change who has agreed: from the answer on, of others nothing is kept."""
        ...

    async def mark(self, given: Mark) -> None:
        """Set a chapter in the recording that runs."""
        ...

    async def end_recording(self, room: str) -> None:
        """End a recording: its file is whole with the answer. Where none runs it is no error."""
        ...

    async def close(self, room: str) -> None:
        """End a room for everybody; a room that is not there is no error."""
        ...

    async def state(self, room: str) -> RoomState | None:
        """How a room is; None where nobody is in it."""
        ...

    async def stats(self) -> list[Stats]:
        """What the nodes do."""
        ...

    async def stop(self) -> None:
        """End what runs for it here."""
        ...
