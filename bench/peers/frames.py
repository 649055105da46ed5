"""WebSocket frames of a server (RFC 6455, section 5.2): final, unmasked."""

from __future__ import annotations

import struct


def text_frame(payload: bytes) -> bytes:
    """A whole text frame."""
    length = len(payload)
    if length < 126:
        return bytes((0x81, length)) + payload
    if length < 65536:
        return struct.pack("!BBH", 0x81, 126, length) + payload
    return struct.pack("!BBQ", 0x81, 127, length) + payload
