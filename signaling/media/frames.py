"""Frames from packets: put in order again, joined, and never decoded."""

from dataclasses import dataclass, field

from signaling.media.codecs import read_vp8

# A packet that is missing is waited for this long; then what came after it counts.
HOLD_S = 0.4
BEGIN_S = 0.15
# Packets of one stream that wait for one that is missing: two seconds of a large picture.
HELD_MOST = 2_048
# Bytes of one frame: a key frame of 4K stays below.
FRAME_MOST = 4_000_000

RECORDED_VIDEO = ("vp8", "vp9")


@dataclass(frozen=True, slots=True)
class Piece:
    """A packet as a recording needs it. `at` is when it came, in seconds of the node's clock."""

    index: int
    timestamp: int
    marker: bool
    payload: bytes
    at: float


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole frame of one codec."""

    timestamp: int
    data: bytes
    key: bool
    at: float


@dataclass(slots=True)
class Order:
    """Pieces of one stream by their number. What is missing for too long is given up."""

    held: dict[int, Piece] = field(default_factory=dict)
    next: int = -1

    def put(self, piece: Piece) -> list[Piece]:
        """Take a piece; those whose turn it is now."""
        if piece.index >= self.next:
            self.held[piece.index] = piece
        return self._due(piece.at)

    def rest(self) -> list[Piece]:
        """What is left at the end."""
        left = [self.held[index] for index in sorted(self.held)]
        self.held.clear()
        return left

    def _due(self, now: float) -> list[Piece]:
        due: list[Piece] = []
        while self.held:
            if self.next < 0 and now - min(each.at for each in self.held.values()) < BEGIN_S:
                break  # the very first ones may overtake each other, too
            if self.next < 0:
                self.next = min(self.held)
            if piece := self.held.pop(self.next, None):
                due.append(piece)
                self.next += 1
            elif len(self.held) > HELD_MOST or now - min(each.at for each in self.held.values()) > HOLD_S:
                self.next = min(self.held)
            else:
                break
        return due


@dataclass(slots=True)
class Sounds:
    """Opus: every packet is a frame (RFC 7587)."""

    def put(self, piece: Piece) -> Frame | None:
        """The frame; None for an empty packet."""
        return Frame(piece.timestamp, piece.payload, True, piece.at) if piece.payload else None


@dataclass(slots=True)
class Pictures:
    """VP8 or VP9. After a loss nothing is a frame until the next key frame; `wants_key` says that one is needed."""

    codec: str
    wants_key: bool = True
    _next: int = -1
    _timestamp: int = -1
    _parts: list[bytes] = field(default_factory=list)

    def put(self, piece: Piece) -> Frame | None:
        """The frame that is whole with this piece."""
        if self._next >= 0 and piece.index != self._next:
            self._parts, self.wants_key = [], True
        self._next = piece.index + 1
        found = _vp8_part(piece.payload) if self.codec == "vp8" else _vp9_part(piece.payload)
        if found is None:
            return None
        begins, part = found
        if piece.timestamp != self._timestamp:
            self.wants_key = self.wants_key or bool(self._parts)  # the frame before never became whole
            self._timestamp, self._parts = piece.timestamp, [part] if begins else []
        elif self._parts:
            self._parts.append(part)
        if not piece.marker or not self._parts:
            return None
        return self._whole(piece)

    def _whole(self, piece: Piece) -> Frame | None:
        data, self._parts = b"".join(self._parts), []
        key = size_of(self.codec, data) is not None
        if len(data) > FRAME_MOST or (self.wants_key and not key):
            return None
        self.wants_key = False
        return Frame(piece.timestamp, data, key, piece.at)


def _vp8_part(payload: bytes) -> tuple[bool, bytes] | None:
    """Whether a frame begins here, and the payload without its descriptor (RFC 7741, 4.2)."""
    described = read_vp8(payload)
    if described is None:
        return None
    at = 1
    if payload[0] & 0x80:
        flags, at = payload[1], 2
        at += (2 if described.picture_long else 1) if flags & 0x80 else 0
        at += bool(flags & 0x40) + bool(flags & 0x30)
    return described.begins_frame, payload[at:]


def _vp9_part(payload: bytes) -> tuple[bool, bytes] | None:
    """Likewise for VP9 (RFC 9628, 4.2)."""
    try:
        return bool(payload[0] & 0x08), payload[_vp9_body(payload) :]
    except IndexError:
        return None


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


def size_of(codec: str, frame: bytes) -> tuple[int, int] | None:
    """Width and height as a key frame says them; None for other frames, and for what is none."""
    if codec == "vp8":
        if len(frame) < 10 or frame[0] & 1 or frame[3:6] != b"\x9d\x01\x2a":
            return None
        return int.from_bytes(frame[6:8], "little") & 0x3FFF, int.from_bytes(frame[8:10], "little") & 0x3FFF
    return _vp9_size(frame)


def _vp9_size(frame: bytes) -> tuple[int, int] | None:
    """From the uncompressed header (VP9 bitstream, 6.2): frame marker, profile, shown again or not, kind, sync code."""
    if len(frame) < 12 or frame[0] >> 6 != 2:
        return None
    bits = int.from_bytes(frame[:12])
    profile = (frame[0] >> 5 & 1) | (frame[0] >> 4 & 1) << 1
    at = 5 if profile == 3 else 4

    def take(count: int) -> int:
        nonlocal at
        at += count
        return bits >> (96 - at) & ((1 << count) - 1)

    if take(1) or take(1):  # a frame is shown again; not a key frame
        return None
    take(2)
    if take(24) != 0x498342:
        return None
    if profile >= 2:
        take(1)
    if take(3) != 7:
        take(1 if profile in (0, 2) else 4)
    elif profile in (1, 3):
        take(1)
    return take(16) + 1, take(16) + 1
