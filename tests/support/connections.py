"""Connections to a database of the tests outlast the test.

A process that serves keeps its connections. A test has an application of its own, which would open them anew; each is a
process of PostgreSQL, and begins by learning all tables. So what the application of a test closes rests here, and the
next one that asks for the same database gets it as if it were new.
"""

import asyncio
import select
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from psycopg.pq import TransactionStatus


class _Asked(NamedTuple):
    loop: asyncio.AbstractEventLoop
    database: str
    told: tuple[str, ...]


_open: Any = AsyncConnection.connect.__func__  # type: ignore[attr-defined]
_close = AsyncConnection.close
_resting: dict[_Asked, list[AsyncConnection[Any]]] = defaultdict(list)
_asked: dict[AsyncConnection[Any], _Asked] = {}
_shared: set[str] = set()  # databases


def keep_them() -> None:
    """Have what this process closes rest, where a database is shared."""
    AsyncConnection.connect = classmethod(_connect)  # type: ignore[method-assign,assignment]
    AsyncConnection.close = _rest  # type: ignore[method-assign]


def share(database: str) -> None:
    """Tests come to this database one after another."""
    _shared.add(database)


def resting(database: str) -> list[int]:
    """The numbers of the processes of PostgreSQL to which connections rest. What rests on a loop that is closed, as one
    of a command's own is, will be asked for by nobody: it ends here."""
    _end([asked for asked in _of(database) if asked.loop.is_closed()])
    return [one.info.backend_pid for asked in _of(database) for one in _resting[asked] if not one.closed]


def forget(database: str) -> None:
    """This database goes, and with it what is connected to it."""
    _shared.discard(database)
    _end(_of(database))


def _of(database: str) -> list[_Asked]:
    return [asked for asked in _resting if asked.database == database]


def _end(these: Iterable[_Asked]) -> None:
    for asked in these:
        for connection in _resting.pop(asked):
            _asked.pop(connection, None)
            connection.pgconn.finish()


async def _connect(cls: Any, /, conninfo: str = "", **given: Any) -> AsyncConnection[Any]:
    # What SQLAlchemy asks for comes with its adapters. Who asks by themselves may hold a lock for as long as it lasts.
    if given.get("dbname") not in _shared or "context" not in given:
        made: AsyncConnection[Any] = await _open(cls, conninfo, **given)
        return made
    told = tuple(f"{given[name]}" for name in sorted(given) if name != "context")
    asked = _Asked(asyncio.get_running_loop(), given["dbname"], (conninfo, *told))
    while _resting[asked]:
        kept = _resting[asked].pop()
        if not kept.closed and not _has_ended(kept):
            return kept
        _asked.pop(kept, None)
        await _close(kept)
    made = await _open(cls, conninfo, **given)
    _asked[made] = asked
    return made


def _has_ended(connection: AsyncConnection[Any]) -> bool:
    """Whether PostgreSQL has said so: nothing else comes unasked."""
    heard = select.poll()
    heard.register(connection.pgconn.socket, select.POLLIN)
    return bool(heard.poll(0))


async def _rest(self: AsyncConnection[Any]) -> None:
    asked = _asked.get(self)
    if asked is None or self.closed or self.info.transaction_status is not TransactionStatus.IDLE:
        _asked.pop(self, None)
        await _close(self)
        return
    _resting[asked].append(self)
