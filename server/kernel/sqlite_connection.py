"""Connections to the SQLite file on which a statement is one trip to their thread.

Each aiosqlite connection has a thread, and each call goes there and back: to make a cursor, to execute, to fetch, to
close. What SQLAlchemy asks for one statement is four trips and eight changes of thread, which cost more than most of
our statements. Here the first trip makes the cursor, executes and brings rows along; for most that is all.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

import aiosqlite

T = TypeVar("T")

# Longest wait for SQLite's lock. Only other programs can hold it (a backup, a shell): our writers queue before it.
SQLITE_BUSY_MS = 5_000
# Rows that come with the first trip; more are fetched when they are asked for, so that a long list is streamed still.
AHEAD = 500
_SETTINGS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # what was acknowledged survives a power cut
    "foreign_keys=ON",
    f"busy_timeout={SQLITE_BUSY_MS}",
    "cache_size=-16000",
    "temp_store=MEMORY",
)
# What a text in small letters is asked of, in every script: SQLite's own `lower` knows ASCII alone.
SMALL = "small"


def opened(path: Path) -> sqlite3.Connection:
    """A connection for the thread that calls, set up as all of ours are; transactions begin and end where we say."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}").fetchall()
        connection.create_function(SMALL, 1, _small, deterministic=True)
    except BaseException:  # no database, or one that is locked
        connection.close()
        raise
    return connection


def _small(text: str | None) -> str | None:
    return text.lower() if text is not None else None


async def connect(path: Path) -> "Connection":
    """A connection with a thread of its own. Raises sqlite3.Error."""
    made = Connection(path)
    made._thread.daemon = True  # a process that ends waits for nobody who only reads
    await made
    return made


class Connection(aiosqlite.Connection):
    """Its cursors are ours; and it is closed, too, when nobody waits any more for it to be opened."""

    def __init__(self, path: Path) -> None:
        there: list[sqlite3.Connection] = []  # for its thread alone, which may have opened what nobody will take

        def opening() -> sqlite3.Connection:
            there.append(opened(path))
            return there[0]

        super().__init__(opening, iter_chunk_size=AHEAD)
        self._there = there

    def stop(self) -> "asyncio.Future[Any] | None":
        """End the thread; aiosqlite would close only what came back from it, not what a cancelled one waited for."""
        self.pass_on(partial(_close, self._there))
        return super().stop()

    def cursor(self) -> "Cursor":  # type: ignore[override]  # to be awaited there: for the trip that is spared here
        """A cursor that is made when it executes."""
        return Cursor(self)

    async def there(self, work: Callable[..., T], *given: Any) -> T:
        """Do something in the thread of the connection, after what was asked of it before."""
        done: T = await self._execute(work, *given)  # type: ignore[no-untyped-call]
        return done

    def pass_on(self, work: Callable[[], None]) -> None:
        """Have something done there without waiting for it."""
        self._tx.put_nowait((None, work))


def _close(connections: Iterable[sqlite3.Connection]) -> None:
    for each in connections:
        each.close()  # a second time does nothing


class Cursor(aiosqlite.Cursor):
    """Makes itself, executes and fetches in one trip; closes itself in passing where there is something to close."""

    _cursor: sqlite3.Cursor | None  # type: ignore[assignment]  # made in the thread of its connection

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, None)  # type: ignore[arg-type]
        self._line = connection
        self._ahead: list[Any] = []
        self._all = True  # nothing is left in the database of what was asked

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> Self:
        """Execute a statement and fetch its first rows. Raises sqlite3.Error."""
        await self._line.there(self._executed, sql, parameters or ())
        return self

    async def executemany(self, sql: str, parameters: Iterable[Any]) -> Self:
        """Execute a statement once for each. Raises sqlite3.Error."""
        await self._line.there(self._executed_many, sql, parameters)
        return self

    async def fetchone(self) -> Any:
        """The next row, or None."""
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int | None = None) -> Sequence[Any]:
        """The next rows, as many as are asked for if there are."""
        size = size or self.arraysize
        rows, self._ahead = self._ahead[:size], self._ahead[size:]
        if len(rows) < size and not self._all:
            rows += await self._line.there(self._fetched, size - len(rows))
        return rows

    async def fetchall(self) -> Sequence[Any]:
        """All rows that were not fetched yet."""
        rows, self._ahead = self._ahead, []
        return rows if self._all else rows + await self._line.there(self._fetched, None)

    async def close(self) -> None:
        """Give up what was not fetched; nobody waits for that."""
        self._ahead = []
        if not self._all:
            self._all = True
            self._line.pass_on(self._closed)

    def _executed(self, sql: str, parameters: Any) -> None:
        cursor = self._cursor = self._line._conn.cursor()
        cursor.execute(sql, parameters)
        self._ahead = cursor.fetchmany(AHEAD) if cursor.description else []
        self._all = len(self._ahead) < AHEAD

    def _executed_many(self, sql: str, parameters: Iterable[Any]) -> None:
        self._cursor = self._line._conn.cursor()
        self._cursor.executemany(sql, parameters)

    def _fetched(self, size: int | None) -> list[Any]:
        assert self._cursor is not None
        rows = self._cursor.fetchall() if size is None else self._cursor.fetchmany(size)
        self._all = size is None or len(rows) < size
        return rows

    def _closed(self) -> None:
        assert self._cursor is not None
        self._cursor.close()
