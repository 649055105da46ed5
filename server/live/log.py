"""The log of events: appended in groups, acknowledged after the commit, numbered without holes."""

import asyncio
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from zlib import crc32

import structlog
from sqlalchemy.exc import IntegrityError

from server.kernel.away import note_refusal
from server.kernel.clock import Clock
from server.kernel.db import Database, UnitOfWork
from server.kernel.enduring import kept_going
from server.kernel.events import Events
from server.kernel.prepared import Transaction
from server.live import failpoints, metrics, store
from server.live.away import unavailable
from server.live.committer import Lane, Waiting
from server.live.entries import Append, Appended, Data, Encoded, Event, Key, Placed, Row, Top
from server.live.limits import CATCH_UP_EVENTS
from server.live.wire.codes import LiveError
from server.live.wire.envelope import to_json

__all__ = ["Append", "Appended", "Event", "EventLog", "Placed", "Top"]

# Transactions at a time and worker. One channel always goes through the same lane.
LANES = 4
COMMIT_SECONDS = 10.0  # a transaction that takes longer is given up; its senders send again

log = structlog.get_logger(__name__)
# Told, after the commit, of a channel's epoch and its new events.
Publish = Callable[[str, str, Sequence[Encoded]], None]


class _RefusedError(Exception):
    """One append of a batch was refused by its own `within`; the others are innocent."""

    def __init__(self, waiting: Waiting, error: Exception) -> None:
        super().__init__()
        self.waiting = waiting
        self.error = error


class EventLog:
    """What was said, for good. The only writer of counters and events."""

    def __init__(self, database: Database, clock: Clock, events: Events, publish: Publish) -> None:
        self._database = database
        self._clock = clock
        self._events = events
        self._publish = publish
        self._lanes = [Lane(self._commit) for _ in range(1 if database.sqlite else LANES)]
        self._happened: asyncio.Queue[Sequence[object]] = asyncio.Queue()
        self._teller: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Make sure of the database's epoch, and begin telling domain events to their listeners."""
        await self._database.transact(store.begin)
        self._teller = asyncio.create_task(kept_going("event_log", self._tell))

    async def stop(self) -> None:
        """Finish what is under way."""
        for lane in self._lanes:
            await lane.drained()
        await self._happened.join()
        if self._teller:
            self._teller.cancel()

    async def append(self, append: Append) -> Appended:
        """Append an event; returns after the commit, when this worker's members have been served.

        Appends to one channel keep the order of the calls. Raises LiveError("unavailable") when the database is
        away (it may have been committed nevertheless: repeat with the same cid), and what `within` raises.
        """
        lane = self._lanes[crc32(append.channel.encode()) % len(self._lanes)]
        answer = await asyncio.shield(lane.put(append))
        failpoints.reach("after_ack")
        return answer

    async def append_in(self, work: UnitOfWork, append: Append) -> Appended:
        """Append within a unit of work: the channel is locked until its commit, and published after it."""
        batch = _Batch(self._clock)
        await work.run(lambda transaction: batch.lock(transaction, [append]))
        answer = await _placed_within(batch, work, append)

        async def publish() -> None:
            self._told(batch)

        work.after_commit(publish)
        await work.run(batch.finish)
        return answer

    async def since(self, channel: str, position: int, limit: int = CATCH_UP_EVENTS) -> list[Event]:
        """The events after a position, in order, at most `limit`."""
        metrics.READS.labels("events").inc()
        async with self._database.read() as session:
            return await store.since(session, channel, position, limit)

    async def tops(self, channels: Collection[str]) -> Mapping[str, Top]:
        """How far each of these channels has come."""
        metrics.READS.labels("tops").inc()
        async with self._database.read() as session:
            return await store.tops(session, list(channels))

    async def elsewhere(self, known: Mapping[str, Top]) -> Mapping[str, Top]:
        """Of these channels those that stand elsewhere than is known, and where."""
        metrics.READS.labels("tops").inc()
        async with self._database.read() as session:
            return await store.elsewhere(session, known)

    async def _commit(self, waiting: Sequence[Waiting]) -> None:
        """Commit a group; whoever spoils it is refused alone."""
        metrics.COMMIT_BATCH.observe(len(waiting))
        while waiting:
            try:
                await self._commit_together(waiting)
                return
            except _RefusedError as refused:
                refused.waiting.fail(refused.error)
                waiting = [each for each in waiting if each is not refused.waiting]
            except Exception as error:
                await self._spoiled(waiting, error)
                return

    async def _spoiled(self, waiting: Sequence[Waiting], error: Exception) -> None:
        if note_refusal(log, "log_unavailable", error, appends=len(waiting)):
            metrics.UNAVAILABLE.inc(len(waiting))
            for each in waiting:
                each.fail(unavailable())
        elif len(waiting) > 1:
            for each in waiting:
                await self._commit([each])
        else:
            waiting[0].fail(error)

    async def _commit_together(self, waiting: Sequence[Waiting]) -> None:
        plain = not any(each.append.within for each in waiting)
        async with asyncio.timeout(COMMIT_SECONDS):
            batch, answers = await (self._commit_plainly if plain else self._commit_with_features)(waiting)
        failpoints.reach("after_commit")
        try:
            self._told(batch)
        except Exception:  # it is written, and must not be written again; members hear of it by the next comparison
            log.exception("commit_not_told")
        failpoints.reach("before_ack")
        for each, answer in zip(waiting, answers, strict=True):
            each.settle(answer)
            metrics.COMMIT_SECONDS.observe(each.answer.get_loop().time() - each.since)

    async def _commit_plainly(self, waiting: Sequence[Waiting], *, repeats: bool = False) -> "_Committed":
        """All in one go: what is to be written needs to know its place and nothing else.

        Hardly ever does an append come again, and the database keeps each key once: only where it says no is looked
        for `repeats`.
        """
        batch = _Batch(self._clock)

        def write(transaction: Transaction) -> list[Appended]:
            batch.lock(transaction, [each.append for each in waiting], repeats=repeats)
            answers = [_refusing(each, batch.place) for each in waiting]
            batch.finish(transaction)
            failpoints.reach("after_insert")
            return answers

        try:
            return batch, await self._database.transact(write)
        except IntegrityError:
            if repeats:
                raise
            return await self._commit_plainly(waiting, repeats=True)

    async def _commit_with_features(self, waiting: Sequence[Waiting]) -> "_Committed":
        batch, answers = _Batch(self._clock), list[Appended]()
        async with self._database.write() as work:
            await work.run(lambda transaction: batch.lock(transaction, [each.append for each in waiting]))
            for each in waiting:
                try:
                    answers.append(await _placed_within(batch, work, each.append))
                except LiveError as error:
                    raise _RefusedError(each, error) from error
            await work.run(batch.finish)
            failpoints.reach("after_insert")
        return batch, answers

    def _told(self, batch: "_Batch") -> None:
        failpoints.reach("before_publish")
        for channel, encoded in batch.by_channel():
            self._publish(channel, batch.tops[channel].epoch, encoded)
        if batch.emitted:
            self._happened.put_nowait(batch.emitted)

    async def _tell(self) -> None:
        """Listeners take their time without holding up the next commit."""
        while True:
            happened = await self._happened.get()
            try:
                await self._events.dispatch(happened)
            finally:
                self._happened.task_done()


_Committed = tuple["_Batch", list[Appended]]


def _refusing(waiting: Waiting, place: Callable[[Append], Appended]) -> Appended:
    try:
        return place(waiting.append)
    except LiveError as error:
        raise _RefusedError(waiting, error) from error


async def _placed_within(batch: "_Batch", work: UnitOfWork, append: Append) -> Appended:
    """Place an append, and have its feature do in the transaction what it wants to."""
    if append.within is None or batch.known(append):
        return batch.place(append)
    await work.run(batch.write_rows)  # so that it sees what came before it
    return batch.place(append, await append.within(work, batch.next(append)))


class _Batch:
    """The appends of one transaction."""

    def __init__(self, clock: Clock) -> None:
        self._at = clock.now()
        self.tops: dict[str, Top] = {}
        self._known: dict[Key, Event] = {}
        self._new: list[Event] = []
        self._rows: list[Row] = []
        self.emitted: list[object] = []

    def lock(self, transaction: Transaction, appends: Sequence[Append], *, repeats: bool = True) -> None:
        """Lock the channels, then look which appends are `repeats`. In this order no repeat is overlooked."""
        failpoints.reach("before_lock")
        channels = {each.channel for each in appends} - self.tops.keys()
        if channels:
            self.tops |= store.lock(transaction, channels)
        if repeats:
            self._known |= store.repeats(transaction, [each.key for each in appends if each.key])

    def known(self, append: Append) -> Event | None:
        """The event that an append repeats."""
        return self._known.get(append.key) if append.key else None

    def next(self, append: Append) -> Placed:
        """The place that an append would get."""
        return Placed(self.tops[append.channel].seq + 1, self._at)

    def place(self, append: Append, data: Data | None = None) -> Appended:
        """Give an append its place, or the answer that it already got."""
        if known := self.known(append):
            return Appended(known.seq, True, json.loads(known.json), known.at)
        placed = self.next(append)
        if data is None:
            data = append.data(placed) if callable(append.data) else append.data
        self._note(append, placed, to_json(data))
        return Appended(placed.seq, False, data, placed.at)

    def finish(self, transaction: Transaction) -> None:
        """Write what was placed."""
        if not self._new:
            return
        store.write(transaction, self._new)
        self.write_rows(transaction)
        newest = {event.channel: event.seq for event in self._new}
        store.advance(transaction, newest.items())

    def write_rows(self, transaction: Transaction) -> None:
        """Write the rows that came with what was placed so far."""
        rows, self._rows = self._rows, []
        store.write_rows(transaction, rows)

    def by_channel(self) -> Sequence[tuple[str, Sequence[Encoded]]]:
        """The new events of each channel, encoded, in order."""
        encoded: dict[str, list[Encoded]] = {}
        for event in self._new:
            encoded.setdefault(event.channel, []).append(event.encoded())
        return list(encoded.items())

    def _note(self, append: Append, placed: Placed, data: str) -> None:
        event = Event(append.channel, placed.seq, append.sender, append.cid, append.kind, data, placed.at)
        self._new.append(event)
        self._rows += append.rows(placed) if callable(append.rows) else append.rows
        self.emitted += append.emits(placed) if append.emits else ()
        self.tops[append.channel] = Top(placed.seq, self.tops[append.channel].epoch)
        if append.key:
            self._known[append.key] = event
