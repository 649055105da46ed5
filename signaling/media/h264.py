"""H.264 in packets (RFC 6184) and in a file (ISO/IEC 14496-15), without decoding it."""

import struct

from signaling.media.formats import UNITS_MOST, Bits, Shape

_START = b"\0\0\0\1"
_PICTURE, _KEY_PICTURE, _SEQUENCE_SET, _PICTURE_SET, _DELIMITER = 1, 5, 7, 8, 9
_TOGETHER, _FRAGMENT = 24, 28  # STAP-A, FU-A
# Bytes of a parameter set: real ones are a few dozen.
_SET_MOST = 512
# Profiles whose sequence sets say more of their colours (H.264, 7.3.2.1.1).
_HIGH_PROFILES = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)
# Macroblocks beside each other: 16,384 points.
_BLOCKS_MOST = 1_024


class H264:
    """One stream's pictures. Each key frame in the file carries its parameter sets, so that one can begin there."""

    def __init__(self) -> None:
        self._sets: dict[int, bytes] = {}  # kind -> the newest one

    def part(self, payload: bytes) -> tuple[bool, bytes] | None:
        """Units with start codes between them, which do not occur within one (H.264, annex B)."""
        kind = payload[0] & 0x1F if payload else 0
        if 0 < kind < _TOGETHER:
            return True, _START + payload
        if kind == _TOGETHER:
            return True, b"".join(_START + unit for unit in _units_of(payload[1:], 2))
        if kind == _FRAGMENT and len(payload) > 2:
            begins = bool(payload[1] & 0x80)
            head = _START + bytes((payload[0] & 0xE0 | payload[1] & 0x1F,)) if begins else b""
            return begins, head + payload[2:]
        return None

    def whole(self, parts: list[bytes]) -> bytes:
        """Units with their lengths before them."""
        found = b"".join(parts).split(_START, UNITS_MOST + 1)
        if len(found) > UNITS_MOST + 1:
            return b""
        units = [unit for unit in found if unit and unit[0] & 0x1F != _DELIMITER]
        kinds = {unit[0] & 0x1F for unit in units}
        self._sets |= {
            unit[0] & 0x1F: unit
            for unit in units
            if unit[0] & 0x1F in (_SEQUENCE_SET, _PICTURE_SET) and len(unit) <= _SET_MOST
        }
        if _KEY_PICTURE in kinds and _SEQUENCE_SET not in kinds:
            units = [self._sets[kind] for kind in sorted(self._sets)] + units
        return b"".join(struct.pack("!I", len(unit)) + unit for unit in units)

    def shape(self, frame: bytes) -> Shape | None:
        """From the parameter sets of a key frame."""
        units = {unit[0] & 0x1F: unit for unit in _units_of(frame, 4)}
        sequence, picture = units.get(_SEQUENCE_SET, b""), units.get(_PICTURE_SET, b"")
        if _KEY_PICTURE not in units or len(sequence) < 4 or not picture or len(sequence + picture) > 2 * _SET_MOST:
            return None
        try:
            width, height = _size(sequence)
        except IndexError:
            return None
        return Shape("h264", width, height, _setup(sequence, picture)) if width > 0 < height else None


def _units_of(data: bytes, prefix: int) -> list[bytes]:
    """Units that stand one after the other, each behind its length in so many bytes; without empty ones."""
    units, at = [], 0
    while at + prefix < len(data):
        begins = at + prefix
        at = begins + int.from_bytes(data[at:begins])
        units.append(data[begins:at])
    return [unit for unit in units if unit]


def _setup(sequence: bytes, picture: bytes) -> bytes:
    """The decoder configuration record (ISO/IEC 14496-15, 5.3.3.1): lengths of four bytes, one set of each kind."""
    high = b"\xfc\xf8\xf8\0" if sequence[1] in (100, 110, 122, 144) else b""
    head = b"\1" + sequence[1:4] + b"\xff\xe1"
    return head + struct.pack("!H", len(sequence)) + sequence + b"\1" + struct.pack("!H", len(picture)) + picture + high


def _size(sequence: bytes) -> tuple[int, int]:
    """Width and height from a sequence parameter set (H.264, 7.3.2.1.1). Raises IndexError for what is none."""
    bits = Bits(sequence[1:].replace(b"\0\0\3", b"\0\0"))
    profile = bits.take(8)
    bits.take(16)
    bits.golomb()
    chroma = _colours(bits) if profile in _HIGH_PROFILES else 1
    bits.golomb()
    _order_of_pictures(bits)
    bits.golomb()
    bits.take(1)
    blocks_wide, blocks_high = bits.golomb() + 1, bits.golomb() + 1
    if blocks_wide > _BLOCKS_MOST or blocks_high > _BLOCKS_MOST:
        raise IndexError("no such picture")
    fields = 2 - bits.take(1)
    if fields == 2:
        bits.take(1)
    bits.take(1)
    left, right, top, bottom = (bits.golomb() for _ in range(4)) if bits.take(1) else (0, 0, 0, 0)
    unit_wide, unit_high = 2 if chroma in (1, 2) else 1, (2 if chroma == 1 else 1) * fields
    return blocks_wide * 16 - (left + right) * unit_wide, blocks_high * 16 * fields - (top + bottom) * unit_high


def _colours(bits: Bits) -> int:
    """Read over what the high profiles say; the kind of colours."""
    chroma = bits.golomb()
    if chroma == 3:
        bits.take(1)
    bits.golomb()
    bits.golomb()
    bits.take(1)
    if bits.take(1):
        for number in range(8 if chroma != 3 else 12):
            if bits.take(1):
                _scaling_list(bits, 16 if number < 6 else 64)
    return chroma


def _scaling_list(bits: Bits, length: int) -> None:
    last = following = 8
    for _ in range(length):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _order_of_pictures(bits: Bits) -> None:
    kind = bits.golomb()
    if kind == 0:
        bits.golomb()
    elif kind == 1:
        bits.take(1)
        bits.signed()
        bits.signed()
        for _ in range(min(bits.golomb(), 255)):
            bits.signed()
