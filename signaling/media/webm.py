"""Writing WebM as it comes: what is in the file can be played at any moment, also when nothing more follows.

Clusters have a known size and are written whole, so that a file that ends anywhere loses at most the last second
(Matroska's and EBML's specifications, RFC 9559 and RFC 8794). Times are milliseconds from the file's beginning.
"""

import struct
from typing import BinaryIO

# A cluster is written when it is this old, or this large: that is what a power cut costs.
CLUSTER_MS = 1_000
CLUSTER_BYTES = 2_000_000
SOUND, PICTURE = 1, 2
# Samples that an Opus decoder throws away at its beginning, and what it needs to warm up after a jump.
_PRE_SKIP, _SEEK_PRE_ROLL_NS = 312, 80_000_000
_OPUS_HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, _PRE_SKIP, 48_000, 0, 0)
_CODECS = {"vp8": b"V_VP8", "vp9": b"V_VP9"}


def element(id: int, data: bytes) -> bytes:
    """An element with its size."""
    return id.to_bytes((id.bit_length() + 7) // 8) + (1 << 56 | len(data)).to_bytes(8) + data


def number(id: int, value: int) -> bytes:
    """An element that is an unsigned number."""
    return element(id, value.to_bytes(max(1, (value.bit_length() + 7) // 8)))


class WebM:
    """A file that grows. The caller brings frames in the order of their times, each track for itself."""

    def __init__(self, file: BinaryIO, video: tuple[str, int, int] | None) -> None:
        self._file = file
        self._begin = 0
        self._blocks: list[bytes] = []
        self._bytes = 0
        file.write(_header(video))

    def add(self, track: int, at_ms: int, data: bytes, key: bool) -> None:
        """A frame of a track."""
        if self._blocks and (not 0 <= at_ms - self._begin < CLUSTER_MS or self._bytes > CLUSTER_BYTES):
            self.flush()
        if not self._blocks:
            self._begin = at_ms
        flags = 0x80 if key else 0
        block = bytes((0x80 | track,)) + struct.pack("!hB", at_ms - self._begin, flags) + data
        self._blocks.append(element(0xA3, block))
        self._bytes += len(data)

    def flush(self) -> None:
        """Write what is gathered."""
        if self._blocks:
            cluster = number(0xE7, self._begin) + b"".join(self._blocks)
            self._file.write(element(0x1F43B675, cluster))
            self._file.flush()
            self._blocks, self._bytes = [], 0


def _header(video: tuple[str, int, int] | None) -> bytes:
    head = number(0x4286, 1) + number(0x42F7, 1) + number(0x42F2, 4) + number(0x42F3, 8)
    head += element(0x4282, b"webm") + number(0x4287, 4) + number(0x4285, 2)
    info = number(0x2AD7B1, 1_000_000) + element(0x4D80, b"Fairmatch") + element(0x5741, b"Fairmatch")
    tracks = _sound() + (_picture(*video) if video else b"")
    segment_of_unknown_size = bytes.fromhex("18538067") + b"\x01" + b"\xff" * 7
    return element(0x1A45DFA3, head) + segment_of_unknown_size + element(0x1549A966, info) + element(0x1654AE6B, tracks)


def _track(at: int, kind: int, codec: bytes) -> bytes:
    return number(0xD7, at) + number(0x73C5, at) + number(0x83, kind) + number(0x9C, 0) + element(0x86, codec)


def _sound() -> bytes:
    audio = element(0xB5, struct.pack("!d", 48_000.0)) + number(0x9F, 2)
    delays = number(0x56AA, _PRE_SKIP * 1_000_000_000 // 48_000) + number(0x56BB, _SEEK_PRE_ROLL_NS)
    return element(0xAE, _track(SOUND, 2, b"A_OPUS") + element(0x63A2, _OPUS_HEAD) + delays + element(0xE1, audio))


def _picture(codec: str, width: int, height: int) -> bytes:
    video = number(0xB0, width) + number(0xBA, height)
    return element(0xAE, _track(PICTURE, 1, _CODECS[codec]) + element(0xE0, video))
