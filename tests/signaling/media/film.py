"""Pictures and sound of an encoder, as packets; PyAV encodes them once per run of the tests."""

import fractions
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import av
import numpy

FRAMES_A_SECOND = 15
PICTURE_TIME, SOUND_TIME = 90_000 // FRAMES_A_SECOND, 960
PART_BYTES = 900


@dataclass(frozen=True)
class Sent:
    """A packet's payload, and when it is sent in seconds."""

    at: float
    timestamp: int
    payload: bytes
    marker: bool


@cache
def pictures(codec: str, seconds: int, width: int = 160, height: int = 120) -> tuple[bytes, ...]:
    """Frames; each second begins with a key frame."""
    encoder = av.CodecContext.create({"vp8": "libvpx", "vp9": "libvpx-vp9"}[codec], "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.gop_size = fractions.Fraction(1, FRAMES_A_SECOND), FRAMES_A_SECOND
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0"}
    made: list[bytes] = []
    for number in range(seconds * FRAMES_A_SECOND):
        shown = numpy.random.default_rng(number).integers(0, 255, (height, width, 3), numpy.uint8)
        frame = av.VideoFrame.from_ndarray(shown)
        frame.pts = number
        made += [bytes(each) for each in encoder.encode(frame)]
    return tuple(made + [bytes(each) for each in encoder.encode(None)])


@cache
def sounds(seconds: int) -> tuple[bytes, ...]:
    """Packets of 20 ms of a tone."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "s16"
    wave = (numpy.sin(numpy.arange(SOUND_TIME) / 10) * 9_000).astype(numpy.int16).repeat(2)[None, :]
    made: list[bytes] = []
    for number in range(seconds * 50):
        frame = av.AudioFrame.from_ndarray(wave, "s16", "stereo")
        frame.sample_rate, frame.pts = 48_000, number * SOUND_TIME
        made += [bytes(each) for each in encoder.encode(frame)]
    return tuple(made)


def video_packets(codec: str, seconds: int, **size: int) -> Iterator[Sent]:
    """As a browser sends them: a descriptor before each part of a frame."""
    for number, frame in enumerate(pictures(codec, seconds, **size)):
        parts = [frame[at : at + PART_BYTES] for at in range(0, len(frame), PART_BYTES)]
        for place, part in enumerate(parts):
            last = place == len(parts) - 1
            if codec == "vp8":
                head = bytes((0x90 if not place else 0x80, 0x80, 0x80 | number >> 8, number & 0xFF))
            else:
                head = bytes((0x80 | (0x08 if not place else 0) | (0x04 if last else 0), number & 0x7F))
            yield Sent(number / FRAMES_A_SECOND, number * PICTURE_TIME, head + part, last)


def sound_packets(seconds: int) -> Iterator[Sent]:
    """One packet each."""
    for number, payload in enumerate(sounds(seconds)):
        yield Sent(number / 50, number * SOUND_TIME, payload, False)
