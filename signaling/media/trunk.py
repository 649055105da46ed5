"""Where the tracks of a branch come from: its home node, as the node of the branch knows it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from signaling.media import rtcp
from signaling.media.between import Others, People, SentTrack
from signaling.media.encodings import name_of
from signaling.media.layer import Layer
from signaling.media.link import Link
from signaling.media.peer import Peer
from signaling.media.rtp import Packet
from signaling.media.sdp import Codec, Section
from signaling.media.track import Inbound, Track
from signaling.protocol import SOUNDS

if TYPE_CHECKING:
    from signaling.media.room import Room

# The home is told of changes this soon at most, and of everything again that often, since word may get lost.
TELL_EVERY_S, TELL_AGAIN_S = 0.05, 2.0
# Between nodes everything is asked for again, whether its publisher repeats it or not.
_FEEDBACK = ("nack", "nack pli")


class Trunk:
    """All that comes from the home. Its streams are taken as if their senders were here."""

    def __init__(self, room: "Room", branch: str, link: Link, others: Others, say: Callable[[People], None]) -> None:
        self.branch = branch
        self.link = link
        self.tracks: dict[str, Track] = {}  # by id
        self.closed = False
        self._room = room
        self._others = others
        self._say = say
        self._inbound = Inbound()
        self._v = 0
        self._watched: list[str] = []
        self._used: list[str] = []
        self._told_at = 0.0

    @property
    def peer(self) -> Peer | None:
        """Where what is said to senders goes."""
        return self.link.peer

    # -- what there is ---------------------------------------------------------------------------------------------

    def carry(self, tracks: list[SentTrack]) -> None:
        """These tracks there are now, and no others."""
        sent = {each.id: each for each in tracks}
        for track_id in [track_id for track_id in self.tracks if track_id not in sent]:
            self._end(track_id)
        for each in tracks:
            self._take(each)
        known = {ssrc for each in tracks for layer in each.layers for ssrc in (layer.ssrc, layer.repair_ssrc)}
        for ssrc in [ssrc for ssrc, to in self.link.receiving.items() if to is self and ssrc not in known]:
            del self.link.receiving[ssrc]
        self.link.receiving.update(dict.fromkeys(known, self))
        self._room.assign()

    def _take(self, sent: SentTrack) -> None:
        section = _section(sent)
        track = self.tracks.get(sent.id)
        if track and track.section != section:
            self._end(sent.id)
            track = None
        if track is None:
            track = Track(sent.id, sent.owner, section.kind, sent.source, section)  # type: ignore[arg-type]
            self.tracks[sent.id] = track
        track.muted = sent.muted
        known = {layer.ssrc for layer in track.layers}
        for layer in sent.layers:
            if layer.ssrc not in known:
                self._inbound.expect(track, Layer(layer.ssrc, layer.rid, repair_ssrc=layer.repair_ssrc))
        paused = {layer.ssrc: layer.paused_bits for layer in sent.layers}
        for each in track.layers:
            if bits := paused.get(each.ssrc):
                each.pause(bits)
            elif each.paused:
                each.resume(self._room.mux.clock())

    def _end(self, track_id: str) -> None:
        track = self.tracks.pop(track_id)
        track.closed = True
        self._inbound.remove(track_id)

    # -- what comes ------------------------------------------------------------------------------------------------

    def on_packet(self, packet: Packet) -> None:
        """RTP."""
        found = self._inbound.take(packet, self._room.mux.clock())
        if found and not found[0].muted:
            self._room.arrived(*found, packet)

    def on_report(self, report: rtcp.SenderReport) -> None:
        """Which moment a stream's timestamps stand for."""
        if layer := self._inbound.layer_of(report.ssrc):
            self._room.reported(layer, report, self._room.mux.clock())

    # -- what the home is told -------------------------------------------------------------------------------------

    def next(self) -> int:
        """The version of what is said now."""
        self._v += 1
        return self._v

    def tell(self, now: float) -> None:
        """Say who is here and what they watch, where that has changed or was said long ago."""
        if self.closed or now - self._told_at < TELL_EVERY_S:
            return
        watched = [track.id for track in self.tracks.values() if any(layer.viewers for layer in track.layers)]
        used = [name_of(t.id, layer.rid) for t in self.tracks.values() for layer in t.layers[1:] if layer.viewers]
        if self._room.told and (watched, used) == (self._watched, self._used) and now - self._told_at < TELL_AGAIN_S:
            return
        self._room.told, self._watched, self._used, self._told_at = True, watched, used, now
        self._say(
            People(
                room=self._room.id,
                branch=self.branch,
                v=self.next(),
                people=[each.state() for each in self._room.participants.values()],
                watched=watched,
                used=used,
                bits_per_second=self._room.bits_per_second,
                load=self._others.load,
            )
        )

    def close(self) -> None:
        """Nothing is taken any more."""
        self.closed = True
        self.carry([])


def _section(sent: SentTrack) -> Section:
    """The section of an offer that its publisher could have made here."""
    codecs = [
        Codec(each.payload_type, each.name, each.clock, each.channels, each.parameters, _FEEDBACK)
        for each in sent.codecs
    ]
    kind = "audio" if sent.source in SOUNDS else "video"
    return Section(
        kind, 9, "UDP/TLS/RTP/SAVPF", (), mid=sent.id, codecs=codecs, extensions=sent.extensions, rids=sent.rids
    )
