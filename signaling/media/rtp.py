"""RTP packets as the node needs them: their parts, their header extensions, numbers that run on (RFC 3550, 8285)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

FIXED = struct.Struct("!BBHII")
FIXED_BYTES = 12
_EXTENSION = struct.Struct("!HH")
ONE_BYTE, TWO_BYTES = 0xBEDE, 0x1000

SEQ_MASK = 0xFFFF
TIME_MASK = 0xFFFFFFFF

URI_AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
URI_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
URI_MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
URI_RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
URI_REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
URI_ORIENTATION = "urn:3gpp:video-orientation"

ExtensionMap = tuple[tuple[int, int], ...]  # (id as it comes, id as it goes), in order; what is missing is blanked


@dataclass(slots=True, eq=False)
class Packet:
    """A packet as it came, decrypted. `index` is its number with the rollovers counted."""

    data: bytes
    seq: int
    timestamp: int
    ssrc: int
    payload_type: int
    marker: bool
    body: int  # where the payload begins
    index: int = 0
    key_frame: bool = False
    codec: str = ""
    descriptor: Any = None  # of VP8, once somebody has read it: see `codecs`
    picture: Any = None  # of VP9 and AV1, where there are temporal layers: see `codecs`
    forms: dict[Any, Any] = field(default_factory=dict)  # the packet as viewers get it; see `forms`

    @property
    def payload(self) -> bytes:
        """What the codec made."""
        return self.data[self.body :]


def parse(data: bytes) -> Packet | None:
    """Take a decrypted packet apart; None when it is none. Padding is cut off."""
    if len(data) < FIXED_BYTES or data[0] & 0xC0 != 0x80:
        return None
    first, second, seq, timestamp, ssrc = FIXED.unpack_from(data)
    body = FIXED_BYTES + 4 * (first & 0x0F)
    if first & 0x10:
        if len(data) < body + 4:
            return None
        body += 4 + 4 * int.from_bytes(data[body + 2 : body + 4])
    if first & 0x20 and body <= len(data):
        padding = data[-1]
        if not 0 < padding <= len(data) - body:
            return None
        data = bytes((first & ~0x20,)) + data[1 : len(data) - padding]
    if len(data) < body:
        return None
    return Packet(data, seq, timestamp, ssrc, second & 0x7F, bool(second & 0x80), body)


def extensions(data: bytes | bytearray) -> Iterator[tuple[int, int, int]]:
    """Each header extension of a packet that `parse` took: its id, where its value begins, and its length in bytes."""
    if not data[0] & 0x10:
        return
    at = FIXED_BYTES + 4 * (data[0] & 0x0F)
    profile, words = _EXTENSION.unpack_from(data, at)
    at += 4
    end = at + 4 * words
    if profile == ONE_BYTE:
        yield from _one_byte(data, at, end)
    elif profile & 0xFFF0 == TWO_BYTES:
        yield from _two_bytes(data, at, end)


def _one_byte(data: bytes | bytearray, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    while at < end:
        number, length = data[at] >> 4, (data[at] & 0x0F) + 1
        if number == 15:
            return
        if number == 0:  # padding
            at += 1
            continue
        if at + 1 + length > end:
            return
        yield number, at + 1, length
        at += 1 + length


def _two_bytes(data: bytes | bytearray, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    while at + 1 < end:
        number, length = data[at], data[at + 1]
        if number == 0:
            at += 1
            continue
        if at + 2 + length > end:
            return
        yield number, at + 2, length
        at += 2 + length


def extension(data: bytes, number: int) -> bytes | None:
    """The value of one header extension."""
    for found, at, length in extensions(data):
        if found == number:
            return data[at : at + length]
    return None


@dataclass(slots=True)
class Counting:
    """Numbers of 16 bits that run on: RFC 3711's estimate of the rollover."""

    highest: int = -1

    def index(self, seq: int) -> int:
        """The number with its rollovers counted, nearest to the highest one so far."""
        if self.highest < 0:
            self.highest = seq
            return seq
        index = self.highest + ((seq - self.highest + 0x8000) & SEQ_MASK) - 0x8000
        if index > self.highest:
            self.highest = index
        return index


def retransmission(packet: bytes, body: int, original: int, ssrc: int, seq: int, payload_type: int) -> bytes:
    """A packet as RFC 4588 sends it again: in a stream of its own, with its number `original` before the payload."""
    first, second, _, timestamp, _ = FIXED.unpack_from(packet)
    head = FIXED.pack(first, (second & 0x80) | payload_type, seq, timestamp, ssrc)
    return head + packet[FIXED_BYTES:body] + struct.pack("!H", original) + packet[body:]


def repaired(packet: Packet, ssrc: int, payload_type: int) -> bytes | None:
    """What such a packet carries, as it was sent first; None when it carries nothing."""
    if len(packet.data) < packet.body + 2:
        return None
    first, second = packet.data[0], packet.data[1]
    seq = int.from_bytes(packet.data[packet.body : packet.body + 2])
    head = FIXED.pack(first, (second & 0x80) | payload_type, seq, packet.timestamp, ssrc)
    return head + packet.data[FIXED_BYTES : packet.body] + packet.data[packet.body + 2 :]
