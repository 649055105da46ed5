"""Somebody in a room: one connection, what they publish, what they get."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from signaling.media import rtcp
from signaling.media.answer import TO_VIEWERS, Sending, forwarded, known_extensions
from signaling.media.bandwidth import Choice, Path
from signaling.media.outgoing import Outgoing
from signaling.media.peer import Peer
from signaling.media.rtp import Packet
from signaling.media.sdp import Offer, Section
from signaling.media.track import Inbound, Track
from signaling.protocol import (
    ANOTHER,
    AUTO,
    SIZES,
    SOUNDS,
    SOURCES,
    Join,
    Listen,
    MediaError,
    Mute,
    ParticipantState,
    Published,
    Rights,
    Size,
    TrackState,
)

if TYPE_CHECKING:
    from signaling.media.room import Room


@dataclass(eq=False)
class Participant:
    """A participant, and the listener of their connection."""

    room: "Room"
    id: str
    person: str
    generation: int
    rights: Rights
    peer: Peer | None = None
    inbound: Inbound = field(default_factory=Inbound)
    tracks: dict[str, Track] = field(default_factory=dict)  # by source
    slots: dict[str, Outgoing] = field(default_factory=dict)  # by mid
    listening: dict[str, str] = field(default_factory=dict)  # mid -> track id or AUTO
    sizes: Mapping[str, Size] = field(default_factory=dict)  # mid -> how large it is shown
    session: str = ""
    muted: set[str] = field(default_factory=set)  # sources, by themselves
    muted_by_moderator: set[str] = field(default_factory=set)
    path: Path = field(default_factory=Path)
    choices: dict[str, Choice] = field(default_factory=dict)
    version: int = 0
    by_ssrc: dict[int, Outgoing] = field(default_factory=dict)

    # -- sections --------------------------------------------------------------------------------------------------

    def take_offer(self, offer: Offer, join: Join) -> None:
        """Fit tracks and slots to an offer. Raises MediaError before anything is changed."""
        published = {each.mid: each for each in join.publish}
        for each in join.publish:
            self._check(offer, each, join.rights)
        if len({each.source for each in join.publish}) != len(join.publish):
            raise MediaError("bad_request", "publish: a source twice")
        self.rights = join.rights
        self._publish(offer, published)
        self._open_slots(offer, published)
        self.listen(join)
        self.version += 1

    def listen(self, wish: Listen | Join) -> None:
        """What the slots are to carry, and how large it is shown."""
        self.listening = {mid: what for mid, what in wish.listen.items() if mid in self.slots}
        self.sizes = wish.sizes

    def most(self, mid: str) -> int:
        """The place of the largest encoding that is of use in a slot."""
        return SIZES.index(self.sizes.get(mid, "large"))

    @staticmethod
    def _check(offer: Offer, published: Published, rights: Rights) -> None:
        section = offer.section(published.mid)
        kind = "audio" if published.source in SOUNDS else "video"
        if section is None or section.kind != kind or not section.sends:
            raise MediaError("bad_request", f"publish: {published.mid} does not send {kind}")
        if published.source not in rights.publish:
            raise MediaError("forbidden", f"publish: {published.source}")
        if not forwarded(section):
            raise MediaError("bad_request", f"publish: no codec in common for {published.source}")

    def _publish(self, offer: Offer, published: Mapping[str, Published]) -> None:
        wanted = {each.source for each in published.values()}
        for source in [source for source in self.tracks if source not in wanted]:
            self.unpublish(source)
        for mid, each in published.items():
            section = offer.section(mid)
            assert section is not None
            if (known := self.tracks.get(each.source)) and known.section.mid == mid and _same(known.section, section):
                continue
            self.unpublish(each.source)
            kind = "audio" if each.source in SOUNDS else "video"
            track = Track(f"{self.id}.{each.source}", self.id, kind, each.source, section)  # type: ignore[arg-type]
            track.muted = self._is_silent(each.source)
            self.tracks[each.source] = track
            self.inbound.add(mid, track)

    def unpublish(self, source: str) -> None:
        """End a track."""
        if track := self.tracks.pop(source, None):
            track.closed = True
            self.inbound.remove(track.section.mid)

    def _open_slots(self, offer: Offer, published: Mapping[str, Published]) -> None:
        receiving = {
            s.mid: s for s in offer.sections if s.receives and s.mid not in published and s.kind != "application"
        }
        for mid in [mid for mid in self.slots if mid not in receiving or not self.rights.listen]:
            self._close_slot(mid)
        for mid, section in receiving.items():
            if self.rights.listen and mid not in self.slots:
                assert self.peer is not None
                slot = Outgoing(mid, self.peer, section, known_extensions(section, TO_VIEWERS))
                self.slots[mid] = self.by_ssrc[slot.ssrc] = self.by_ssrc[slot.repair_ssrc] = slot

    def _close_slot(self, mid: str) -> None:
        slot = self.slots.pop(mid)
        slot.closed = True
        slot.leave()
        self.by_ssrc.pop(slot.ssrc, None)
        self.by_ssrc.pop(slot.repair_ssrc, None)

    def sending(self) -> dict[str, Sending]:
        """What the answer says about our streams."""
        return {
            mid: Sending(slot.ssrc, slot.repair_ssrc, slot.track.owner if slot.track else "call", f"slot-{mid}")
            for mid, slot in self.slots.items()
        }

    def set_rights(self, rights: Rights) -> None:
        """Other rights, from the next packet on."""
        self.rights = rights
        for source in [source for source in self.tracks if source not in rights.publish]:
            self.unpublish(source)
        if not rights.listen:
            for mid in list(self.slots):
                self._close_slot(mid)

    def mute(self, mute: Mute) -> None:
        """Forward nothing of these sources, or forward them again. Raises MediaError: a moderator's word stands, and
        holds for a second camera or screen as well."""
        sources: set[str] = set(mute.sources)
        if not mute.moderator and not mute.muted and sources & self.muted_by_moderator:
            raise MediaError("forbidden", "a moderator has muted it")
        change = set.update if mute.muted else set.difference_update
        if mute.own or not mute.moderator:
            change(self.muted, sources)
        if mute.moderator:
            sources |= {second for second, first in ANOTHER.items() if first in sources}
            change(self.muted_by_moderator, sources)
            change(self.room.silenced.setdefault(self.person, set()), sources)
        for source in sources:
            if track := self.tracks.get(source):
                track.muted = self._is_silent(source)

    def _is_silent(self, source: str) -> bool:
        """By their own wish or a moderator's: whom a moderator lets speak again is heard when they want to be."""
        return source in self.muted or source in self.muted_by_moderator

    def close(self) -> None:
        """Nothing comes from them and nothing goes to them from now on."""
        for source in list(self.tracks):
            self.unpublish(source)
        for mid in list(self.slots):
            self._close_slot(mid)
        if self.peer:
            self.room.mux.close(self.peer)

    def state(self) -> ParticipantState:
        """As others are told."""
        return ParticipantState(
            id=self.id,
            person=self.person,
            generation=self.generation,
            ready=self.peer is not None and self.peer.ready,
            tracks=[
                TrackState(
                    id=track.id,
                    source=track.source,  # type: ignore[arg-type]
                    muted=track.muted,
                    paused=track.paused,
                    shown=SIZES[track.shown],
                )
                for track in self.tracks.values()
            ],
            silenced=[source for source in SOURCES if source in self.muted_by_moderator],
        )

    @property
    def autos(self) -> dict[str, list[Outgoing]]:
        """Slots that show whoever speaks, by kind."""
        found: dict[str, list[Outgoing]] = {"audio": [], "video": []}
        for mid, what in self.listening.items():
            if what == AUTO and mid in self.slots:
                found[self.slots[mid].section.kind].append(self.slots[mid])
        return found

    # -- what comes from the connection ----------------------------------------------------------------------------

    def on_ready(self) -> None:
        """Media can flow: begin with the next key frame."""
        for slot in self.slots.values():
            if slot.wanted:
                slot.wanted.key_frame_wanted = True
        self.room.changed()

    def on_packet(self, packet: Packet) -> None:
        """RTP."""
        now = self.room.mux.clock()
        found = self.inbound.take(packet, now)
        if found is None:
            return
        track, layer = found
        if track.muted:
            return
        self.room.arrived(track, layer, packet)
        if self.room.recorder:
            self.room.mux.attempt(None, self.room.recorder.take, self.person, track, layer, packet, now)

    def on_control(self, parts: list[rtcp.Part]) -> None:
        """RTCP."""
        now = self.room.mux.clock()
        for part in parts:
            if isinstance(part, rtcp.SenderReport):
                if layer := self.inbound.layer_of(part.ssrc):
                    self.room.reported(layer, part, now)
            elif isinstance(part, rtcp.Estimate):
                self.path.estimate = float(part.bits_per_second)
            elif slot := self.by_ssrc.get(part.ssrc):
                slot.hear(part, self.room.mux.out, now)
                self.note_lost()

    def note_lost(self) -> None:
        """On the way to them as much is lost as of the slot that loses most."""
        self.path.lost = max((each.lost for each in self.slots.values()), default=0.0)

    def on_gone(self, reason: str) -> None:
        """The connection is lost."""
        self.room.remove(self.id, reason)


def _same(one: Section, other: Section) -> bool:
    return (one.codecs, one.extensions, one.rids, one.ssrcs) == (
        other.codecs,
        other.extensions,
        other.rids,
        other.ssrcs,
    )
