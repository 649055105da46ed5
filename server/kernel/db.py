"""The database: one schema on SQLite and PostgreSQL, and a unit of work that commits in one place."""

import asyncio
import os
import select
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import event, make_url
from sqlalchemy.exc import InvalidatePoolError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from server.kernel import sqlite_connection
from server.kernel.away import DATABASE, DATABASE_DISK, note_fault, noted
from server.kernel.clock import Clock
from server.kernel.events import Events
from server.kernel.outbox import insert_jobs, job_row
from server.kernel.patience import answered_within
from server.kernel.prepared import CoreTransaction, Transaction
from server.kernel.settings import Settings
from server.kernel.sqlite_writer import SqliteWriter

T = TypeVar("T")

FILE = "fairmatch.db"  # SQLite's, in the data folder
# Connections per worker. Two cores commit far more than ten transactions' worth of work at once.
POOL_SIZE = 10
# How long a request waits for a connection before it answers "unavailable".
POOL_TIMEOUT_S = 5
# PostgreSQL compiles a statement that it takes for expensive. It guesses so by the rows that joins might find, and what
# we ask finds few: the question who may do what in a call took 1 to 4 s to compile and 2 ms to answer. Options in the
# address, and in PGOPTIONS, come after it and count.
NOT_COMPILED = "-c jit=off"
# How long closing waits for transactions to end: a database that answers nobody must not keep a server from stopping.
LEAVING_S = 5.0
# When what an event owes is due. By then listeners have done it, or died with their process: a job that was due at once
# might be claimed by that very process, and then waits for the end of its lease.
OWED_AFTER = timedelta(seconds=2)
_POOL: dict[str, Any] = {
    "pool_size": POOL_SIZE,
    "max_overflow": 0,
    "pool_timeout": POOL_TIMEOUT_S,
    "hide_parameters": True,  # errors are logged, and parameters are what people wrote
}

log = structlog.get_logger(__name__)


class UnitOfWork:
    """One transaction. Actions change things through `session`, and say what happened;
    the commit, and the publishing after it, are done by `Database.write` alone."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self.session = session
        self.clock = clock
        self._events: list[object] = []
        self._jobs: list[dict[str, Any]] = []
        self._after_commit: list[Callable[[], Awaitable[None]]] = []

    def emit(self, happened: object) -> None:
        """Tell the listeners of this event, once everything is committed."""
        self._events.append(happened)

    def after_commit(self, action: Callable[[], Awaitable[None]]) -> None:
        """Run `action` once everything is committed, before the listeners."""
        self._after_commit.append(action)

    def enqueue(self, job: str, payload: dict[str, Any], *, at: datetime | None = None, key: str | None = None) -> None:
        """Have a background job done after the commit, at least once, even if the process dies in between.

        `payload` is plain JSON; `at` is the earliest moment (None: at once); a `key` makes the job unique:
        a second one with the same key is dropped, also when the first is long done.
        """
        self._jobs.append(job_row(job, payload, at or self.clock.now(), key))

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Run prepared statements in this transaction, after what the session has been given so far."""
        await self.session.flush()
        connection = await self.session.connection()
        return await connection.run_sync(lambda each: work(CoreTransaction(each)))

    async def _commit(self, events: Events) -> None:
        for job, payload in events.owed(self._events):
            self.enqueue(job, payload, at=self.clock.now() + OWED_AFTER)
        if self._jobs:
            await insert_jobs(self.session, self._jobs)
        await self.session.flush()
        # One that is given up may have been done, and then those who listen must hear of it.
        with answered_within(None):
            await self.session.commit()

    async def _publish(self, events: Events, enqueued: Callable[[], None]) -> None:
        now = self.clock.now()
        if any(job["due_at"] <= now for job in self._jobs):
            enqueued()  # what is for later is found by the sweep
        for action in self._after_commit:
            await _harmless(action)
        await events.dispatch(self._events)


def _has_written() -> None:
    DATABASE.back()
    DATABASE_DISK.back()


async def _harmless(action: Callable[[], Awaitable[None]]) -> None:
    """Run what follows a commit: whatever it raises, the change stands, and its caller must hear so."""
    try:
        await action()
    except Exception as error:
        note_fault(log, "after_commit_failed", error)


class Database:
    """Reading and writing. On SQLite there is one writer at a time, queued here and not in the file lock."""

    def __init__(self, settings: Settings, clock: Clock, events: Events) -> None:
        self.settings = settings
        self.clock = clock
        self.events = events
        self.url = database_url(settings)
        self.sqlite = self.url.startswith("sqlite")
        self.engine = _sqlite_engine(self.url, settings.data / FILE) if self.sqlite else _engine(self.url)
        self._writer = asyncio.Lock() if self.sqlite else None
        self._fast = SqliteWriter(settings.data / FILE, self.engine.dialect) if self.sqlite else None
        self._open: set[AsyncSession] = set()
        self._none_open = asyncio.Event()
        self._leaving: set[asyncio.Task[None]] = set()  # the loop alone would not keep them
        # Called after each commit that brought jobs for now; `server.kernel.jobs` puts itself here.
        self.enqueued: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for looking only; what is changed in it is rolled back."""
        async with self._session(autoflush=False) as session:
            yield session
            if session.in_transaction():
                DATABASE.back()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[UnitOfWork]:
        """One unit of work: committed on leaving, rolled back on an exception, published after the commit."""
        async with self._one_writer(), self._session() as session:
            if self.sqlite:
                await session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            work = UnitOfWork(session, self.clock)
            yield work
            await work._commit(self.events)
        _has_written()
        await work._publish(self.events, self.enqueued)

    async def write_if_possible(self, work: Callable[[UnitOfWork], Awaitable[object]]) -> None:
        """One unit of work that may be missed, for whoever only came to look: on a full disk, and while nothing can be
        written, everything can still be read."""
        try:
            async with self.write() as uow:
                await work(uow)
        except SQLAlchemyError as error:
            if not noted(error):
                raise

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        """Run prepared statements in a transaction of their own: committed when `work` returns, rolled back when it
        raises. The fast way, for what only writes rows: no session, no events, no jobs.

        `work` is called once, on SQLite in another thread. Whoever gives up waiting does not end it.
        """
        if self._fast is None or self._writer is None:
            async with self.engine.connect() as connection:
                result = await connection.run_sync(lambda each: work(CoreTransaction(each)))
                with answered_within(None):  # as in a unit of work
                    await connection.commit()
            _has_written()
            return result
        await self._writer.acquire()
        try:
            running = self._fast.begin(work)
        except BaseException:
            self._writer.release()
            raise
        running.add_done_callback(self._written)
        return await asyncio.shield(running)

    async def close(self) -> None:
        """Give all connections back, also those of which nobody waited for the end of their transaction: whoever was
        cancelled a moment ago has not even begun to end it."""
        if self._fast is not None:
            self._fast.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVING_S):
                while self._open:
                    self._none_open.clear()
                    await self._none_open.wait()
        await self.engine.dispose()

    def _written(self, done: "asyncio.Future[Any]") -> None:
        assert self._writer is not None
        self._writer.release()
        if not done.cancelled() and done.exception() is None:  # looked at: whoever waited for it may be gone
            _has_written()

    @asynccontextmanager
    async def _session(self, **how: Any) -> AsyncIterator[AsyncSession]:
        """A session whose end takes its time, also when the one who had it is cancelled meanwhile; `close` awaits it.
        Else the end of the loop breaks it off, and a rollback that is broken off counts as a fault."""
        session = AsyncSession(self.engine, expire_on_commit=False, **how)
        self._open.add(session)
        try:
            yield session
        finally:
            leaving = asyncio.create_task(self._end(session))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)
            await asyncio.shield(leaving)

    async def _end(self, session: AsyncSession) -> None:
        try:
            await session.close()
        finally:
            self._open.discard(session)
            if not self._open:
                self._none_open.set()

    @asynccontextmanager
    async def _one_writer(self) -> AsyncIterator[None]:
        if self._writer is None:
            yield
            return
        async with self._writer:
            yield


def database_url(settings: Settings) -> str:
    """The SQLAlchemy URL with the right asynchronous driver.

    Raises ValueError for anything but SQLite and PostgreSQL.
    """
    if settings.embedded:
        return f"sqlite+aiosqlite:///{settings.data / FILE}"
    url = make_url(settings.database_url)
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise ValueError("FAIRMATCH_DATABASE_URL must begin with postgresql://")
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _engine(url: str) -> AsyncEngine:
    from server.kernel.postgresql_line import noticing  # loads what SQLite does not need

    given = make_url(url).query
    options = NOT_COMPILED, os.environ.get("PGOPTIONS", ""), f"{given.get('options', '')}"
    connect_args = {"options": " ".join(options).rstrip()} | noticing(given)
    engine = create_async_engine(url, connect_args=connect_args, **_POOL)
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _sqlite_engine(url: str, path: Path) -> AsyncEngine:
    engine = create_async_engine(url, async_creator=partial(sqlite_connection.connect, path), **_POOL)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    """Have a connection that PostgreSQL has ended replaced, and with it all that are as old.

    Nothing comes unasked on a connection that rests, but the end: so a look at the socket says what a ping would, which
    costs a round trip before each transaction. Rarely it is a notice, and a good connection is replaced.
    """
    resting = select.poll()
    resting.register(connection.driver_connection.pgconn.socket, select.POLLIN)
    if resting.poll(0):
        raise InvalidatePoolError


def _begin_sqlite(connection: Any) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
