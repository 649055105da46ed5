"""AV1 in packets (the RTP payload format of the Alliance for Open Media) and in a file, without decoding it."""

from signaling.media.codecs import av1_elements, leb128
from signaling.media.formats import UNITS_MOST, Bits, Shape

_SEQUENCE, _DELIMITER, _TILES, _PADDING = 1, 2, 8, 15
_LEFT_OUT = (_DELIMITER, _TILES, _PADDING)
# Bytes of a sequence header: real ones are a dozen.
_SEQUENCE_MOST = 256


class Av1:
    """One stream's pictures: units (OBUs) that may go on in the next packet."""

    def part(self, payload: bytes) -> tuple[bool, bytes] | None:
        """The payload with its head: whether its first unit goes on from the packet before stands there."""
        return (not payload[0] & 0x80, payload) if len(payload) > 1 else None

    def whole(self, parts: list[bytes]) -> bytes:
        """Units with their sizes (AV1 bitstream, 5.2), without those that only a stream needs."""
        units: list[bytearray] = []
        for part in parts:
            elements = av1_elements(part)
            if part[0] & 0x80 and units and elements:
                units[-1] += elements.pop(0)
            units += map(bytearray, elements)
            if len(units) > UNITS_MOST:
                return b""
        return b"".join(_with_size(bytes(unit)) for unit in units if unit and unit[0] >> 3 & 0x0F not in _LEFT_OUT)

    def shape(self, frame: bytes) -> Shape | None:
        """From the sequence header, with which a key frame begins."""
        try:
            if not frame or frame[0] >> 3 & 0x0F != _SEQUENCE:
                return None
            head = 2 if frame[0] & 0x04 else 1
            length, at = leb128(frame, head)
            sequence = frame[at : at + length]
            return _shape(frame[: at + length], sequence) if length <= _SEQUENCE_MOST else None
        except IndexError:
            return None


def _with_size(unit: bytes) -> bytes:
    """A unit that says its size."""
    if unit[0] & 0x02:
        return unit
    head = 2 if unit[0] & 0x04 else 1
    size, rest = b"", len(unit[head:])
    while True:
        size += bytes((rest & 0x7F | (0x80 if rest > 0x7F else 0),))
        rest >>= 7
        if not rest:
            return bytes((unit[0] | 0x02,)) + unit[1:head] + size + unit[head:]


def _shape(unit: bytes, sequence: bytes) -> Shape:
    """Size and setup (AV1 bitstream, 5.5; AV1 in ISO files, 2.3.3). Raises IndexError for what is none."""
    bits = Bits(sequence)
    profile = bits.take(3)
    bits.take(1)
    level, tier = (bits.take(5), 0) if bits.take(1) else _operating_points(bits)
    wide, high = bits.take(4) + 1, bits.take(4) + 1
    width, height = bits.take(wide) + 1, bits.take(high) + 1
    # Browsers and encoders for calls send 8 bits and 4:2:0, which every decoder reads from the sequence again.
    setup = bytes((0x81, profile << 5 | level, tier << 7 | 0x0C, 0)) + unit
    return Shape("av1", width, height, setup)


def _operating_points(bits: Bits) -> tuple[int, int]:
    """Read over timing and operating points; level and tier of the first one."""
    timed = decoded = delay_bits = 0
    if timed := bits.take(1):
        bits.take(32)
        bits.take(32)
        if bits.take(1):
            bits.golomb()
        if decoded := bits.take(1):
            delay_bits = bits.take(5) + 1
            bits.take(32)
            bits.take(10)
    delayed, first = bits.take(1), (0, 0)
    for number in range(bits.take(5) + 1):
        bits.take(12)
        level = bits.take(5)
        tier = bits.take(1) if level > 7 else 0
        first = (level, tier) if not number else first
        if timed and decoded and bits.take(1):
            bits.take(2 * delay_bits + 1)
        if delayed and bits.take(1):
            bits.take(4)
    return first
