"""The node: rooms on one UDP port, asked through the control protocol. It knows neither people nor fairs."""

import asyncio
import secrets
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from signaling import protocol
from signaling.media import between, feedback
from signaling.media.fanout import machine_name
from signaling.media.forms import batches
from signaling.media.layer import Layer
from signaling.media.mux import Mux, bind
from signaling.media.requests import given_to, offered
from signaling.media.room import Room
from signaling.media.sender import Sender
from signaling.media.spreading import Spreading
from signaling.media.stun import Address
from signaling.media.track import Track
from signaling.media.tries import Tries
from signaling.protocol import MediaError, frame_of

log = structlog.get_logger(__name__)

# How often publishers are asked for what is missing: a viewer sees a gap of one frame at 30 frames a second.
ASK_EVERY_S = 0.02
# The same while nothing comes. What comes is what tells of a gap, and to wake up costs more than the question.
QUIET_S = 0.05
SOON_S = 0.002
SPEAKERS_EVERY_S = 0.3
ADAPT_EVERY_S = 1.0
# Passes in a row, half a second or more, in which a room is broken itself: then it ends, and people come in anew.
STUMBLES_MOST = 25
# Packets that come one by one to many viewers wait this long for others: together they cost half.
GATHER_S = 0.008
GATHER_FROM_VIEWERS = 16
GATHER_PACKETS = 8
# So does a picture that is not all there: nobody shows it before its last packet. To few it goes as it comes.
GATHER_PICTURES_FROM_VIEWERS = 4

# After these, nothing of what is no longer allowed is forwarded: on no node.
TAKE_AWAY = ("set_rights", "mute", "remove", "expel")

Tell = Callable[[str, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node listens, and which addresses it names in its answers."""

    host: str = "127.0.0.1"
    port: int = 0
    announced: tuple[str, ...] = ()
    sending: str = ""  # the fan-out's back end; empty: the best one


class Node:
    """A media node. `tell` gets its events: kind and data as `signaling.protocol` describes them."""

    def __init__(self, place: Place, tell: Tell) -> None:
        self._socket: socket.socket = bind(place.host, place.port)
        self.port: int = self._socket.getsockname()[1]
        hosts = place.announced or (place.host,)
        self.addresses: tuple[Address, ...] = tuple((host, self.port) for host in hosts)
        self.mux = Mux(self._socket, time.monotonic, place.sending)
        self.mux.on_round = self._on_round
        self.sender = Sender(self.mux.out, self._socket.fileno(), time.monotonic, self.mux.fail)
        self.rooms: dict[str, Room] = {}
        self.tries = Tries(self.mux, self.addresses)
        self.epoch = secrets.token_hex(6)
        self._sending = place.sending or machine_name()
        self._tell = tell
        self.spreading: Spreading | None = None  # where there are other nodes
        self._gathering: asyncio.TimerHandle | None = None
        self._asking: asyncio.TimerHandle | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._passed_at = self._listened_at = self._adapted_at = 0.0
        self.is_broken = False  # it can't go on: its process ends, and is started again
        self.on_broken: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Begin to serve."""
        self.mux.start()
        self._ticking = asyncio.create_task(self._tick())
        self._ticking.add_done_callback(self._ticking_ended)

    def _ticking_ended(self, ticking: asyncio.Task[None]) -> None:
        if not ticking.cancelled():
            log.critical("media_node_broken", exc_info=ticking.exception())
            self.is_broken = True
            self.on_broken()

    async def stop(self) -> None:
        """End all rooms and close the port."""
        if self._ticking:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)
        for room in list(self.rooms.values()):
            recorder = room.recorder  # however broken the room is: this one is finished, and so are all others
            self.mux.attempt(None, room.close)
            self.mux.attempt(None, room.end_recording)
            if recorder:
                await asyncio.to_thread(recorder.join)
        if self.spreading:
            await self.spreading.stop()
        for timer in (self._gathering, self._asking):
            if timer:
                timer.cancel()
        self.sender.stop()
        self.mux.stop()
        self._socket.close()

    # -- the protocol ----------------------------------------------------------------------------------------------

    async def ask(self, method: str, params: Any) -> dict[str, Any]:
        """Do what a request asks for. Raises MediaError."""
        if self.spreading and method in self.spreading.methods:
            return frame_of(await self.spreading.methods[method](given_to(between.METHODS, method, params)))
        given = given_to(protocol.METHODS, method, params)
        if self.spreading and (passed_on := await self.spreading.pass_on(method, given)) is not None:
            return dict(passed_on)
        handlers: dict[str, Callable[[Any], Awaitable[protocol.Frame]]] = {
            "join": self._join,
            "try": self._try,
            "listen": self._listen,
            "set_rights": self._set_rights,
            "mute": self._mute,
            "remove": self._remove,
            "expel": self._expel,
            "where": self._where,
            "record": self._record,
            "mark": self._mark,
            "end_recording": self._end_recording,
            "close": self._close,
            "state": self._state,
            "stats": self._stats,
        }
        answer = await handlers[method](given)
        if self.spreading and method in TAKE_AWAY:
            await self.spreading.settle()
        return frame_of(answer)

    async def _join(self, join: protocol.Join) -> protocol.Frame:
        if self.spreading and (elsewhere := await self.spreading.seat(join)):
            return elsewhere
        return self.admit(self.rooms.get(join.room) or self.new_room(join.room), join)

    def admit(self, room: Room, join: protocol.Join) -> protocol.Joined:
        """Let somebody in here. Raises MediaError."""
        joined = room.join(join, offered(join.sdp))
        self.rooms[join.room] = room
        return joined

    async def _try(self, given: protocol.Try) -> protocol.Frame:
        return self.tries.answer(offered(given.sdp))

    async def _listen(self, given: protocol.Listen) -> protocol.Frame:
        room = self._room(given.room)
        participant, now = room.participant(given.participant), self.mux.clock()
        before = participant.sizes
        participant.listen(given)
        room.assign()
        # What is shown larger is wanted at once; a sender may have to be told.
        self.mux.attempt(participant.peer, room.suit, participant, now)
        if participant.sizes != before:
            participant.path.begins_anew(now)
        room.fit_encodings(now)
        return protocol.Nothing()

    async def _set_rights(self, given: protocol.SetRights) -> protocol.Frame:
        room = self._room(given.room)
        room.participant(given.participant).set_rights(given.rights)
        room.assign()
        room.changed()
        return protocol.Nothing()

    async def _mute(self, given: protocol.Mute) -> protocol.Frame:
        room = self._room(given.room)
        room.participant(given.participant).mute(given)
        room.assign()
        room.changed()
        return protocol.Nothing()

    async def _remove(self, given: protocol.Remove) -> protocol.Frame:
        if room := self.rooms.get(given.room):
            room.remove(given.participant, "removed")
            self._forget_if_empty(room)
        return protocol.Nothing()

    async def _expel(self, given: protocol.Expel) -> protocol.Frame:
        for room in list(self.rooms.values()):
            for each in list(room.participants.values()):
                if given.means(room.id, each.person, each.session):
                    room.remove(each.id, "removed")
            self._forget_if_empty(room)
        if self.spreading:
            await self.spreading.expel(given)
        return protocol.Nothing()

    async def _where(self, given: protocol.Whom) -> protocol.Frame:
        found = [
            protocol.Presence(room=room.id, participant=each.id)
            for room in self.rooms.values()
            for each in room.participants.values()
            if each.person == given.person
        ]
        return protocol.Presences(found=found)

    async def _record(self, given: protocol.Record) -> protocol.Frame:
        self._room(given.room).record(given)
        return protocol.Nothing()

    async def _mark(self, given: protocol.Mark) -> protocol.Frame:
        recorder = self._room(given.room).recorder
        if recorder is None:
            raise MediaError("conflict", "nothing is recorded")
        recorder.mark(given.title, self.mux.clock())
        return protocol.Nothing()

    async def _end_recording(self, given: protocol.RoomName) -> protocol.Frame:
        room = self.rooms.get(given.room)
        if room and (recorder := room.end_recording()):
            await asyncio.to_thread(recorder.join)
        return protocol.Nothing()

    async def _close(self, given: protocol.RoomName) -> protocol.Frame:
        if room := self.rooms.get(given.room):
            self.end(room)
        return protocol.Nothing()

    async def _state(self, given: protocol.RoomName) -> protocol.Frame:
        return self._room(given.room).state()

    async def _stats(self, _given: protocol.Nothing) -> protocol.Frame:
        return protocol.Stats(
            rooms=len(self.rooms),
            participants=sum(len(room.participants) for room in self.rooms.values()),
            received=self.mux.received,
            forwarded=self.sender.forwarded,
            dropped=self.sender.dropped,
            refused=self.mux.refused,
            faults=self.mux.faults.count,
            cpu_seconds=time.process_time(),
            sending=self._sending,
            waiting=self.sender.waiting,
        )

    def _room(self, room_id: str) -> Room:
        if room := self.rooms.get(room_id):
            return room
        raise MediaError("not_found", "room")

    def _forget_if_empty(self, room: Room) -> None:
        if room.recorder and (room.recorder.failed or not room.participants):
            room.end_recording()
        if room.is_over:
            room.close()
            room.tell()
            self.rooms.pop(room.id, None)

    def new_room(self, room_id: str) -> Room:
        """A room in which nobody is yet."""
        return Room(room_id, self.epoch, self.mux, self.addresses, self._told)

    def end(self, room: Room) -> None:
        """A room goes on elsewhere, or not at all."""
        room.close()
        self._forget_if_empty(room)

    def _told(self, event: protocol.RoomState | protocol.Gone) -> None:
        kind = "room" if isinstance(event, protocol.RoomState) else "gone"
        self._tell(kind, event.model_dump(mode="json"))

    # -- packets ---------------------------------------------------------------------------------------------------

    def _on_round(self) -> None:
        """After each round of reading: what came goes out now, or in a moment with what follows it."""
        if self._gathering is None and any(self._can_wait(room.dirty) for room in self.rooms.values() if room.dirty):
            self._gathering = asyncio.get_running_loop().call_later(GATHER_S, self._gathered)
            self.mux.rest()  # else each of them would be woken up for
        elif self._gathering is None:
            self._forward()

    @staticmethod
    def _can_wait(dirty: list[tuple[Track, Layer]]) -> bool:
        return any(
            (len(layer.viewers) >= GATHER_FROM_VIEWERS and len(layer.pending) < GATHER_PACKETS)
            or (
                len(layer.viewers) >= GATHER_PICTURES_FROM_VIEWERS
                and track.kind == "video"
                and not layer.pending[-1].marker
            )
            for track, layer in dirty
        )

    def _gathered(self) -> None:
        self._gathering = None
        self.mux.resume()
        self._forward()

    def _forward(self) -> None:
        lacks = False
        for room in self.rooms.values():
            if room.dirty:
                dirty, room.dirty = room.dirty, []
                for track, layer in dirty:
                    lacks = lacks or bool(layer.missing) or (track.kind == "video" and layer.key_frame_wanted)
                    for batch in batches(layer.take_pending()):
                        self.sender.add(track, layer, batch)
        self.sender.run()
        now = self.mux.clock()
        if now - self._passed_at >= ASK_EVERY_S:
            self._look_after(now)
        elif lacks and self._asking is None:  # by a packet that came soon after the last pass
            wait = self._passed_at + ASK_EVERY_S - now
            self._asking = asyncio.get_running_loop().call_later(wait, self.mux.attempt, None, self._ask_now)

    def _ask_now(self) -> None:
        self._asking = None
        now = self.mux.clock()
        if now - self._passed_at >= ASK_EVERY_S:  # else there was a round
            self._look_after(now)

    # -- time ------------------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        """Look after rooms also where nothing comes; who is woken up by packets does it on the way."""
        while True:
            await asyncio.sleep(max(QUIET_S - (self.mux.clock() - self._passed_at), SOON_S))
            now = self.mux.clock()
            if now - self._passed_at >= QUIET_S:
                self._look_after(now)

    def _look_after(self, now: float) -> None:
        """Do all that is due in rooms."""
        listens, adapts = now - self._listened_at >= SPEAKERS_EVERY_S, now - self._adapted_at >= ADAPT_EVERY_S
        for room in list(self.rooms.values()):
            self._pass(room, now, listens=listens, adapts=adapts)
        if self.spreading:
            self.mux.attempt(None, self.spreading.tick, now)
        self.mux.attempt(None, self.tries.end_old, now)
        self._listened_at = now if listens else self._listened_at
        self._adapted_at = now if adapts else self._adapted_at
        self._passed_at = self.mux.clock()  # last: where it went wrong it is not done, and others' turn lies between

    def _pass(self, room: Room, now: float, *, listens: bool, adapts: bool) -> None:
        """All that is due in a room. Where one step is broken, the others are still done."""
        steps: list[tuple[Callable[..., object], *tuple[object, ...]]] = [
            (feedback.ask_publishers, self.mux, room, now)
        ]
        if listens:
            steps.append((room.listen_for_speakers, now))
        if adapts:
            steps += [(room.adapt, now), (feedback.report, self.mux, room, now)]
        steps += [(room.tell,), (self._forget_if_empty, room)]
        went_well = [self.mux.attempt(None, *step) for step in steps]
        room.stumbles = 0 if all(went_well) else room.stumbles + 1
        if room.stumbles >= STUMBLES_MOST:
            self._break_up(room)

    def _break_up(self, room: Room) -> None:
        """End a room that is broken itself. Where its end is broken, too, it ends piece by piece: nobody stays
        connected, what was recorded is finished, other nodes carry nothing of it, and the workers know."""
        peers = [each.peer for each in room.participants.values() if each.peer]
        branches = list(room.branches.values())
        self.rooms.pop(room.id, None)
        if self.mux.attempt(None, self.end, room):
            return
        pieces: list[tuple[Callable[..., object], *tuple[object, ...]]] = [(self.mux.close, peer) for peer in peers]
        pieces += [(room.drop, branch) for branch in branches]
        pieces += [(room.trunk.close,)] if room.trunk else []
        for piece in (*pieces, (room.end_recording,), (room.participants.clear,), (self._tell_end, room)):
            self.mux.attempt(None, *piece)

    def _tell_end(self, room: Room) -> None:
        if not room.trunk:  # else its home speaks for the room
            self._told(room.state())
