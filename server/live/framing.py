"""WebSocket frames from the server, as bytes (RFC 6455, section 5.2). Pure: no socket is known here."""

import struct

_FIN_TEXT = 0x81
_FIN_CLOSE = 0x88
PING = b"\x89\x00"  # no payload: whatever the peer sends afterwards proves that it lives


def text_frame(payload: bytes) -> bytes:
    """A whole, unmasked text message in one frame. The payload must be UTF-8."""
    size = len(payload)
    if size < 126:
        return bytes((_FIN_TEXT, size)) + payload
    if size < 65_536:
        return struct.pack("!BBH", _FIN_TEXT, 126, size) + payload
    return struct.pack("!BBQ", _FIN_TEXT, 127, size) + payload


def close_frame(code: int, reason: str = "") -> bytes:
    """A close frame; the reason is cut to the 123 bytes that fit, on a character's edge."""
    text = reason.encode()[:123].decode(errors="ignore").encode()
    return bytes((_FIN_CLOSE, 2 + len(text))) + struct.pack("!H", code) + text
