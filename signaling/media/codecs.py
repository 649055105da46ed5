"""What can be read from a payload without decoding it: key frames, and VP8's pictures and temporal layers."""

from collections.abc import Callable
from typing import NamedTuple

from signaling.media.rtp import Packet

FORWARDED_AUDIO = ("opus",)
FORWARDED_VIDEO = ("vp8", "h264", "vp9", "av1")
# Bytes of a payload in which VP8's descriptor and the bit behind it stand that tells key frames.
VP8_BYTES = 8


class Vp8(NamedTuple):
    """The descriptor of a VP8 packet (RFC 7741, 4.2). Numbers that are missing are -1."""

    begins_frame: bool
    key_frame: bool
    picture: int = -1
    picture_at: int = -1  # where in the payload the picture id stands
    picture_long: bool = False  # 15 bits rather than 7
    tl0: int = -1
    tl0_at: int = -1
    temporal: int = 0
    switches_up: bool = False


def vp8_of(packet: Packet) -> Vp8 | None:
    """The descriptor of a packet, read once; None: of another codec, or cut off."""
    if packet.descriptor is None and packet.codec == "vp8":
        packet.descriptor = read_vp8(packet.data[packet.body : packet.body + VP8_BYTES])
    found: Vp8 | None = packet.descriptor
    return found


def begins_vp8_frame(packet: Packet) -> bool:
    """Whether it does, without reading the rest: most packets do not, and nobody asks what they say."""
    return len(packet.data) > packet.body and packet.data[packet.body] & 0x17 == 0x10


def read_vp8(payload: bytes) -> Vp8 | None:
    """Read the descriptor; None when it is cut off."""
    try:
        return _read_vp8(payload)
    except IndexError:
        return None


def _read_vp8(payload: bytes) -> Vp8:
    first, at = payload[0], 1
    begins = bool(first & 0x10) and not first & 0x07
    picture = picture_at = tl0 = tl0_at = -1
    long = switches = False
    temporal = 0
    if first & 0x80:
        flags, at = payload[1], 2
        if flags & 0x80:
            picture_at, long = at, bool(payload[at] & 0x80)
            picture = (payload[at] & 0x7F) << 8 | payload[at + 1] if long else payload[at]
            at += 2 if long else 1
        if flags & 0x40:
            tl0, tl0_at, at = payload[at], at, at + 1
        if flags & 0x30:
            if flags & 0x20:
                temporal, switches = payload[at] >> 6, bool(payload[at] & 0x20)
            at += 1
    key = begins and not payload[at] & 0x01
    return Vp8(begins, key, picture, picture_at, long, tl0, tl0_at, temporal, switches)


def h264_begins_key_frame(payload: bytes) -> bool:
    """Whether a packet begins with an SPS or an IDR picture (RFC 6184)."""
    kind = payload[0] & 0x1F if payload else 0
    if kind == 24:  # several units in one packet
        at = 1
        while at + 3 <= len(payload):
            if payload[at + 2] & 0x1F in (5, 7):
                return True
            at += 2 + int.from_bytes(payload[at : at + 2])
        return False
    if kind in (28, 29):  # a part of a unit: the first one
        return len(payload) > 1 and bool(payload[1] & 0x80) and payload[1] & 0x1F in (5, 7)
    return kind in (5, 7)


def vp9_begins_key_frame(payload: bytes) -> bool:
    """Whether a packet begins a frame that needs no other one (RFC 9628: B set, P not, spatial layer 0)."""
    if not payload or payload[0] & 0x40 or not payload[0] & 0x08:
        return False
    at = 1
    if payload[0] & 0x80:
        at += 2 if len(payload) > 1 and payload[1] & 0x80 else 1
    if payload[0] & 0x20:
        return len(payload) > at and not payload[at] >> 1 & 0x07
    return True


def av1_begins_key_frame(payload: bytes) -> bool:
    """Whether a packet begins a coded video sequence (the N bit of the aggregation header)."""
    return bool(payload) and bool(payload[0] & 0x08)


_KEY_FRAMES: dict[str, Callable[[bytes], bool]] = {
    "h264": h264_begins_key_frame,
    "vp9": vp9_begins_key_frame,
    "av1": av1_begins_key_frame,
}


def begins_key_frame(codec: str, payload: bytes) -> bool:
    """Whether a viewer can begin with this packet; of sound with every one."""
    if codec == "vp8":
        found = read_vp8(payload)
        return found is not None and found.key_frame
    return _KEY_FRAMES[codec](payload) if codec in _KEY_FRAMES else True
