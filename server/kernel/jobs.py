"""Background jobs: what is enqueued in a unit of work is done after its commit, at least once.

The outbox is the queue (see docs/decisions/0003-background-jobs.md). A worker takes due rows under a lease and does
them on its event loop; a lease that its worker does not renew runs out, and another worker takes over.
"""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from sqlalchemy import Delete, Row, Select, Update, and_, delete, func, or_, select, update

from server.kernel.away import note_failure
from server.kernel.db import Database, UnitOfWork
from server.kernel.enduring import kept_going
from server.kernel.ids import new_id
from server.kernel.observe import JOBS_DONE, JOBS_FAILED, JOBS_PARKED
from server.kernel.outbox import OutboxRow

Handler = Callable[[dict[str, Any]], Awaitable[None]]

# How soon a job of a dead worker is taken over; a living one renews its leases three times as often.
LEASE_S = 60.0
# How often a worker looks for jobs that became due by time, or that another worker enqueued and did not get to.
SWEEP_S = 2.0
# Jobs that one worker does at once: they wait for mail servers, not for the processor.
AT_ONCE = 10
# How long a free hand waits for others, so that they take their next jobs together.
GATHER_S = 0.05
# With the back-off below, the last attempt comes about nine hours after the first.
MAX_ATTEMPTS = 12
FIRST_RETRY_S = 10.0
LONGEST_RETRY_S = 2 * 3600.0
# How long a job may take unless it says otherwise, and how long a stopping worker waits for those it began.
DEFAULT_LIMIT_S = 300.0
STOP_S = 8.0
# A key is remembered this long after its job was done.
KEYS_KEPT = timedelta(days=400)
# The same where it only keeps a job that is done twice from having two successors: longer than all its attempts take.
PASSING_KEPT = timedelta(days=1)

log = structlog.get_logger(__name__)


class GiveUpError(Exception):
    """Raised by a handler when trying again cannot help; the job is parked at once."""


@dataclass(frozen=True)
class _Registered:
    handler: Handler
    limit_s: float
    at_once: int
    lasting: bool


@dataclass(frozen=True)
class _Claimed:
    id: str
    job: str
    payload: dict[str, Any]
    key: str | None
    attempts: int
    claim: str | None


class Jobs:
    """Handlers by name, and the loop that does what is due."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._clock = database.clock
        self._registered: dict[str, _Registered] = {}
        self._claim = new_id()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._begun = 0
        self._hands: dict[str, str] = {}  # the kinds of those that are running, but for what is being written down
        self._claiming = asyncio.Lock()
        # Whether the last look found all that there was room for: then there may be more.
        self._more = False
        self._takes = False  # until it is stopped
        self._finished: list[_Claimed] = []
        self._writing = asyncio.Lock()
        self._wanted = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []
        database.enqueued = self._wanted.set

    def register(
        self,
        name: str,
        handler: Handler,
        *,
        limit_s: float = DEFAULT_LIMIT_S,
        at_once: int = AT_ONCE,
        lasting: bool = True,
    ) -> None:
        """Have `handler` do the jobs of this name, each within `limit_s` seconds, and `at_once` at the same time: fewer
        where strangers may let us wait, so that a worker has hands left for what people wait for. Keys of what is done
        again and again need not be `lasting`.

        It gets the payload; it may be called again for the same job, when a worker died or an attempt failed.
        """
        self._registered[name] = _Registered(handler, limit_s, at_once, lasting)

    async def start(self) -> None:
        """Begin to do what is due."""
        if self._database.sqlite:
            await self._release_all()
        self._loops = [
            asyncio.create_task(kept_going("jobs_sweep", self._sweep)),
            asyncio.create_task(kept_going("jobs_renewal", self._renew)),
        ]

    async def stop(self) -> None:
        """Take no more, wait a while for what was begun, and give the rest back."""
        await _cancelled(self._loops)
        self._more = self._takes = False
        if self._running:
            await asyncio.wait(self._running.values(), timeout=STOP_S)
        await _cancelled(list(self._running.values()))

    async def run_due(self) -> int:
        """Do all that is due, and wait for it; how many attempts that took. For tests and the command line."""
        before = self._begun - len(self._running)
        while True:
            waited = bool(self._running)  # others may have waited for the hands of what was being done
            await self._take()
            if self._running:
                await asyncio.wait(list(self._running.values()))
            elif not waited:
                return self._begun - before

    async def retry_parked(self) -> int:
        """Make parked jobs due again; how many there were."""
        async with self._database.write() as work:
            again = update(OutboxRow).where(OutboxRow.parked_at.is_not(None))
            found = await work.session.execute(
                again.values(parked_at=None, due_at=self._clock.now(), attempts=0).returning(OutboxRow.id)
            )
            count = len(found.all())
        self._wanted.set()
        return count

    async def parked(self) -> int:
        """How many jobs failed for good and wait for an operator."""
        async with self._database.read() as session:
            count = select(func.count()).select_from(OutboxRow).where(OutboxRow.parked_at.is_not(None))
            return await session.scalar(count) or 0

    async def _sweep(self) -> None:
        while True:
            self._wanted.clear()
            await _logged(self._take())
            # Spread, so that workers that started together do not ask together for ever.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_S * random.uniform(0.8, 1.2)):  # noqa: S311
                    await self._wanted.wait()

    async def _renew(self) -> None:
        """Keep the leases of what is being done, and the books in order."""
        while True:
            await _logged(self._keep_books())
            await asyncio.sleep(LEASE_S / 3)
            await _logged(self._renew_leases())

    async def _renew_leases(self) -> None:
        if self._running:
            mine = update(OutboxRow).where(OutboxRow.id.in_(list(self._running)), OutboxRow.claim == self._claim)
            mine = mine.where(OutboxRow.due_at.is_not(None))  # what was done or parked meanwhile has no lease
            async with self._writing, self._database.write() as work:
                await work.session.execute(mine.values(due_at=self._lease()))

    async def _keep_books(self) -> None:
        JOBS_PARKED.set(await self.parked())
        now = self._clock.now()
        passing = OutboxRow.job.in_(sorted(name for name, each in self._registered.items() if not each.lasting))
        old = or_(OutboxRow.done_at < now - KEYS_KEPT, and_(OutboxRow.done_at < now - PASSING_KEPT, passing))
        async with self._database.write() as work:
            await work.session.execute(delete(OutboxRow).where(old))

    async def _release_all(self) -> None:
        """Make claimed jobs due: with SQLite there is one process, so whoever claimed them is gone."""
        async with self._database.write() as work:
            claimed = update(OutboxRow).where(OutboxRow.claim.is_not(None), OutboxRow.due_at.is_not(None))
            await work.session.execute(claimed.values(due_at=self._clock.now(), claim=None))

    async def _take(self) -> list[asyncio.Task[None]]:
        async with self._claiming:
            room = AT_ONCE - len(self._running)
            self._more, self._takes = room <= 0, True
            if room <= 0 or not await self._any_due():
                return []
            async with self._database.write() as work:
                rows = await self._claim_due(work, room)
            return [self._begin(row) for row in rows]

    def _begin(self, row: _Claimed) -> asyncio.Task[None]:
        task = asyncio.create_task(_logged(self._attempt(row)), name=f"job {row.job}")
        self._running[row.id] = task
        self._begun += 1
        self._hands[row.id] = row.job
        task.add_done_callback(lambda _: self._ended(row))
        return task

    def _ended(self, row: _Claimed) -> None:
        self._running.pop(row.id, None)
        self._hands.pop(row.id, None)
        # Others of its kind may have waited for its hand.
        waited = self._registered[row.job].at_once < AT_ONCE
        if self._more and len(self._running) <= AT_ONCE // 2:
            self._wanted.set()  # there is room for several: taking each alone costs as much as taking them together
        elif self._more or waited:  # those that are left may take minutes
            asyncio.get_running_loop().call_later(GATHER_S, self._wanted.set)

    async def _any_due(self) -> bool:
        async with self._database.read() as session:
            return await session.scalar(self._due(1)) is not None

    def _due(self, limit: int) -> Select[str, str]:
        """Ids and names of due jobs that this version of the program knows how to do, and has a hand for."""
        hands = Counter(self._hands.values())
        names = sorted(name for name in self._registered if self._has_hand(name, hands))
        rows = select(OutboxRow.id, OutboxRow.job).where(OutboxRow.due_at <= self._clock.now())
        rows = rows.where(OutboxRow.job.in_(names), OutboxRow.id.not_in(list(self._running)))
        return rows.order_by(OutboxRow.due_at).limit(limit)

    def _has_hand(self, name: str, hands: Counter[str]) -> bool:
        """Whether one more of a kind may run; those without a bound of their own have all hands of the worker."""
        at_once = self._registered[name].at_once
        return at_once >= AT_ONCE or hands[name] < at_once

    def _within_hands(self, due: Iterable[Row[str, str]]) -> Iterator[str]:
        """Ids of so many of each kind as there are hands for it."""
        hands = Counter(self._hands.values())
        for row_id, job in due:
            if self._has_hand(job, hands):
                hands[job] += 1
                yield row_id

    async def _claim_due(self, work: UnitOfWork, limit: int) -> list[_Claimed]:
        due = (await work.session.execute(self._due(limit).with_for_update(skip_locked=True))).all()
        ids = list(self._within_hands(due))
        taking = update(OutboxRow).where(OutboxRow.id.in_(ids))
        taking = taking.values(due_at=self._lease(), claim=self._claim, attempts=OutboxRow.attempts + 1)
        rows = [_Claimed(*row) for row in await work.session.execute(taking.returning(*_CLAIMED))]
        self._more = len(rows) == limit
        if len(ids) < len(due):
            self._wanted.set()  # once their kind has all its hands, others are found behind them
        return rows

    def _lease(self) -> datetime:
        return self._clock.now() + timedelta(seconds=LEASE_S)

    async def _attempt(self, row: _Claimed) -> None:
        """Do one job once, and write down how it went."""
        registered = self._registered[row.job]
        with structlog.contextvars.bound_contextvars(job=row.job, job_id=row.id):
            try:
                async with asyncio.timeout(registered.limit_s):
                    await registered.handler(row.payload)
            except asyncio.CancelledError:
                await self._write(_mine(update(OutboxRow), row).values(due_at=self._clock.now(), claim=None))
                raise
            except Exception as error:
                await self._failed(row, error)
            else:
                await self._done(row)

    async def _done(self, row: _Claimed) -> None:
        """Write it down, together with what else was done meanwhile: who gets to the database writes for all, and takes
        as many as these were, where more wait.

        Should that fail, their leases run out, and they are done again. Nobody else claims until what was claimed here
        has begun: before, it would not be counted among the hands of its kind.
        """
        JOBS_DONE.labels(row.job).inc()
        self._finished.append(row)
        async with self._writing, self._claiming:
            rows, self._finished = self._finished, []
            if rows:
                more = self._give_back(rows)
                async with self._database.write() as work:
                    for statement in _done_with(rows, self._clock.now()):
                        await work.session.execute(statement)
                    following = await self._claim_due(work, len(rows)) if more else []
                for each in following:
                    self._begin(each)

    def _give_back(self, rows: Sequence[_Claimed]) -> bool:
        """Their hands are free; whether others may have waited for them."""
        hands = Counter(self._hands.values())
        for each in rows:
            self._hands.pop(each.id, None)
        waited = not all(self._has_hand(each.job, hands) for each in rows)
        return self._takes and (self._more or waited)

    async def _failed(self, row: _Claimed, error: Exception) -> None:
        JOBS_FAILED.labels(row.job).inc()
        kind = type(error).__name__
        failed = _mine(update(OutboxRow), row)
        if row.attempts >= MAX_ATTEMPTS or isinstance(error, GiveUpError):
            log.error("job_parked", attempts=row.attempts, error=kind, exc_info=error)
            await self._write(failed.values(due_at=None, parked_at=self._clock.now(), error=kind))
            JOBS_PARKED.set(await self.parked())
            return
        wait = retry_after(row.attempts)
        log.warning("job_failed", attempts=row.attempts, error=kind, again_in_s=round(wait))
        await self._write(failed.values(due_at=self._clock.now() + timedelta(seconds=wait), error=kind))

    async def _write(self, *statements: Update | Delete) -> None:
        async with self._database.write() as work:
            for statement in statements:
                await work.session.execute(statement)


_CLAIMED = (OutboxRow.id, OutboxRow.job, OutboxRow.payload, OutboxRow.key, OutboxRow.attempts, OutboxRow.claim)

S = TypeVar("S", Update, Delete)


def _done_with(rows: Sequence[_Claimed], now: datetime) -> Iterator[Update | Delete]:
    """A key stays, without what its job was about; what has none goes."""
    theirs = OutboxRow.claim == rows[0].claim
    if gone := [row.id for row in rows if row.key is None]:
        yield delete(OutboxRow).where(OutboxRow.id.in_(gone), theirs)
    if kept := [row.id for row in rows if row.key is not None]:
        done = update(OutboxRow).where(OutboxRow.id.in_(kept), theirs)
        yield done.values(due_at=None, done_at=now, payload={}, error=None)


def _mine(statement: S, row: _Claimed) -> S:
    """Of this row, unless its lease ran out and somebody else has it now."""
    return statement.where(OutboxRow.id == row.id, OutboxRow.claim == row.claim)


def retry_after(attempts: int) -> float:
    """Seconds until the next attempt: doubling from FIRST_RETRY_S, spread by a fifth, never above LONGEST_RETRY_S."""
    wait: float = min(FIRST_RETRY_S * 2 ** (attempts - 1), LONGEST_RETRY_S)
    return wait * random.uniform(0.8, 1.0)  # noqa: S311 - spread, not a secret


async def _logged(work: Coroutine[Any, Any, Any]) -> None:
    """Do a step of a loop that must go on, whatever happens in it."""
    try:
        await work
    except Exception as error:
        note_failure(log, "jobs_step_failed", error)


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
