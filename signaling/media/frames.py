"""Frames from packets: put in order again, joined, and never decoded."""

from collections.abc import Callable
from dataclasses import dataclass, field

from signaling.media.av1 import Av1
from signaling.media.formats import Format, Shape, Vp8, Vp9
from signaling.media.h264 import H264

# A packet that is missing is waited for this long; then what came after it counts.
HOLD_S = 0.4
BEGIN_S = 0.15
# Packets of one stream that wait for one that is missing: two seconds of a large picture.
HELD_MOST = 2_048
# Bytes of one frame: a key frame of 4K stays below.
FRAME_MOST = 4_000_000
# Packets of one frame: also of such that have next to nothing in them.
PARTS_MOST = 16_384

_FORMATS: dict[str, Callable[[], Format]] = {"vp8": Vp8, "vp9": Vp9, "h264": H264, "av1": Av1}
RECORDED_VIDEO = tuple(_FORMATS)


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
    """A whole frame of one codec. One can begin with a `key`; of pictures it says the `shape`, too."""

    timestamp: int
    data: bytes
    key: bool
    at: float
    shape: Shape | None = None


@dataclass(slots=True)
class Order:
    """Pieces of one stream by their number. What is missing for too long is given up."""

    held: dict[int, Piece] = field(default_factory=dict)  # as they came, the oldest first
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

    @property
    def _oldest(self) -> Piece:
        return next(iter(self.held.values()))

    def _due(self, now: float) -> list[Piece]:
        due: list[Piece] = []
        while self.held:
            if self.next < 0 and now - self._oldest.at < BEGIN_S:
                break  # the very first ones may overtake each other, too
            if self.next < 0:
                self.next = min(self.held)
            if piece := self.held.pop(self.next, None):
                due.append(piece)
                self.next += 1
            elif len(self.held) > HELD_MOST or now - self._oldest.at > HOLD_S:
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


class Pictures:
    """One stream's pictures. After a loss nothing is a frame until the next key frame; `wants_key` says so."""

    def __init__(self, codec: str) -> None:
        self.wants_key = True
        self._format = _FORMATS[codec]()
        self._next = self._timestamp = -1
        self._parts: list[bytes] = []
        self._bytes = 0

    def put(self, piece: Piece) -> Frame | None:
        """The frame that is whole with this piece."""
        if (self._next >= 0 and piece.index != self._next) or self._is_too_large:
            self._parts, self._bytes, self.wants_key = [], 0, True
        self._next = piece.index + 1
        found = self._format.part(piece.payload)
        if found is None:
            return None
        begins, part = found
        if piece.timestamp != self._timestamp:
            self.wants_key = self.wants_key or bool(self._parts)  # the frame before never became whole
            self._timestamp, self._parts, self._bytes = piece.timestamp, [part] if begins else [], len(part)
        elif self._parts:
            self._parts.append(part)
            self._bytes += len(part)
        if not piece.marker or not self._parts:
            return None
        return self._whole(piece)

    @property
    def _is_too_large(self) -> bool:
        return self._bytes > FRAME_MOST or len(self._parts) > PARTS_MOST

    def _whole(self, piece: Piece) -> Frame | None:
        data, self._parts = self._format.whole(self._parts), []
        shape = self._format.shape(data)
        if not data or (self.wants_key and shape is None):
            return None
        self.wants_key = False
        return Frame(piece.timestamp, data, shape is not None, piece.at, shape)
