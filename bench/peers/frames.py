"""WebSocket frames (RFC 6455, section 5.2), for the seam's prototype and the load client in Python."""

from __future__ import annotations

import struct

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
_FINAL = 0x80
_MASKED = 0x80
_MASK = bytes((0x37, 0xA1, 0x5C, 0xE9))


def text_frame(payload: bytes) -> bytes:
    """A server's whole text frame."""
    return _head(TEXT, len(payload), 0) + payload


def masked_frame(payload: bytes, opcode: int) -> bytes:
    """A client's whole frame."""
    length = len(payload)
    key = int.from_bytes((_MASK * (length // 4 + 1))[:length], "big")
    body = (int.from_bytes(payload, "big") ^ key).to_bytes(length, "big")
    return _head(opcode, length, _MASKED) + _MASK + body


def _head(opcode: int, length: int, masked: int) -> bytes:
    if length < 126:
        return bytes((_FINAL | opcode, masked | length))
    if length < 65536:
        return struct.pack("!BBH", _FINAL | opcode, masked | 126, length)
    return struct.pack("!BBQ", _FINAL | opcode, masked | 127, length)


def read_frames(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """The whole frames of a server at the beginning of the data, each as opcode and payload; and what is left."""
    frames = []
    at = 0
    while len(data) - at >= 2:
        start, length = _body(data, at)
        if start is None or len(data) - start < length:
            break
        frames.append((data[at] & 0x0F, data[start : start + length]))
        at = start + length
    return frames, data[at:]


def _body(data: bytes, at: int) -> tuple[int | None, int]:
    """Where the payload begins and how long it is; None while the head is not whole."""
    length = data[at + 1] & 0x7F
    wide = {126: 2, 127: 8}.get(length, 0)
    start = at + 2 + wide
    if len(data) < start:
        return None, 0
    return start, int.from_bytes(data[at + 2 : start], "big") if wide else length
