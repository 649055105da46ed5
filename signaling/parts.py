"""What calls stand on besides the kernel and the live line, composed at the start."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from starlette.requests import HTTPConnection

from server.kernel.parts import Kernel
from server.live import topics
from server.live.grants import Arrival, Grant, Namespace
from server.live.parts import Live
from server.live.wire.codes import ERRORS, LiveError
from signaling.back_end import MediaBackEnd
from signaling.own_nodes import OwnNodes
from signaling.protocol import Expel, MediaError, RoomState, SetRights
from signaling.reactions import Reactions
from signaling.recorded import Recorded, Why
from signaling.removing import removed
from signaling.rights import CallRights, Doors, Pair
from signaling.signals import Signals, Signs


@dataclass
class Calls:
    """The parts, and what the live line asks of them."""

    kernel: Kernel
    live: Live
    back_end: MediaBackEnd
    doors: Doors = field(default_factory=Doors)
    signals: Signals = field(default_factory=Signals)
    signs: Signs = field(default_factory=Signs)
    recorded: Recorded = field(default_factory=Recorded)
    reactions: Reactions = field(init=False)

    def __post_init__(self) -> None:
        self.reactions = Reactions(lambda room, told: self.live.publish(topics.call(room), "reactions", told))

    @classmethod
    def build(cls, kernel: Kernel, live: Live, back_end: MediaBackEnd | None = None) -> Self:
        """Compose the parts. Nothing of a media node is loaded before somebody is at a call's door."""
        calls = cls(kernel, live, back_end or back_end_of(kernel))
        calls.back_end.ears.on_room = calls._room_changed
        return calls

    async def start(self) -> None:
        """Begin to hear the nodes."""
        await self.back_end.start()

    async def stop(self) -> None:
        """End the nodes that run here, and tell what is not told yet."""
        self.reactions.flush()
        await self.back_end.stop()

    @property
    def namespace(self) -> Namespace:
        """The topics call:<room id>."""
        return Namespace(
            durable=False,
            readable=self._readable,
            snapshot=self._snapshot,
            regranted=lambda grant: ("may", _may(grant.data)),
        )

    async def rights(self, asked: Collection[Pair]) -> dict[Pair, CallRights]:
        """Of these (person, call), those who may take part, and how: as their rooms say, less who was removed."""
        async with self.kernel.database.read() as session:
            found = await self.doors.rights(session, asked)
            out = await removed(session, found)
        return {pair: rights for pair, rights in found.items() if pair not in out}

    async def end(self, *, person: str = "", session: str = "", room: str = "") -> None:
        """End somebody's part at once: a person's or a session's, in one call or in all of them."""
        await self.back_end.expel(Expel(person=person, session=session, room=room))

    async def give(self, given: SetRights) -> None:
        """Give somebody other rights in a call, if they are still in it. Raises MediaError."""
        try:
            await self.back_end.set_rights(given)
        except MediaError as error:
            if error.code != "not_found":  # they have left already
                raise

    async def _readable(self, asked: Collection[Pair]) -> Mapping[Pair, Grant]:
        found = await self.rights(asked)
        return {pair: Grant(fair=each.fair_id, write=bool(each.publish), data=each) for pair, each in found.items()}

    async def _snapshot(self, arrival: Arrival) -> Mapping[str, Any]:
        """As `server.live.wire.call.CallSnapshot`. Where the node cannot be asked now, who is in the call is not known,
        which is something else than nobody."""
        state, known = None, True
        try:
            state = await self.back_end.state(arrival.id)
        except MediaError:
            known = False
        mine: CallRights = arrival.grant.data
        more = {"v": state.v if state else 0, "kind": mine.kind, "may": _may(mine), "known": known}
        agrees = None
        if state and state.recording and mine.publish:  # who only watches has nothing to agree to
            agrees = await self.recorded.answer_of((state.recording, arrival.person_id))
        return call_wire(state) | more | {"agrees": agrees, "stopped": self._stopped(arrival.id, state)}

    def _stopped(self, room: str, state: RoomState | None) -> dict[str, str] | None:
        """As `server.live.wire.call.RecordingStopped`: for whoever was not on the line when it was told."""
        last = self.recorded.last(room, self.kernel.clock.now())
        return None if last is None or (state and state.recording) else stopped_wire(last.recording, last.why)

    def _room_changed(self, state: RoomState) -> None:
        self.live.show_state(topics.call(state.room), "call", call_wire(state), v=state.v)
        self.recorded.follow(state)


def _may(rights: CallRights) -> dict[str, Any]:
    """As `server.live.wire.call.CallMay`."""
    return {"publish": rights.node.publish, "listen": rights.listen, "moderate": rights.moderate}


def back_end_of(kernel: Kernel) -> MediaBackEnd:
    """The back end that is configured."""
    if not kernel.settings.livekit_url:
        return OwnNodes(kernel.settings, kernel.bus)
    from signaling.livekit.back_end import LiveKit

    return LiveKit(kernel.settings, kernel.bus)


def call_wire(state: RoomState | None) -> dict[str, Any]:
    """A room's state as `server.live.wire.call.CallState`."""
    if state is None:
        return {"participants": [], "speakers": [], "recording": False}
    wire = state.model_dump(mode="json")
    return {key: wire[key] for key in ("participants", "speakers")} | {"recording": bool(state.recording)}


def stopped_wire(recording: str, why: Why) -> dict[str, str]:
    """The end of a recording as `server.live.wire.call.RecordingStopped`."""
    return {"recording": recording, "why": why}


def refused(error: MediaError) -> LiveError:
    """A refusal of the back end as one of the live line."""
    return LiveError(error.code if error.code in ERRORS else "internal", error.message)


def calls_of(connection: HTTPConnection) -> Calls:
    """The parts that serve this request."""
    calls: Calls = connection.app.state.calls
    return calls
