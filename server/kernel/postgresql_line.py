"""Connections to PostgreSQL that do not wait for ever.

A machine that is gone, or a line that is cut, is noticed by the operating system, once it is told to look. A PostgreSQL
that stands still keeps its lines: there a connection is given up by `server.kernel.patience`.
"""

import asyncio
import os
import socket
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from psycopg import AsyncConnection

from server.kernel.patience import answer_limit

# How long a new connection, and what was sent on one, may take to be answered by the other machine; and after how much
# silence it is asked whether it is there, how often, and how many times.
_NOTICING = {
    "connect_timeout": 5,
    "tcp_user_timeout": 20_000,  # milliseconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
# A process that was busy itself finds the answer in its socket: it reads before it gives up.
READ_FIRST_S = 0.01


def noticing(given: Collection[str]) -> dict[str, Any]:
    """The arguments of a connection, but for those that an operator has given in the address."""
    return {name: value for name, value in _NOTICING.items() if name not in given} | {"async_creator_fn": Line.connect}


class Line(AsyncConnection[Any]):
    """Is cut where somebody is kept waiting for too long; what was asked fails as on any line that is lost."""

    async def wait(self, *given: Any, **named: Any) -> Any:
        """As psycopg waits for whatever it has asked."""
        limit = answer_limit()
        if limit is None:
            return await super().wait(*given, **named)
        end = _End(self.pgconn.socket, limit)
        try:
            return await super().wait(*given, **named)
        finally:
            end.call_off()


class _End:
    """Cuts a line after so many seconds, unless it is called off."""

    def __init__(self, line: int, seconds: float) -> None:
        self._line = line
        self._loop = asyncio.get_running_loop()
        self._next = self._loop.call_later(seconds, self._read_first)

    def call_off(self) -> None:
        """There is an answer."""
        self._next.cancel()

    def _read_first(self) -> None:
        self._next = self._loop.call_later(READ_FIRST_S, self._cut)

    def _cut(self) -> None:
        with suppress(OSError), socket.socket(fileno=os.dup(self._line)) as line:
            line.shutdown(socket.SHUT_RDWR)
