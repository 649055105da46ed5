"""Writing WebM as it comes: what is in the file can be played at any moment, also when nothing more follows.

Clusters have a known size and are written whole, so that a file that ends anywhere loses at most the last second
(Matroska's and EBML's specifications, RFC 9559 and RFC 8794). Times are milliseconds from the file's beginning.
"""

import struct
from typing import BinaryIO

from signaling.media.formats import Shape

# A cluster is written when it is this old, or this large: that is what a power cut costs.
CLUSTER_MS = 1_000
CLUSTER_BYTES = 2_000_000
SOUND, PICTURE = 1, 2
# Samples that an Opus decoder throws away at its beginning, and what it needs to warm up after a jump.
_PRE_SKIP, _SEEK_PRE_ROLL_NS = 312, 80_000_000
_OPUS_HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, _PRE_SKIP, 48_000, 0, 0)
_CODECS = {"vp8": b"V_VP8", "vp9": b"V_VP9", "h264": b"V_MPEG4/ISO/AVC", "av1": b"V_AV1"}
# Room for the tracks: what kind of pictures comes is known with the first one only, which may be long after the sound.
_TRACKS_BYTES = 4_096


def element(id: int, data: bytes) -> bytes:
    """An element with its size."""
    return id.to_bytes((id.bit_length() + 7) // 8) + (1 << 56 | len(data)).to_bytes(8) + data


def number(id: int, value: int) -> bytes:
    """An element that is an unsigned number."""
    return element(id, value.to_bytes(max(1, (value.bit_length() + 7) // 8)))


class WebM:
    """A file that grows. The caller brings frames in the order of their times, each track for itself."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._begin = 0
        self._blocks: list[bytes] = []
        self._bytes = 0
        file.write(_head())
        self._tracks_at = file.tell()
        file.write(_tracks(_sound()))
        file.flush()

    def show(self, shape: Shape) -> None:
        """Pictures come from now on, of this kind."""
        end = self._file.tell()
        self._file.seek(self._tracks_at)
        self._file.write(_tracks(_sound() + _picture(shape)))
        self._file.seek(end)
        self._file.flush()

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


def _head() -> bytes:
    head = number(0x4286, 1) + number(0x42F7, 1) + number(0x42F2, 4) + number(0x42F3, 8)
    head += element(0x4282, b"webm") + number(0x4287, 4) + number(0x4285, 2)
    info = number(0x2AD7B1, 1_000_000) + element(0x4D80, b"Fairmatch") + element(0x5741, b"Fairmatch")
    segment_of_unknown_size = bytes.fromhex("18538067") + b"\x01" + b"\xff" * 7
    return element(0x1A45DFA3, head) + segment_of_unknown_size + element(0x1549A966, info)


def _tracks(tracks: bytes) -> bytes:
    """The tracks, and void up to the room that is kept for them."""
    said = element(0x1654AE6B, tracks)
    return said + element(0xEC, bytes(_TRACKS_BYTES - len(said) - len(element(0xEC, b""))))


def _track(at: int, kind: int, codec: bytes) -> bytes:
    return number(0xD7, at) + number(0x73C5, at) + number(0x83, kind) + number(0x9C, 0) + element(0x86, codec)


def _sound() -> bytes:
    audio = element(0xB5, struct.pack("!d", 48_000.0)) + number(0x9F, 2)
    delays = number(0x56AA, _PRE_SKIP * 1_000_000_000 // 48_000) + number(0x56BB, _SEEK_PRE_ROLL_NS)
    return element(0xAE, _track(SOUND, 2, b"A_OPUS") + element(0x63A2, _OPUS_HEAD) + delays + element(0xE1, audio))


def _picture(shape: Shape) -> bytes:
    video = number(0xB0, shape.width) + number(0xBA, shape.height)
    setup = element(0x63A2, shape.setup) if shape.setup else b""
    return element(0xAE, _track(PICTURE, 1, _CODECS[shape.codec]) + setup + element(0xE0, video))
