"""One connection to Redis: commands are gathered into one write per turn of the loop, replies read in batches.

redis-py awaits each message of a subscription by itself; reading what has arrived in one go costs an eighth of that.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import hiredis

_INCOMPLETE = object()


class RedisLine(asyncio.Protocol):
    """Sends commands and hands every reply to `on_reply`, except those that `ask` waits for."""

    def __init__(self, on_reply: Callable[[Any], None]) -> None:
        loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[None] = loop.create_future()
        self._loop = loop
        self._on_reply = on_reply
        self._reader = hiredis.Reader(notEnoughData=_INCOMPLETE)
        self._asked: deque[asyncio.Future[Any]] = deque()
        self._out: list[bytes] = []
        self._transport: asyncio.WriteTransport | None = None

    def send(self, *parts: bytes | str) -> None:
        """Send a command with the next turn of the loop; nothing when the connection is lost."""
        if self.lost.done():
            return
        if not self._out:
            self._loop.call_soon(self._write)
        self._out.append(hiredis.pack_command(parts))  # type: ignore[arg-type]  # its stub means one part

    async def ask(self, *parts: bytes | str) -> Any:
        """Send a command and wait for its reply. Raises ConnectionError, or hiredis.ReplyError as Redis said."""
        answer: asyncio.Future[Any] = self._loop.create_future()
        self._asked.append(answer)
        self.send(*parts)
        reply = await answer
        if isinstance(reply, Exception):
            raise reply
        return reply

    def abort(self) -> None:
        """Drop the connection without further words."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's has no such base

    def data_received(self, data: bytes) -> None:
        """Called by the loop: read all replies that are complete."""
        try:
            self._reader.feed(data)
            while (reply := self._reader.gets()) is not _INCOMPLETE:
                if self._asked:
                    self._answer(self._asked.popleft(), reply)
                else:
                    self._on_reply(reply)
        except hiredis.ProtocolError:
            self.abort()

    def connection_lost(self, error: Exception | None) -> None:
        """Called by the loop."""
        if not self.lost.done():
            self.lost.set_result(None)
        for answer in self._asked:
            self._answer(answer, ConnectionResetError("the connection to Redis was lost"))
        self._asked.clear()

    def _write(self) -> None:
        if self._transport is not None and not self.lost.done():
            self._transport.write(b"".join(self._out))
        self._out.clear()

    @staticmethod
    def _answer(answer: asyncio.Future[Any], reply: Any) -> None:
        if not answer.done():
            answer.set_result(reply)


async def open_line(url: str, on_reply: Callable[[Any], None]) -> RedisLine:
    """Connect to redis://[user[:password]@]host[:port] (rediss:// with TLS), sign in, and see that it answers.

    Raises OSError or hiredis.ReplyError.
    """
    parts = urlsplit(url)
    secure = ssl.create_default_context() if parts.scheme == "rediss" else None
    loop = asyncio.get_running_loop()
    _, line = await loop.create_connection(
        lambda: RedisLine(on_reply), parts.hostname or "localhost", parts.port or 6379, ssl=secure
    )
    try:
        if parts.password:
            await line.ask("AUTH", *([unquote(parts.username)] if parts.username else []), unquote(parts.password))
        await line.ask("PING")
    except BaseException:
        line.abort()
        raise
    return line
