"""One stream to one viewer: whichever source feeds it, its numbers and times run on, as if it came from one encoder."""

import secrets
from array import array
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from struct import Struct

from signaling.media import rtcp, rtp
from signaling.media.arena import SLOT_BYTES
from signaling.media.codecs import Picture, Vp8, vp8_of
from signaling.media.fanout import Destination, FanOut
from signaling.media.forms import Form, form_for, put_into_form
from signaling.media.group import NUMBERS, RING, RING_MASK, Group, put_round
from signaling.media.layer import Layer
from signaling.media.peer import Peer
from signaling.media.rtp import SEQ_MASK, TIME_MASK, Packet
from signaling.media.sdp import Codec, Section
from signaling.media.seams import SrtpSession
from signaling.media.track import Track

# Packets left out whose place is remembered, for those that come late.
DROPS_REMEMBERED = 128
ALL_TEMPORAL_LAYERS = 3
# A packet asked for twice within this time was on its way.
AGAIN_AFTER_S = 0.02

_SEQ, _TIMES = Struct("!H"), Struct("!HII")


def _random_ssrc() -> int:
    return secrets.randbelow(0xFFFF_FFFE) + 1


@dataclass(eq=False, slots=True)
class Outgoing:
    """A section in which the node sends to a viewer. `source` feeds it; `wanted` will, from its next key frame on.

    While it is in a `group`, what was sent is noted there alone: `settle` before any of that is read here or changed.
    Only what is sent again is looked for in both places, since viewers who lose something ask often.
    """

    mid: str
    peer: Peer
    section: Section
    extensions: dict[str, int]
    ssrc: int = field(default_factory=_random_ssrc)
    repair_ssrc: int = field(default_factory=_random_ssrc)
    track: Track | None = None
    source: Layer | None = None
    wanted: Layer | None = None
    codec: Codec | None = None
    form: Form | None = None
    group: Group | None = None
    temporal: int = ALL_TEMPORAL_LAYERS  # layers above are left out
    closed: bool = False
    offset: int = 0  # number out = index in + offset
    begin: int = 0  # the first index of this source
    shift: int = 0  # timestamp out = timestamp in + shift
    last_seq: int = field(default_factory=lambda: secrets.randbelow(0x7FFF))  # so that SRTP counts rollovers from 0
    last_time: int = field(default_factory=lambda: secrets.randbelow(TIME_MASK))
    last_sent_at: float = 0.0
    highest: int = -1
    picture_shift: int = 0
    tl0_shift: int = 0
    last_picture: int = -1
    last_tl0: int = -1
    drops: deque[tuple[int, bool]] = field(default_factory=lambda: deque(maxlen=DROPS_REMEMBERED))
    dropping_frame: bool = False
    decided_on: int = -1  # the time of the picture of which that is so
    reached: int = ALL_TEMPORAL_LAYERS  # of VP9 and AV1: up to here nothing is missing that is needed
    ring: list[bytes | None] = field(default_factory=lambda: [None] * RING)  # as put into form; by number
    ring_numbers: memoryview = field(default_factory=lambda: memoryview(array("H", bytes(2 * RING))))  # as in NUMBERS
    resent_at: dict[int, float] = field(default_factory=dict)
    repair_seq: int = field(default_factory=lambda: secrets.randbelow(0x7FFF))
    packets: int = 0
    octets: int = 0
    lost: float = 0.0  # share that the viewer last reported, 0 to 1

    # -- what it carries -------------------------------------------------------------------------------------------

    def carry(self, track: Track | None) -> None:
        """Be fed by this track from its next key frame on; None: by nothing."""
        if track is self.track:
            return
        self.leave()
        self.track = track
        if track and track.layers:
            self.want(track.layers[0])

    def want(self, layer: Layer) -> None:
        """Change over to this encoding of the track with its next key frame."""
        if layer is self.wanted or (layer is self.source and self.wanted is None):
            return
        if self.wanted and self.wanted is not self.source:
            _remove(self.wanted.viewers, self)
        self.wanted = None if layer is self.source else layer
        if self.wanted:
            layer.viewers.append(self)
            if self.peer.ready:  # else it is asked for once it can be taken: the next one comes a while later
                layer.key_frame_wanted = True

    def leave(self) -> None:
        """Be fed by nothing."""
        self.settle()
        for layer in (self.source, self.wanted):
            if layer:
                _remove(layer.viewers, self)
        self.track = self.source = self.wanted = None
        self.lost = 0.0  # what was lost of it says nothing about what comes here next, and no more is heard of it

    def follow(self, old: Layer, new: Layer) -> None:
        """An encoding goes on under another ssrc."""
        if self.wanted is old or self.source is old:
            self.settle()
            if self.wanted and self.wanted not in (old, self.source):
                _remove(self.wanted.viewers, self)
            self.source = None if self.source is old else self.source
            self.wanted = new
            new.key_frame_wanted = True

    # -- what was sent together with others ------------------------------------------------------------------------

    def settle(self) -> None:
        """Leave the group, which ends by that."""
        if self.group:
            self.group.end()

    def catch_up(self, group: Group, last: Packet, first: int, datas: Sequence[bytes | None]) -> None:
        """Note what a group got that has ended, up to its `last` packet; from index `first` on, what can be sent
        again."""
        seq = (first + self.offset) & SEQ_MASK
        put_round(self.ring, seq & RING_MASK, datas)
        put_round(self.ring_numbers, seq & RING_MASK, NUMBERS[seq : seq + len(datas)])
        self.highest, self.last_sent_at = group.next - 1, group.last_sent_at
        self.last_seq, self.last_time = (group.next - 1 + self.offset) & SEQ_MASK, last.timestamp + self.shift
        self.packets += group.packets
        self.octets += group.octets
        if group.described and (found := vp8_of(group.described)):
            self.last_picture, self.last_tl0 = found.picture, found.tl0

    # -- sending ---------------------------------------------------------------------------------------------------

    def forward(self, out: FanOut, layer: Layer, packets: Sequence[Packet], begin: int, now: float) -> int:
        """Write packets of a layer, from place `begin` on, into the fan-out. Returns the place to go on at: less than
        all when the system takes no more now. Whoever gets a burst as it came gets it `together` with others."""
        session, to = self.peer.sending, self.peer.to
        if session is None:  # a key frame now would be wasted: it is asked for again once there are keys
            return len(packets)
        if layer is not self.source:
            begin = self._change_over(layer, packets, begin, now)
        if begin == len(packets) or self.form is None:
            return len(packets)
        self.settle()
        plain = self.temporal >= ALL_TEMPORAL_LAYERS and not (self.drops or self.picture_shift or self.tl0_shift)
        done = self._write(out, packets, begin, now, self.form, session, to, plain=plain)
        self.packets += done - begin
        self.last_sent_at = now
        if plain and (last := vp8_of(packets[-1])):
            self.last_picture, self.last_tl0 = last.picture, last.tl0
        return done

    def _write(
        self,
        out: FanOut,
        packets: Sequence[Packet],
        begin: int,
        now: float,
        form: Form,
        session: SrtpSession,
        to: Destination,
        *,
        plain: bool,
    ) -> int:
        """Packet by packet, as it can be done for everybody: who changes over, for whom layers are left out or pictures
        renumbered, what comes late."""
        memory, sizes, ring, kept_numbers = out.memory, out.sizes, self.ring, self.ring_numbers
        ssrc, shift, offset, first, highest, octets = self.ssrc, self.shift, self.offset, self.begin, self.highest, 0
        slot, room = out.room()
        written = 0  # since the last seal
        done = len(packets)
        for place in range(begin, done):
            packet = packets[place]
            index = packet.index
            if index < first:
                continue
            data = packet.forms.get(form) or put_into_form(packet, form, now)
            seq = (index + offset) & SEQ_MASK
            if not plain:
                changed = self._in_layers(packet, data)
                highest = self.highest
                if changed is None:
                    continue
                data, seq = changed
            if written == room:
                out.seal(session, written, to)
                written = 0
                if not out.flush():
                    done = place
                    break
                slot, room = out.room()
            timestamp = packet.timestamp + shift
            at, length = slot * SLOT_BYTES, len(data)
            memory[at : at + length] = data
            _TIMES.pack_into(memory, at + 2, seq, timestamp & TIME_MASK, ssrc)
            sizes[slot] = length
            slot += 1
            written += 1
            ring[seq & RING_MASK], kept_numbers[seq & RING_MASK] = data, NUMBERS[seq]
            octets += length
            if index > highest:
                self.highest = highest = index
                self.last_seq, self.last_time = seq, timestamp
        if written:
            out.seal(session, written, to)
        self.octets += octets
        return done

    def _change_over(self, layer: Layer, packets: Sequence[Packet], begin: int, now: float) -> int:
        """Begin with the first key frame of the wanted layer; the place of it, or the end when there is none."""
        if layer is not self.wanted or self.track is None:
            return len(packets)
        for place in range(begin, len(packets)):
            if packets[place].key_frame and self._agree(layer):
                self._begin_at(packets[place], layer, now)
                self._stand_with_alike(layer)
                return place
        return len(packets)

    def _stand_with_alike(self, layer: Layer) -> None:
        """Viewers who get the same form are served together where they stand together, whichever browsers they have."""
        _remove(layer.viewers, self)
        alike = (at for at, each in enumerate(layer.viewers) if each.form is self.form and each.source is layer)
        layer.viewers.insert(next(alike, len(layer.viewers)), self)

    def _agree(self, layer: Layer) -> bool:
        """Find the viewer's name for the layer's codec."""
        assert self.track is not None
        theirs = layer.codec
        ours = next(
            (c for c in self.section.codecs if theirs and c.name == theirs.name and c.variant == theirs.variant), None
        ) or next((c for c in self.section.codecs if theirs and c.name == theirs.name), None)
        if ours is None:
            return False
        self.codec, self.form = ours, form_for(ours, self.extensions, self.track)
        return True

    def _begin_at(self, packet: Packet, layer: Layer, now: float) -> None:
        self.settle()
        if self.source and self.source is not layer:
            _remove(self.source.viewers, self)
        self.source, self.wanted = layer, None
        assert self.codec is not None
        step = max(1, int((now - self.last_sent_at) * self.codec.clock)) if self.last_sent_at else 1
        self.begin, self.highest = packet.index, packet.index - 1
        self.offset = self.last_seq + 1 - packet.index
        self.shift = self.last_time + step - packet.timestamp
        self.drops.clear()
        self.dropping_frame, self.decided_on, self.reached = False, -1, ALL_TEMPORAL_LAYERS
        self.ring = [None] * RING
        if descriptor := vp8_of(packet):
            self.picture_shift = self.last_picture + 1 - descriptor.picture if self.last_picture >= 0 else 0
            self.tl0_shift = self.last_tl0 + 1 - descriptor.tl0 if self.last_tl0 >= 0 else 0

    def _in_layers(self, packet: Packet, data: bytes) -> tuple[bytes, int] | None:
        """A packet's bytes and number where layers are left out or pictures are renumbered; None: it is left out."""
        found = vp8_of(packet)
        is_late = packet.index <= self.highest
        begins = found is not None and packet.timestamp != self.decided_on
        if not is_late and self._leaves_out(packet, found):
            self.drops.append((packet.index, begins))
            self.offset -= 1
            self.picture_shift -= begins
            self.highest = packet.index
            return None
        offset, pictures = self.offset, self.picture_shift
        if is_late:
            if any(index == packet.index for index, _ in self.drops):
                return None
            later = [begins for index, begins in self.drops if index > packet.index]
            offset, pictures = offset + len(later), pictures + sum(later)
        if found:
            data = self._renumbered(packet, data, found, pictures)
        return data, (packet.index + offset) & SEQ_MASK

    def _leaves_out(self, packet: Packet, found: Vp8 | None) -> bool:
        """By pictures, whose packets have one time: the first that comes says the layer, whichever of them got lost."""
        picture = packet.picture
        if not (found or picture):
            return False
        if packet.timestamp != self.decided_on:
            self.decided_on = packet.timestamp
            is_begun = (packet.timestamp + self.shift - self.last_time) & TIME_MASK == 0  # when none was left out yet
            self.dropping_frame = not is_begun and (
                found.temporal >= self.temporal if found else self._is_too_high(picture, key=packet.key_frame)
            )
        return self.dropping_frame

    def _is_too_high(self, picture: Picture, *, key: bool) -> bool:
        """Layers that were left out come back where what follows needs nothing that is missing."""
        self.reached = min(self.reached, self.temporal)
        if picture.temporal >= self.reached:
            return self.reached < ALL_TEMPORAL_LAYERS
        if picture.switches_up or key:
            self.reached = self.temporal
        return False

    def _renumbered(self, packet: Packet, data: bytes, found: Vp8, pictures: int) -> bytes:
        changed = bytearray(data)
        if found.picture_at >= 0:
            at, mask = packet.body + found.picture_at, 0x7FFF if found.picture_long else 0x7F
            picture = (found.picture + pictures) & mask
            self.last_picture = picture
            if found.picture_long:
                _SEQ.pack_into(changed, at, 0x8000 | picture)
            else:
                changed[at] = picture
        if found.tl0_at >= 0:
            self.last_tl0 = changed[packet.body + found.tl0_at] = (found.tl0 + self.tl0_shift) & 0xFF
        return bytes(changed)

    # -- what the viewer says --------------------------------------------------------------------------------------

    def hear(self, part: rtcp.Part, out: FanOut, now: float) -> None:
        """Act on what its viewer says about it."""
        if isinstance(part, rtcp.Lost):
            if self.peer.address:
                for data in self.again(part.seqs, now):
                    out.send(data, self.peer.address)
        elif isinstance(part, rtcp.KeyFrameWanted):
            if layer := self.wanted or self.source:
                layer.key_frame_wanted = True
        elif isinstance(part, rtcp.Report):
            self.lost += (part.lost / 256 - self.lost) / 4

    def again(self, seqs: Sequence[int], now: float) -> list[bytes]:
        """The packets of these numbers once more, encrypted: as RFC 4588 where that was agreed on."""
        return [sent for seq in seqs if (sent := self._again(seq, now)) is not None]

    def _again(self, seq: int, now: float) -> bytes | None:
        kept = self._kept(seq)
        if kept is None or self.peer.sending is None or self.codec is None:
            return None
        if now - self.resent_at.get(seq, -1.0) < AGAIN_AFTER_S:
            return None
        if len(self.resent_at) > RING:
            self.resent_at.clear()
        self.resent_at[seq] = now
        packet = bytearray(kept)
        timestamp = (int.from_bytes(kept[4:8]) + self.shift) & TIME_MASK
        _TIMES.pack_into(packet, 2, seq, timestamp, self.ssrc)
        repair = next((c for c in self.section.codecs if c.repairs == self.codec.payload_type), None)
        if repair is None:
            return self.peer.sending.protect(bytes(packet))
        self.repair_seq = (self.repair_seq + 1) & SEQ_MASK
        parsed = rtp.parse(bytes(packet))
        assert parsed is not None
        data = rtp.retransmission(parsed.data, parsed.body, seq, self.repair_ssrc, self.repair_seq, repair.payload_type)
        return self.peer.sending.protect(data)

    def _kept(self, seq: int) -> bytes | None:
        newest = self.group.next - 1 + self.offset if self.group else self.last_seq
        back = (newest - seq) & SEQ_MASK
        if back >= RING:  # what still stands there is as old as its viewer's group, or was left out since
            return None
        if self.group and (kept := self.group.ring[(self.group.next - 1 - back) & RING_MASK]):
            return kept
        return self.ring[seq & RING_MASK] if self.ring_numbers[seq & RING_MASK] == NUMBERS[seq] else None

    def report(self) -> bytes | None:
        """A sender report after the publisher's: the same moment, in this stream's time."""
        self.settle()
        if self.source is None or self.source.report is None or not self.packets:
            return None
        theirs = self.source.report
        return rtcp.sender_report(self.ssrc, theirs.ntp, theirs.timestamp + self.shift, self.packets, self.octets)


def _remove(viewers: "list[Outgoing]", viewer: "Outgoing") -> None:
    if viewer in viewers:
        viewers.remove(viewer)
