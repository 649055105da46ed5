"""A part of a room's audience that another node carries, as the home node knows it."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from signaling.media import rtcp
from signaling.media.answer import TO_VIEWERS, known_extensions
from signaling.media.bandwidth import Path
from signaling.media.between import (
    TRACKS_MOST,
    Carry,
    Cut,
    Extend,
    Others,
    People,
    Seat,
    Seated,
    SentCodec,
    SentLayer,
    SentTrack,
)
from signaling.media.encodings import name_of
from signaling.media.layer import Layer
from signaling.media.link import Link
from signaling.media.outgoing import Outgoing
from signaling.media.sdp import Codec
from signaling.media.spread import PARTICIPANTS_MOST, Share
from signaling.media.track import Track
from signaling.protocol import Join, Joined, ParticipantState, frame_of

if TYPE_CHECKING:
    from signaling.media.room import Room

Begin = Callable[[Coroutine[Any, Any, Any]], None]
Place = tuple[str, str]  # id of a track, rid of an encoding


@dataclass(frozen=True, slots=True)
class Stream:
    """An encoding on its way to the branch."""

    track: Track
    layer: Layer
    slot: Outgoing


class Branch:
    """A viewer, as far as packets are concerned, that gets every encoding of what its people watch."""

    def __init__(self, room: "Room", link: Link, others: Others, load: float, begin: Begin) -> None:
        self.id = secrets.token_hex(8)
        self.life = link.life
        self.people: dict[str, ParticipantState] = {}
        self.coming: dict[str, Join] = {}  # whom it was asked to seat, until it has answered
        self.path = Path()
        self.stale = True  # whether it may have to be told of other tracks
        self.is_open = False  # whether people can sit there
        self.closed = False
        self.follow_at = 0.0
        self.empty_since = self.heard_at = room.mux.clock()
        self._room = room
        self.link = link
        self._others = others
        self._begin_doing = begin
        self._load = load
        self._bits = 0.0
        self._v = 0
        self._removed: dict[str, int] = {}  # who was removed, by which connection
        self._watched: frozenset[str] = frozenset()
        self._used: frozenset[str] = frozenset()  # encodings, as `name_of` names them
        self._streams: dict[Place, Stream] = {}
        self._told: list[SentTrack] | None = None
        self._telling = asyncio.Lock()

    @property
    def slots(self) -> dict[Place, Outgoing]:
        """What goes to it."""
        return {place: stream.slot for place, stream in self._streams.items()}

    @property
    def used(self) -> list[Layer]:
        """Encodings that somebody there gets or waits for."""
        return [stream.layer for place, stream in self._streams.items() if name_of(*place) in self._used]

    @property
    def share(self) -> Share:
        """What it carries, as far as is known here."""
        return Share(self.life, len(self.people) + len(self.coming), self._bits, self._load)

    def who(self, participant: str) -> ParticipantState | Join | None:
        """Somebody who sits there, or soon will: their newest connection."""
        found = [each for each in (self.people.get(participant), self.coming.get(participant)) if each]
        return max(found, key=lambda each: each.generation, default=None)

    # -- what it is asked ------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Have the other node begin. Raises MediaError."""
        tracks = self._fitted()
        given = Extend(room=self._room.id, branch=self.id, home=self._others.life, tracks=tracks)
        await self._others.ask(self.life, "extend", frame_of(given))
        self._told, self.is_open = tracks, not self.closed

    async def follow(self) -> None:
        """Have it know which tracks there are now; when this returns, nothing of others is forwarded there. Raises
        MediaError."""
        self.stale = False
        tracks = self._fitted()
        async with self._telling:
            if tracks == self._told or self.closed:
                return
            self._told = None
            await self._ask("carry", frame_of(Carry(room=self._room.id, branch=self.id, tracks=tracks)))
            self._told = tracks

    async def seat(self, join: Join) -> Joined:
        """Let somebody in there. Raises MediaError."""
        self.coming[join.participant] = join
        try:
            answer = Seated.model_validate(await self._ask("seat", frame_of(Seat(branch=self.id, join=join))))
        finally:
            if self.coming.get(join.participant) is join:
                del self.coming[join.participant]
        self._load += 1 / PARTICIPANTS_MOST
        if answer.v > self._v:
            self._v = answer.v
            known = self.people.get(join.participant)
            if known is None or known.generation != join.generation:
                self.people[join.participant] = _comes(join)
                self._room.changed()
        return Joined(sdp=answer.sdp)

    async def pass_on(self, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Have it do what was asked about somebody who sits there. Raises MediaError."""
        return await self._ask(method, params)

    def remove(self, participant: str) -> None:
        """Somebody was removed there. What it said of them before may still be on its way."""
        if gone := self.people.pop(participant, None):
            self._removed[participant] = gone.generation
        self._room.changed()

    async def _ask(self, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        return await self._others.ask(self.life, method, params)

    # -- what it says ----------------------------------------------------------------------------------------------

    def hear(self, told: People, now: float) -> None:
        """Who is there, and what they watch."""
        self.heard_at = now
        if told.v <= self._v:
            return
        self._v, self._load, self._bits = told.v, told.load, told.bits_per_second
        if told.people:
            self.empty_since = now
        if frozenset(told.watched) != self._watched:
            self._watched = frozenset(told.watched)
            self._fitted()
        if frozenset(told.used) != self._used:
            self._used = frozenset(told.used)
            self._room.fit_encodings(now)
        people = {each.id: each for each in told.people if self._removed.get(each.id) != each.generation}
        self._removed = {id: self._removed[id] for id in {each.id for each in told.people} - people.keys()}
        if people != self.people:
            self.people = people
            self._room.changed()

    def on_feedback(self, slot: Outgoing, part: rtcp.Part) -> None:
        """What it says about a stream."""
        slot.hear(part, self.link.mux.out, self.link.mux.clock())

    def on_estimate(self, bits_per_second: int) -> None:
        """What its best viewer can take."""
        self.path.estimate = float(bits_per_second)

    # -- what goes to it -------------------------------------------------------------------------------------------

    def _fitted(self) -> list[SentTrack]:
        """Have a stream for every encoding there is, fed where it is wanted; what that makes of the tracks."""
        tracks = [] if self.closed else list(self._room.tracks().values())[:TRACKS_MOST]
        wanted = {(track.id, layer.rid): (track, layer) for track in tracks for layer in track.layers}
        for place in [place for place, stream in self._streams.items() if not _is_still(stream, wanted.get(place))]:
            self._end(place)
        for place, (track, layer) in wanted.items():
            slot = self._streams[place].slot if place in self._streams else self._begin(place, track)
            self._streams[place] = Stream(track, layer, slot)
            self._feed(self._streams[place])
        return [self._described(track) for track in tracks]

    def _begin(self, place: Place, track: Track) -> Outgoing:
        assert self.link.peer is not None
        slot = Outgoing(track.id, self.link.peer, track.section, known_extensions(track.section, TO_VIEWERS))
        self.link.sending[slot.ssrc] = self.link.sending[slot.repair_ssrc] = self, slot
        return slot

    def _feed(self, stream: Stream) -> None:
        if stream.track.kind == "audio" or stream.track.id in self._watched:
            stream.slot.track = stream.track
            stream.slot.want(stream.layer)
        else:
            stream.slot.leave()

    def _end(self, place: Place) -> None:
        slot = self._streams.pop(place).slot
        slot.closed = True
        slot.leave()
        self.link.sending.pop(slot.ssrc, None)
        self.link.sending.pop(slot.repair_ssrc, None)

    def _described(self, track: Track) -> SentTrack:
        slots = [(layer, self._streams[track.id, layer.rid].slot) for layer in track.layers]
        layers = [
            SentLayer(rid=layer.rid, ssrc=slot.ssrc, repair_ssrc=slot.repair_ssrc, paused_bits=_paused(layer))
            for layer, slot in slots
        ]
        return SentTrack(
            id=track.id,
            owner=track.owner,
            source=track.source,  # type: ignore[arg-type]
            muted=track.muted,
            codecs=[_codec(codec) for codec in track.section.codecs],
            extensions=known_extensions(track.section, TO_VIEWERS),
            rids=track.section.rids,
            layers=layers,
        )

    def close(self) -> None:
        """Nothing goes there from now on; its node is told so, if it can be reached."""
        if self.closed:
            return
        self.closed, self.is_open = True, False
        self._begin_doing(self._ask("cut", frame_of(Cut(room=self._room.id, branch=self.id))))
        for place in list(self._streams):
            self._end(place)


def _comes(join: Join) -> ParticipantState:
    """Somebody who is not connected yet."""
    return ParticipantState(id=join.participant, person=join.person, generation=join.generation, ready=False, tracks=[])


def _is_still(stream: Stream, wanted: tuple[Track, Layer] | None) -> bool:
    """Whether it is the same track, not one that came in its place. An encoding may go on under another ssrc."""
    return wanted is not None and wanted[0] is stream.track


def _paused(layer: Layer) -> int:
    return max(1, int(layer.paused_bits)) if layer.paused else 0


def _codec(codec: Codec) -> SentCodec:
    return SentCodec(
        payload_type=codec.payload_type,
        name=codec.name,
        clock=codec.clock,
        channels=codec.channels,
        parameters=codec.parameters,
    )
