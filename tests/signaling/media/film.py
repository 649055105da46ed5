"""Pictures and sound of an encoder, as packets; PyAV encodes them once per run of the tests."""

import fractions
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import av
import numpy

FRAMES_A_SECOND = 15
PICTURE_TIME, SOUND_TIME = 90_000 // FRAMES_A_SECOND, 960
PART_BYTES = 900
ENCODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9", "h264": "libx264", "av1": "libsvtav1"}
_VPX = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0"}
OPTIONS = {
    "vp8": _VPX,
    "vp9": _VPX,
    "h264": {"preset": "ultrafast", "tune": "zerolatency"},
    "av1": {"preset": "12", "svtav1-params": "pred-struct=1:lp=1"},
}


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
    policy = os.sched_getscheduler(0)
    encoder = av.CodecContext.create(ENCODERS[codec], "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    # Told of moments, not of a rate, it says nothing of use about how long a picture lasts, as browsers do.
    step = PICTURE_TIME if codec == "h264" else 1
    encoder.time_base, encoder.gop_size = fractions.Fraction(1, FRAMES_A_SECOND * step), FRAMES_A_SECOND
    encoder.options = OPTIONS[codec]
    made: list[bytes] = []
    for number in range(seconds * FRAMES_A_SECOND):
        shown = numpy.random.default_rng(number).integers(0, 255, (height, width, 3), numpy.uint8)
        frame = av.VideoFrame.from_ndarray(shown)
        frame.pts = number * step
        made += [bytes(each) for each in encoder.encode(frame)]
    # Where it may, the AV1 encoder makes the thread that opens it a real-time one, before which all others wait.
    os.sched_setscheduler(0, policy, os.sched_param(0))
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
    """As a browser sends them."""
    for number, frame in enumerate(pictures(codec, seconds, **size)):
        payloads = list(_payloads(codec, number, frame))
        for place, payload in enumerate(payloads, 1):
            yield Sent(number / FRAMES_A_SECOND, number * PICTURE_TIME, payload, place == len(payloads))


def _payloads(codec: str, number: int, frame: bytes) -> Iterator[bytes]:
    if codec == "h264":
        return _h264_payloads(frame)
    return _av1_payloads(frame) if codec == "av1" else _vpx_payloads(codec, number, frame)


def _vpx_payloads(codec: str, number: int, frame: bytes) -> Iterator[bytes]:
    """A descriptor before each part of a frame."""
    for at in range(0, len(frame), PART_BYTES):
        first, last = not at, at + PART_BYTES >= len(frame)
        if codec == "vp8":
            head = bytes((0x90 if first else 0x80, 0x80, 0x80 | number >> 8, number & 0xFF))
        else:
            head = bytes((0x80 | (0x08 if first else 0) | (0x04 if last else 0), number & 0x7F))
        yield head + frame[at : at + PART_BYTES]


def _h264_payloads(frame: bytes) -> Iterator[bytes]:
    """Small units together in one packet, large ones in several (RFC 6184, 5.7 and 5.8)."""
    units = [unit for unit in re.split(rb"\x00{2,3}\x01", frame) if unit]
    if small := [unit for unit in units if len(unit) <= PART_BYTES // 4]:
        yield bytes((24 | small[0][0] & 0x60,)) + b"".join(len(unit).to_bytes(2) + unit for unit in small)
    for unit in units:
        kind, body = unit[0] & 0x1F, unit[1:]
        for at in range(0, len(body) if unit not in small else 0, PART_BYTES):
            edge = (0x80 if not at else 0) | (0x40 if at + PART_BYTES >= len(body) else 0)
            yield bytes((unit[0] & 0x60 | 28, edge | kind)) + body[at : at + PART_BYTES]


def _av1_payloads(frame: bytes) -> Iterator[bytes]:
    """Units without their sizes: the first ones whole, with their length, the last one in parts."""
    *before, last = [unit for unit in _av1_units(frame) if unit[0] >> 3 != 2]
    head = b"".join(bytes((len(unit),)) + unit for unit in before)
    for at in range(0, len(last), PART_BYTES):
        goes_on = at + PART_BYTES < len(last)
        count = (len(before) if not at else 0) + 1
        edge = (0x80 if at else 0) | (0x40 if goes_on else 0) | (0x08 if before and not at else 0)
        yield bytes((edge | count << 4,)) + (head if not at else b"") + last[at : at + PART_BYTES]


def _av1_units(frame: bytes) -> Iterator[bytes]:
    """The units of an encoder, which all say their size."""
    at = 0
    while at < len(frame):
        kind, size, place = frame[at] & ~0x02, 0, 0
        while True:
            byte = frame[at + 1 + place]
            size |= (byte & 0x7F) << 7 * place
            place += 1
            if not byte & 0x80:
                break
        at += 1 + place
        yield bytes((kind,)) + frame[at : at + size]
        at += size


def sound_packets(seconds: int) -> Iterator[Sent]:
    """One packet each."""
    for number, payload in enumerate(sounds(seconds)):
        yield Sent(number / 50, number * SOUND_TIME, payload, False)
