"""Identifiers: UUID version 7, which sort by the time of their making (RFC 9562, section 5.7)."""

import os
import time
import uuid

_VERSION_7 = 0x7
_VARIANT_RFC = 0b10
_RANDOM_BITS = 74
_STEP_BITS = 40


class _Maker:
    """Counts on from a random beginning within a millisecond (RFC 9562, section 6.2, method 2): what was made one after
    the other, and is listed by id, stays in this order. The steps are random as well, so that no id tells the next."""

    def __init__(self) -> None:
        self._last = (0, 0)  # its millisecond and its random bits

    def make(self) -> uuid.UUID:
        """The next one. Threads may interrupt each other: each goes on with what it has found, and no two are alike."""
        milliseconds, (before, random) = time.time_ns() // 1_000_000, self._last
        if milliseconds == before:
            random += 1 + int.from_bytes(os.urandom(_STEP_BITS // 8), "big")
        else:
            # The highest bit is left to count into.
            random = int.from_bytes(os.urandom(10), "big") & (2 ** (_RANDOM_BITS - 1) - 1)
        self._last = milliseconds, random
        return uuid7(milliseconds, random)


_maker = _Maker()


def new_id() -> str:
    """A fresh UUIDv7 as 36 characters of text.

    Ids of one process sort in the order of their making, unless the clock is set back.
    """
    return str(_maker.make())


def uuid7(milliseconds: int, random: int) -> uuid.UUID:
    """Lay out a version 7 UUID from Unix time in milliseconds and 74 random bits."""
    value = (milliseconds & (2**48 - 1)) << 80
    value |= _VERSION_7 << 76
    value |= (random >> 62 & 0xFFF) << 64
    value |= _VARIANT_RFC << 62
    value |= random & (2**62 - 1)
    return uuid.UUID(int=value)


def is_id(text: str) -> bool:
    """Whether a text from outside is an id in the one spelling that we write: 36 lower-case characters."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
