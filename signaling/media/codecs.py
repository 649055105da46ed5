"""What can be read from a payload without decoding it: key frames, pictures and temporal layers."""

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


class Picture(NamedTuple):
    """What a packet of VP9 or AV1 says of its picture's temporal layer. Their pictures keep their numbers."""

    begins: bool
    temporal: int
    switches_up: bool  # whether what follows in higher layers needs nothing of them from before


def vp9_picture(payload: bytes) -> Picture | None:
    """From a VP9 descriptor (RFC 9628, 4.2); None: it has no layers, or is cut off. Spatial layers share a picture."""
    if len(payload) < 2 or not payload[0] & 0x20:
        return None
    at = 1 if not payload[0] & 0x80 else 3 if payload[1] & 0x80 else 2
    if len(payload) <= at:
        return None
    begins = bool(payload[0] & 0x08) and not payload[at] >> 1 & 0x07
    return Picture(begins, payload[at] >> 5, bool(payload[at] & 0x10))


def av1_temporal(payload: bytes) -> int | None:
    """The temporal layer that a packet's units (OBUs) name; None: none of those that begin in it does."""
    begins_unit = bool(payload) and not payload[0] & 0x80
    for unit in av1_elements(payload) if payload else ():
        if begins_unit and len(unit) > 1 and unit[0] & 0x04:
            return unit[1] >> 5
        begins_unit = True
    return None


def av1_elements(payload: bytes) -> list[bytes]:
    """The units of a packet, whole or not: each after its length, but for the last where a count is said."""
    count, at, found = payload[0] >> 4 & 0x03, 1, list[bytes]()
    while at < len(payload):
        length = len(payload) - at
        if not count or len(found) < count - 1:
            try:
                length, at = leb128(payload, at)
            except IndexError:
                break
        found.append(payload[at : at + length])
        at += length
    return found


def leb128(data: bytes, at: int) -> tuple[int, int]:
    """A number of up to four bytes, the lowest first, and where what follows begins. Raises IndexError."""
    value = 0
    for place in range(4):
        value |= (data[at + place] & 0x7F) << 7 * place
        if not data[at + place] & 0x80:
            return value, at + place + 1
    raise IndexError("no number")


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
