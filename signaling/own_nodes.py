"""Our own media nodes as a back end: the protocol and the ways to nodes, without anything of the node itself."""

import contextlib
from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

import structlog

from server.kernel.bus import Bus
from server.kernel.observe import ERRORS_LOGGED
from server.kernel.settings import Settings
from signaling import protocol
from signaling.back_end import Ears, Engine
from signaling.found_nodes import FoundNodes
from signaling.lines import ChildLine, Line
from signaling.protocol import Gone, MediaError, PartlyKnownError, RoomState, frame_of
from signaling.tried import all_tried, each_tried

log = structlog.get_logger(__name__)

A = TypeVar("A", bound=protocol.Frame)


class Nodes(Protocol):
    """Which node a room is on."""

    async def start(self) -> None:
        """Begin to hear them."""
        ...

    async def prepare(self) -> None:
        """Have one run, where that is ours to do."""
        ...

    async def for_room(self, room: str, *, place: bool) -> Line | None:
        """The way to the room's node; where it has none: placed on one, or None. Raises MediaError."""
        ...

    def note(self, room: str, line: Line, *, anybody: bool) -> None:
        """A node said by its answer whether anybody is in a room."""
        ...

    async def idlest(self) -> Line:
        """The way to the one with the least to do. Raises MediaError."""
        ...

    async def all(self) -> tuple[list[Line], MediaError | None]:
        """The ways to all nodes that are known, and why these may not be all. Raises MediaError."""
        ...

    async def stop(self) -> None:
        """End what runs for them here."""
        ...


class OneChild:
    """A single node: a child of this process, started when it is needed first."""

    def __init__(self, settings: Settings, ears: "OwnNodes") -> None:
        self._ears = ears
        self.line = ChildLine(child_arguments(settings), ears.heard, self._lost)
        self._rooms: set[str] = set()

    async def start(self) -> None:
        """Nothing is started before somebody is at a call's door."""

    async def prepare(self) -> None:
        """Start the child: it loads its modules while somebody looks into the mirror."""
        await self.line.begin()

    async def for_room(self, room: str, *, place: bool) -> Line | None:
        """The child, for every room."""
        if place:
            self._rooms.add(room)
        return self.line if room in self._rooms else None

    def note(self, room: str, line: Line, *, anybody: bool) -> None:
        """Nothing is to be looked for: the end of a child is told at once."""

    async def idlest(self) -> Line:
        """The child."""
        return self.line

    async def all(self) -> tuple[list[Line], MediaError | None]:
        """The child, while it runs."""
        return [self.line] if self.line.pid else [], None

    def _lost(self) -> None:
        lost, self._rooms = self._rooms, set()
        for room in lost:
            self._ears.lost(room)

    async def stop(self) -> None:
        """End the child."""
        await self.line.stop()


class OwnNodes:
    """The back end `node`: one child without Redis, all nodes that are found there with it."""

    engine: Engine = "node"

    def __init__(self, settings: Settings, bus: Bus) -> None:
        self.ears = Ears()
        self._versions: dict[str, int] = {}  # of rooms with people in them
        self.nodes: Nodes = FoundNodes(settings, bus, self) if settings.redis_url else OneChild(settings, self)

    async def start(self) -> None:
        """Begin to hear the nodes."""
        await self.nodes.start()

    async def prepare(self) -> None:
        """Have a node run."""
        with contextlib.suppress(MediaError, OSError):  # said when somebody joins
            await self.nodes.prepare()

    async def join(self, join: protocol.Join) -> protocol.Joined:
        """Answer an offer."""
        return await self._ask(join.room, "join", join, protocol.Joined, place=True)

    async def try_out(self, sdp: str) -> str:
        """Answer an offer that only tries the way to a node: the one on which a new room would be."""
        line = await self.nodes.idlest()
        return protocol.Tried.model_validate(await line.ask("try", {"sdp": sdp})).sdp

    async def listen(self, listen: protocol.Listen) -> None:
        """Change what somebody's receiving sections carry."""
        await self._ask(listen.room, "listen", listen, protocol.Nothing)

    async def set_rights(self, given: protocol.SetRights) -> None:
        """Give somebody other rights."""
        await self._ask(given.room, "set_rights", given, protocol.Nothing)

    async def mute(self, mute: protocol.Mute) -> None:
        """Forward nothing of somebody's sources, or forward it again."""
        await self._ask(mute.room, "mute", mute, protocol.Nothing)

    async def remove(self, remove: protocol.Remove) -> None:
        """End somebody's part."""
        if await self.nodes.for_room(remove.room, place=False):
            await self._ask(remove.room, "remove", remove, protocol.Nothing)

    async def expel(self, expel: protocol.Expel) -> None:
        """End the part of a person or of a session."""
        # No node keeps anybody because another one does not answer.
        lines, missing = await self.nodes.all()
        await all_tried(line.ask("expel", frame_of(expel)) for line in lines)
        if missing:
            raise missing

    async def where(self, person: str) -> list[protocol.Presence]:
        """All parts that somebody takes. Raises PartlyKnownError where a node does not answer."""
        lines, missing = await self.nodes.all()
        answers, refusal = await each_tried(line.ask("where", {"person": person}) for line in lines)
        found = [each for answer in answers for each in protocol.Presences.model_validate(answer).found]
        if unknown := refusal or missing:
            raise PartlyKnownError(found, unknown)
        return found

    async def record(self, given: protocol.Record) -> None:
        """Record a room, or change who has agreed."""
        await self._ask(given.room, "record", given, protocol.Nothing)

    async def mark(self, given: protocol.Mark) -> None:
        """Set a chapter in the recording."""
        await self._ask(given.room, "mark", given, protocol.Nothing)

    async def end_recording(self, room: str) -> None:
        """End a recording."""
        if await self.nodes.for_room(room, place=False):
            await self._ask(room, "end_recording", protocol.RoomName(room=room), protocol.Nothing)

    async def close(self, room: str) -> None:
        """End a room."""
        if await self.nodes.for_room(room, place=False):
            await self._ask(room, "close", protocol.RoomName(room=room), protocol.Nothing)

    async def state(self, room: str) -> RoomState | None:
        """How a room is. From here on it is followed, also by a worker that was not there when its people came."""
        line = await self.nodes.for_room(room, place=False)
        if line is None:
            return None
        before = self._versions.get(room)
        state = await _state_by(line, room)
        if state and state.participants:
            self._versions[room] = max(state.v, self._versions.get(room, 0))
            self.nodes.note(room, line, anybody=True)
        elif self._versions.get(room) == before:  # nobody was heard to have come since
            self.nodes.note(room, line, anybody=False)
        return state

    async def stats(self) -> list[protocol.Stats]:
        """What the nodes do."""
        lines, missing = await self.nodes.all()
        if missing:
            raise missing
        answers = [await line.ask("stats", {}) for line in lines]
        return [protocol.Stats.model_validate(each) for each in answers]

    async def stop(self) -> None:
        """End what runs for the nodes here."""
        await self.nodes.stop()

    async def _ask(self, room: str, method: str, params: protocol.Frame, answer: type[A], *, place: bool = False) -> A:
        line = await self.nodes.for_room(room, place=place)
        if line is None:
            raise MediaError("not_found", "room")
        answered = answer.model_validate(await line.ask(method, frame_of(params)))
        if place:
            self.nodes.note(room, line, anybody=True)
        return answered

    def heard(self, kind: str, data: Mapping[str, Any]) -> None:
        """An event of a node."""
        if kind == "room":
            self._room_is(RoomState.model_validate(data))
        elif kind == "gone":
            self.ears.on_gone(Gone.model_validate(data))
        elif kind == "fault":
            ERRORS_LOGGED.labels("media_fault").inc()

    def _room_is(self, state: RoomState) -> None:
        if state.participants:
            self._versions[state.room] = state.v
        else:
            self._versions.pop(state.room, None)
        self.ears.on_room(state)

    async def catch_up(self) -> bool:
        """Events may have got lost: ask how all rooms are. False: of some it could not be learned."""
        known = True
        for room in list(self._versions):
            try:
                state = await self.state(room)
            except MediaError as error:
                log.warning("media_state_unknown", room=room, reason=error.message)
                known = False
            else:
                if state:
                    self._room_is(state)
                elif room in self._versions:  # else whoever found out has told it
                    self.lost(room)
        return known

    def lost(self, room: str) -> None:
        """A room's node is gone: nobody is in it until they join again, on another node."""
        version = self._versions.pop(room, 0) + 1
        self.ears.on_room(RoomState(room=room, epoch="", v=version, participants=[], speakers=[]))


async def _state_by(line: Line, room: str) -> RoomState | None:
    """What a node says; None: it does not carry the room (any more)."""
    try:
        return RoomState.model_validate(await line.ask("state", {"room": room}))
    except MediaError as error:
        if error.code == "not_found":
            return None
        raise


def child_arguments(settings: Settings) -> list[str]:
    """How a node is started for these settings."""
    host = settings.media_host or settings.host
    announced = ",".join(settings.media_addresses)
    where = ["--host", host, "--port", str(settings.media_port), *(["--announce", announced] if announced else [])]
    logs = ["--log-format", settings.log_format, "--log-level", settings.log_level]
    return [*where, *logs, "--niceness", str(settings.media_niceness)]
