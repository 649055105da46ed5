"""What comes in: one encoding of a track, with its numbers, its losses and what is said about it."""

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from signaling.media import rtcp
from signaling.media.codecs import Picture, av1_temporal, begins_key_frame, begins_vp8_frame, vp8_of, vp9_picture
from signaling.media.rtp import SEQ_MASK, Counting, Packet
from signaling.media.sdp import Codec

if TYPE_CHECKING:
    from signaling.media.outgoing import Outgoing

# A number that is missing is asked for this often, this many seconds apart; more at once is a hole for a key frame.
ASK_TIMES = 8
ASK_EVERY_S = 0.06
MISSING_MOST = 256
# A packet that comes later than this many after it is of no use to anybody.
LATE_MOST = 512
# Key frames are asked for at most this often: 200 viewers that come at once want one.
KEY_FRAME_EVERY_S = 0.3
# Who has sent nothing since they were asked is asked again this seldom: a stopped camera has no frame to give, a window
# in which nothing moves may have.
SILENT_EVERY_S = 3.0
# A layer from which nothing came for so long is not being sent.
STALE_S = 1.5
# A sender that was told that somebody needs one again has it on its way within this time; else it cannot.
RESUME_S = 3.0


@dataclass(slots=True)
class Asking:
    """When a missing packet was last asked for, and how often."""

    at: float
    times: int = 0


@dataclass(eq=False, slots=True)
class Layer:
    """One encoding, under its ssrc. `viewers` get it, or will with the next key frame."""

    ssrc: int
    rid: str = ""
    repair_ssrc: int = 0
    codec: Codec | None = None
    viewers: "list[Outgoing]" = field(default_factory=list)
    pending: list[Packet] = field(default_factory=list)
    counting: Counting = field(default_factory=Counting)
    missing: dict[int, Asking] = field(default_factory=dict)
    layered: bool = False  # whether it has temporal layers, which can be left out
    picture: Picture | None = None  # the one of AV1 that came last, once its layers have been named
    picture_time: int = -1
    first: int = -1
    received: int = 0
    received_before: int = 0
    expected_before: int = 0
    octets: int = 0
    bits_per_second: float = 0.0
    heard_at: float = 0.0
    jitter: float = 0.0
    transit: float = 0.0
    report: rtcp.SenderReport | None = None
    report_at: float = 0.0
    key_frame_wanted: bool = False
    key_frame_asked_at: float = -inf  # never; the clock may begin with the machine, and be younger than any wait
    measured_at: float = 0.0
    measured_octets: int = 0
    used_at: float = -1.0  # when somebody needed it for the last time; see `encodings`
    paused: bool = False  # its sender was told that nobody does
    paused_bits: float = 0.0  # what it had then
    resumed_at: float = -RESUME_S

    def accept(self, packet: Packet, codec: Codec, now: float) -> bool:
        """Take a packet in; False: it comes too late or again."""
        highest = self.counting.highest
        packet.index = index = self.counting.index(packet.seq)
        if self.codec is None:
            self.codec = codec
        if highest < 0:
            self.first = index
        elif index > highest:
            if index > highest + 1:
                self._miss(highest + 1, index, now)
        elif self.missing.pop(index, None) is None:
            return False
        self._inspect(packet, codec)
        self.received += 1
        self.octets += len(packet.data)
        self.heard_at = now
        self._time(packet, codec, now)
        return True

    def _miss(self, begin: int, end: int, now: float) -> None:
        if end - begin > MISSING_MOST:
            self.missing.clear()
            self.key_frame_wanted = True
            return
        for index in range(begin, end):
            self.missing[index] = Asking(now)

    def _inspect(self, packet: Packet, codec: Codec) -> None:
        packet.codec = codec.name
        if codec.name == "vp8":
            if begins_vp8_frame(packet) and (found := vp8_of(packet)):
                packet.key_frame = found.key_frame
                self.layered = self.layered or found.temporal > 0
        elif codec.name != "opus":
            payload = packet.payload
            packet.key_frame = begins_key_frame(codec.name, payload)
            packet.picture = vp9_picture(payload) if codec.name == "vp9" else self._av1_picture(packet, payload, codec)
            self.layered = self.layered or (packet.picture is not None and packet.picture.temporal > 0)
        else:
            packet.key_frame = True

    def _av1_picture(self, packet: Packet, payload: bytes, codec: Codec) -> Picture | None:
        """Units that go on name no layer: theirs is that of their picture, which is all that has its time. Higher
        layers need nothing from before the lowest one's last picture, as encoders for calls make them."""
        if codec.name != "av1" or packet.index < self.counting.highest:
            return None
        named, begins = av1_temporal(payload), packet.timestamp != self.picture_time
        if named is None and self.picture is None:
            return None
        temporal = named or 0
        if named is None and not begins and self.picture:
            temporal = self.picture.temporal
        self.picture, self.picture_time = Picture(begins, temporal, named == 0), packet.timestamp
        return self.picture

    def _time(self, packet: Packet, codec: Codec, now: float) -> None:
        """Interarrival jitter in units of the timestamp (RFC 3550, A.8)."""
        transit = now * codec.clock - packet.timestamp
        if self.transit and abs(transit - self.transit) < codec.clock:
            self.jitter += (abs(transit - self.transit) - self.jitter) / 16
        self.transit = transit

    def ask_again(self, now: float, round_trip_s: float) -> list[int]:
        """Numbers to ask the publisher for; those asked too often are given up, and want a key frame."""
        due: list[int] = []
        for index, asking in list(self.missing.items()):
            if index < self.counting.highest - LATE_MOST or asking.times >= ASK_TIMES:
                del self.missing[index]
                self.key_frame_wanted = self.key_frame_wanted or asking.times >= ASK_TIMES
            elif not asking.times or now - asking.at >= max(ASK_EVERY_S, round_trip_s):
                asking.at, asking.times = now, asking.times + 1
                due.append(index & SEQ_MASK)
        return sorted(due, key=lambda seq: (seq - self.counting.highest) & SEQ_MASK)

    def wants_key_frame_now(self, now: float) -> bool:
        """Whether the publisher is to be asked for one now; notes that it is. As long as a viewer waits for one, it is
        asked for again: questions get lost, too."""
        is_heard = self.heard_at > self.key_frame_asked_at
        if now - self.key_frame_asked_at < (KEY_FRAME_EVERY_S if is_heard else SILENT_EVERY_S):
            return False
        if not self.key_frame_wanted and not any(each.wanted is self and each.peer.ready for each in self.viewers):
            return False
        self.key_frame_wanted, self.key_frame_asked_at = False, now
        return True

    def block(self, now: float) -> bytes | None:
        """The report on it since the last one; None before anything came."""
        if self.counting.highest < 0:
            return None
        expected = self.counting.highest - self.first + 1
        lost = max(0, (expected - self.expected_before) - (self.received - self.received_before))
        share = lost * 256 // max(1, expected - self.expected_before)
        total = expected - self.received
        self.expected_before, self.received_before = expected, self.received
        last, delay = 0, 0
        if self.report:
            last, delay = rtcp.middle(self.report.ntp), int((now - self.report_at) * 65_536)
        return rtcp.report_block(
            self.ssrc, min(share, 255), total, self.counting.highest, int(self.jitter), last, delay
        )

    def measure(self, now: float) -> None:
        """Bits per second since the last time."""
        elapsed = now - self.measured_at
        if elapsed >= 0.25:
            self.bits_per_second = (self.octets - self.measured_octets) * 8 / elapsed
            self.measured_at, self.measured_octets = now, self.octets

    def is_sent(self, now: float) -> bool:
        """Whether something comes of it."""
        return now - self.heard_at < STALE_S

    def pause(self, bits: float) -> None:
        """Nobody needs it."""
        self.paused, self.paused_bits = True, bits

    def resume(self, now: float) -> None:
        """Somebody needs it again."""
        self.paused, self.resumed_at = False, now

    def is_awaited(self, now: float) -> bool:
        """Whether it is not sent, but would be for whoever needs it."""
        return not self.is_sent(now) and self._is_kept(now)

    def rate(self, now: float) -> float:
        """Bits per second that it has, or would have; 0: there is no such encoding now."""
        sent = self.bits_per_second if self.is_sent(now) else 0.0
        return max(sent, self.paused_bits) if self._is_kept(now) else sent

    def _is_kept(self, now: float) -> bool:
        return self.paused or now - self.resumed_at < RESUME_S

    def take_pending(self) -> list[Packet]:
        """What came since the last time, in order."""
        pending, self.pending = self.pending, []
        return pending
