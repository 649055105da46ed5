"""Connections to PostgreSQL that do not wait for ever.

A machine that is gone, or a line that is cut, is noticed by the operating system, once it is told to look. A PostgreSQL
that stands still keeps its lines: there a connection is given up by `server.kernel.patience`.
"""

import asyncio
import os
import socket
from collections.abc import Collection
from contextlib import suppress
from typing import Any, ClassVar

import psycopg
from psycopg import AsyncConnection, capabilities

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
# How long PostgreSQL may take to hear that nobody waits any more.
LET_BE_S = 2.0


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
        end = _End(self, limit)
        try:
            return await super().wait(*given, **named)
        finally:
            end.call_off()


class _End:
    """Cuts a line after so many seconds, unless it is called off.

    What was asked on it would go on all the same: PostgreSQL notices only at its end that nobody waits. So it is told
    to let that be.
    """

    _cutting: ClassVar[set[asyncio.Task[None]]] = set()  # the loop alone would not keep them

    def __init__(self, line: Line, seconds: float) -> None:
        self._line = line
        self._socket = line.pgconn.socket
        self._loop = asyncio.get_running_loop()
        self._next = self._loop.call_later(seconds, self._read_first)

    def call_off(self) -> None:
        """There is an answer."""
        self._next.cancel()

    def _read_first(self) -> None:
        self._next = self._loop.call_later(READ_FIRST_S, self._cut)

    def _cut(self) -> None:
        if capabilities.has_cancel_safe():  # else it would take a thread, for as long as PostgreSQL stands still
            telling = self._loop.create_task(self._let_be())
            self._cutting.add(telling)
            telling.add_done_callback(self._cutting.discard)
        self._loop.call_soon(self._shut)  # once that has begun: it asks the line where PostgreSQL is

    def _shut(self) -> None:
        with suppress(OSError), socket.socket(fileno=os.dup(self._socket)) as line:
            line.shutdown(socket.SHUT_RDWR)

    async def _let_be(self) -> None:
        with suppress(psycopg.Error, OSError):
            await self._line.cancel_safe(timeout=LET_BE_S)
