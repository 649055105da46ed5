"""Identifiers: UUID version 7, which sort by the time of their making (RFC 9562, section 5.7)."""

import os
import time
import uuid

_VERSION_7 = 0x7
_VARIANT_RFC = 0b10


def new_id() -> str:
    """A fresh UUIDv7 as 36 characters of text. Ids of one process sort by millisecond of their making."""
    return str(uuid7(time.time_ns() // 1_000_000, os.urandom(10)))


def uuid7(milliseconds: int, random: bytes) -> uuid.UUID:
    """Lay out a version 7 UUID from Unix time in milliseconds and 10 random bytes."""
    bits = int.from_bytes(random, "big")
    value = (milliseconds & (2**48 - 1)) << 80
    value |= _VERSION_7 << 76
    value |= (bits >> 68 & 0xFFF) << 64
    value |= _VARIANT_RFC << 62
    value |= bits & (2**62 - 1)
    return uuid.UUID(int=value)


def is_id(text: str) -> bool:
    """Whether a text from outside is an id in the one spelling that we write: 36 lower-case characters."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
