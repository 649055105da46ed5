"""How a frame lies in packets and in a file, codec by codec: without decoding it."""

from dataclasses import dataclass
from typing import Protocol

from signaling.media.codecs import read_vp8

# Units of one frame: a picture of 4K in slices or tiles, and what stands beside them, are a few hundred.
UNITS_MOST = 1_024


@dataclass(frozen=True, slots=True)
class Shape:
    """What a file's head says of its pictures. `setup` is what a decoder must know before the first one."""

    codec: str
    width: int
    height: int
    setup: bytes = b""


class Format(Protocol):
    """One stream's pictures."""

    def part(self, payload: bytes) -> tuple[bool, bytes] | None:
        """Whether a frame may begin here, and the part of it in this payload; None for what is none."""

    def whole(self, parts: list[bytes]) -> bytes:
        """The frame as it stands in a file; nothing for what is none."""

    def shape(self, frame: bytes) -> Shape | None:
        """What a key frame says of itself; None for other frames, and for what is none."""


class Vp8:
    """VP8: RFC 7741 for the packets, RFC 6386 for the frame."""

    def part(self, payload: bytes) -> tuple[bool, bytes] | None:
        """The payload without its descriptor (RFC 7741, 4.2)."""
        described = read_vp8(payload)
        if described is None:
            return None
        at = 1
        if payload[0] & 0x80:
            flags, at = payload[1], 2
            at += (2 if described.picture_long else 1) if flags & 0x80 else 0
            at += bool(flags & 0x40) + bool(flags & 0x30)
        return described.begins_frame, payload[at:]

    def whole(self, parts: list[bytes]) -> bytes:
        """One after the other."""
        return b"".join(parts)

    def shape(self, frame: bytes) -> Shape | None:
        """From the frame's header (RFC 6386, 9.1)."""
        if len(frame) < 10 or frame[0] & 1 or frame[3:6] != b"\x9d\x01\x2a":
            return None
        width, height = (int.from_bytes(frame[at : at + 2], "little") & 0x3FFF for at in (6, 8))
        return Shape("vp8", width, height) if width and height else None


class Vp9:
    """VP9: RFC 9628 for the packets, the VP9 bitstream specification for the frame."""

    def part(self, payload: bytes) -> tuple[bool, bytes] | None:
        """The payload without its descriptor (RFC 9628, 4.2)."""
        try:
            return bool(payload[0] & 0x08), payload[_vp9_body(payload) :]
        except IndexError:
            return None

    def whole(self, parts: list[bytes]) -> bytes:
        """One after the other."""
        return b"".join(parts)

    def shape(self, frame: bytes) -> Shape | None:
        """From the uncompressed header (6.2): frame marker, profile, shown again or not, kind, sync code."""
        if len(frame) < 12 or frame[0] >> 6 != 2:
            return None
        profile = (frame[0] >> 5 & 1) | (frame[0] >> 4 & 1) << 1
        bits = Bits(frame[:12], 5 if profile == 3 else 4)
        if bits.take(1) or bits.take(1):  # a frame is shown again; not a key frame
            return None
        bits.take(2)
        if bits.take(24) != 0x498342:
            return None
        if profile >= 2:
            bits.take(1)
        if bits.take(3) != 7:
            bits.take(1 if profile in (0, 2) else 4)
        elif profile in (1, 3):
            bits.take(1)
        return Shape("vp9", bits.take(16) + 1, bits.take(16) + 1)


class Bits:
    """The bits of some bytes, the highest first."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self._bits, self._length, self._at = int.from_bytes(data), len(data) * 8, at

    def take(self, count: int) -> int:
        """The next ones as a number. Raises IndexError behind the end."""
        self._at += count
        if self._at > self._length:
            raise IndexError("no more bits")
        return self._bits >> (self._length - self._at) & ((1 << count) - 1)

    def golomb(self) -> int:
        """The next number in Exp-Golomb code (H.264, 9.1). Raises IndexError for what is none."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 31:
                raise IndexError("no number")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        """Likewise with a sign (H.264, 9.1.1)."""
        code = self.golomb()
        return (code + 1) // 2 if code & 1 else -(code // 2)


def _vp9_body(payload: bytes) -> int:
    first, at = payload[0], 1
    flexible = first & 0x10
    if first & 0x80:
        at += 2 if payload[at] & 0x80 else 1
    if first & 0x20:
        at += 1 if flexible else 2
    if flexible and first & 0x40:
        while payload[at] & 1:
            at += 1
        at += 1
    return at + (_vp9_structure(payload, at) if first & 0x02 else 0)


def _vp9_structure(payload: bytes, begin: int) -> int:
    """Bytes of a scalability structure."""
    first, at = payload[begin], begin + 1
    if first & 0x10:
        at += 4 * ((first >> 5) + 1)
    if first & 0x08:
        groups, at = payload[at], at + 1
        for _ in range(groups):
            at += 1 + (payload[at] >> 2 & 0x03)
    return at - begin
