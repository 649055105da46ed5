"""The line over plain ASGI: a bounded queue that keeps the same order and the same ladder."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from server.live.framing import text_frame
from server.live.limits import DROP_PASSING_BYTES, FRAME_BYTES
from server.live.queued import QueuedLine


class Server:
    """An ASGI server whose other end reads when it likes."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.incoming: asyncio.Queue[Any] = asyncio.Queue()

    async def send(self, message: Any) -> None:
        await self.reads.wait()
        self.sent.append(message)

    async def receive(self) -> Any:
        return await self.incoming.get()


class Heard:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def on_text(self, text: str) -> None:
        self.told.append(text)

    def on_breach(self, reason: str) -> None:
        self.told.append(f"breach: {reason}")

    def on_pause(self) -> None:
        self.told.append("pause")

    def on_resume(self) -> None:
        self.told.append("resume")

    def on_lost(self) -> None:
        self.told.append("lost")


@asynccontextmanager
async def line() -> AsyncIterator[tuple[QueuedLine, Server, Heard]]:
    """A line that runs."""
    server, heard = Server(), Heard()
    made = QueuedLine(server.receive, server.send)
    made.listen(heard)
    running = asyncio.create_task(made.run())
    await _turns()
    try:
        yield made, server, heard
    finally:
        server.reads.set()
        made.resume_reading()
        await server.incoming.put({"type": "websocket.disconnect"})
        await running


async def _turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_frames_are_sent_in_order() -> None:
    async with line() as (made, server, _):
        for text in ("one", "two", "drei: ü"):
            made.write(text_frame(text.encode()))
        await _turns()
        assert [each["text"] for each in server.sent] == ["one", "two", "drei: ü"]


async def test_what_waits_is_counted_and_the_listener_is_told_when_it_is_too_much() -> None:
    async with line() as (made, server, heard):
        server.reads.clear()
        frame = text_frame(b"x" * 10_000)
        for _ in range(7):
            made.write(frame)
        assert made.buffered() == 7 * len(frame) > DROP_PASSING_BYTES
        assert heard.told == ["pause"]
        server.reads.set()
        await _turns()
        assert made.buffered() == 0
        assert heard.told == ["pause", "resume"]


async def test_no_data_follows_the_close_and_a_second_close_says_nothing() -> None:
    async with line() as (made, server, heard):
        made.write(text_frame(b"before"))
        made.close(4009, "slow")
        made.write(text_frame(b"after"))
        made.close(4500, "again")
        await _turns()
        assert [each.get("text", each.get("code")) for each in server.sent] == ["before", 4009]
        assert heard.told == ["lost"]


async def test_the_other_sides_end_is_told_once() -> None:
    async with line() as (made, server, heard):
        await server.incoming.put({"type": "websocket.disconnect"})
        await _turns()
        made.close(4000, "late")
        assert heard.told == ["lost"]


async def test_messages_are_passed_on_within_the_limits() -> None:
    async with line() as (_, server, heard):
        await server.incoming.put({"type": "websocket.receive", "text": "hello"})
        await server.incoming.put({"type": "websocket.receive", "bytes": b"x"})
        await server.incoming.put({"type": "websocket.receive", "text": "ü" * (FRAME_BYTES // 2 + 1)})
        await _turns()
        assert heard.told == ["hello", "breach: a binary message", "lost"]
        assert server.sent[-1]["code"] == 1009


async def test_reading_can_be_paused() -> None:
    async with line() as (made, server, heard):
        made.pause_reading()
        await server.incoming.put({"type": "websocket.receive", "text": "first"})
        await server.incoming.put({"type": "websocket.receive", "text": "second"})
        await _turns()
        assert heard.told == ["first"]  # it was waiting for that one already
        made.resume_reading()
        await _turns()
        assert heard.told == ["first", "second"]
