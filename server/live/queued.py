"""A line over plain ASGI, for servers without the seam (tests, other servers): slower and correct."""

import asyncio
from collections import deque
from typing import Any

from starlette.types import Receive, Send

from server.live.limits import DROP_PASSING_BYTES, FRAME_BYTES
from server.live.line import Listener

RESUME_BYTES = DROP_PASSING_BYTES // 4
_HEADER = {126: 4, 127: 10}  # bytes before the payload, by the second byte of a frame


class QueuedLine:
    """Frames wait in a bounded queue for one task that awaits `send`."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._listener: Listener | None = None
        self._frames: deque[bytes] = deque()
        self._size = 0
        self._paused = False
        self._closing: tuple[int, str] | None = None
        self._wake = asyncio.Event()
        self._reading = asyncio.Event()
        self._reading.set()
        self.heard = float("inf")  # the server below keeps watch with pings of its own

    def listen(self, listener: Listener) -> None:
        """Hand the line over; `run` does the work."""
        self._listener = listener

    async def run(self) -> None:
        """Serve until the line is closed."""
        sending = asyncio.create_task(self._send_all())
        receiving = asyncio.create_task(self._receive_all())
        try:
            await asyncio.wait({sending, receiving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._lose()
            for task in (sending, receiving):
                task.cancel()
            await asyncio.gather(sending, receiving, return_exceptions=True)

    def write(self, frame: bytes) -> None:
        """Queue a frame."""
        if self._listener is None or self._closing:
            return
        self._frames.append(frame)
        self._size += len(frame)
        self._wake.set()
        if self._size > DROP_PASSING_BYTES and not self._paused:
            self._paused = True
            self._listener.on_pause()

    def buffered(self) -> int:
        """Bytes that wait."""
        return self._size

    def ping(self) -> None:
        """ASGI knows no pings; the server below sends its own."""

    def close(self, code: int, reason: str) -> None:
        """Send a close frame after what waits already."""
        self._lose()
        if self._closing is None:
            self._closing = (code, reason)
            self._wake.set()

    def pause_reading(self) -> None:
        """Take no more messages for now."""
        self._reading.clear()

    def resume_reading(self) -> None:
        """Take messages again."""
        self._reading.set()

    async def _send_all(self) -> None:
        while True:
            while self._frames:
                frame = self._frames.popleft()
                await self._send({"type": "websocket.send", "text": payload_of(frame).decode()})
                self._sent(len(frame))
            if self._closing:
                code, reason = self._closing
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
                return
            self._wake.clear()
            await self._wake.wait()

    def _sent(self, size: int) -> None:
        self._size -= size
        if self._paused and self._size <= RESUME_BYTES:
            self._paused = False
            if self._listener:
                self._listener.on_resume()

    async def _receive_all(self) -> None:
        while True:
            await self._reading.wait()
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            self._deliver(message)

    def _deliver(self, message: Any) -> None:
        text = message.get("text")
        if self._listener is None:
            return
        if text is None:
            self._listener.on_breach("a binary message")
        elif len(text) > FRAME_BYTES or len(text.encode(errors="replace")) > FRAME_BYTES:
            self.close(1009, "too large")
        else:
            self._listener.on_text(text)

    def _lose(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.on_lost()


def payload_of(frame: bytes) -> bytes:
    """The payload of an unmasked frame that this server made."""
    return frame[_HEADER.get(frame[1], 2) :]
