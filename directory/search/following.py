"""Keeping the index true to the database: one process of each machine follows what changes, and makes it anew.

It asks the sources for what changed since their last marks, every `SWEEP_S` and whenever the bell rings. Rows are
committed in another order than their moments say, so the last `OVERLAP` is looked at again now and then; indexing twice
changes nothing.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from directory.search.changes import touches
from directory.search.documents import Catalogue, Document, Kind, Mark, Source
from directory.search.folder import BrokenIndexError, IndexFolder, NoIndexError, Written
from directory.search.marks import Walk
from server.kernel.away import SEARCH_DISK, note_failure
from server.kernel.bus import Bus
from server.kernel.db import Database
from server.kernel.enduring import kept_going

TOPIC = "search"
# How soon a change is found at the latest when no bell rang, and how soon after a bell: changes come in flocks.
SWEEP_S = 2.0
AFTER_BELL_S = 0.1
# Rows must be committed within this time of their `updated_at`.
OVERLAP = timedelta(minutes=2)
LOOK_BACK_EVERY_S = 5.0
# Rows that are read and put at once, and rows after which a long way is committed.
LOT = 500
# The same while this process also answers requests: each lot holds the event loop for a few milliseconds at most, and
# after it the indexer rests as long as it worked.
LOT_BESIDE = 40
COMMIT_AFTER = 20_000
REST_MOST_S = 1.0
# How long another process that writes is left alone before it is asked again, and a pause after a failure.
LOCK_RETRY_S = 3.0
FAILURE_PAUSE_S = 5.0
# Marks remembered of the last `OVERLAP`, so that it is not indexed again; beyond that, indexing again is cheaper.
REMEMBERED = 50_000

T = TypeVar("T")
# (rows so far) is told while an index is made.
Progress = Callable[[Kind, int], None]
# (session, after, at most) -> the next marks.
Changed = Callable[[AsyncSession, Mark | None, int], Awaitable[Sequence[Mark]]]

log = structlog.get_logger(__name__)


class Following:
    """The one that writes, where this process is the one."""

    def __init__(self, database: Database, bus: Bus, catalogue: Catalogue, folder: IndexFolder) -> None:
        self._database = database
        self._bus = bus
        self._catalogue = catalogue
        self._folder = folder
        self._bell = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._seen: dict[Kind, dict[str, Mark]] = {}
        # By what is followed: its last mark, and when that was looked back from first and last, in monotonic seconds.
        self._standing: dict[tuple[Kind, str], tuple[Mark, float, float]] = {}
        # By the same: what lies ahead of the clock, and was gone through.
        self._ahead: dict[str, dict[str, Mark]] = {"rows": {}, "touches": {}}
        self._looked_back = 0.0
        self._lot = LOT
        self.writes = False  # whether this process is the one
        self._ended = False
        # One thread for all writing: what was begun is ended before the next is done, also when nobody waits for it.
        self._thread = ThreadPoolExecutor(1, "search-writer")

    async def start(self) -> None:
        """Begin to follow, as soon as no other process does, and beside the requests that this one answers."""
        self._lot = LOT_BESIDE
        await self._bus.subscribe(TOPIC, self._heard)
        self._task = asyncio.create_task(kept_going("search_following", self._run))

    async def stop(self) -> None:
        """Leave it to another process."""
        await self._bus.unsubscribe(TOPIC, self._heard)
        if self._task is not None:
            self._ended = True
            self._task.cancel()
            await asyncio.wait([self._task])
        self._thread.shutdown()

    def ring(self) -> None:
        """Something changed: whichever process writes looks at once."""
        self._bus.publish(TOPIC, b"")

    def _heard(self, _payload: bytes) -> None:
        self._bell.set()

    async def _run(self) -> None:
        while not self._ended:
            with self._folder.locked() as mine:
                self.writes = mine
                while mine and not self._ended:
                    try:
                        await self._follow()
                    except Exception as error:
                        note_failure(log, "search_following_failed", error, disk=SEARCH_DISK)
                    await asyncio.sleep(FAILURE_PAUSE_S)
            await asyncio.sleep(LOCK_RETRY_S)

    async def _follow(self) -> None:
        """Follow for ever. Raises what went wrong; then it is begun again."""
        self._forget()
        written = await self.opened()
        try:
            while True:
                if self._folder.rebuild_asked:
                    await self._in_thread(written.close)
                    written = await self.rebuild()
                await self.sweep(written)
                SEARCH_DISK.back()
                await self._wait()
        finally:
            await _finished(self._in_thread(written.close))

    async def opened(self) -> Written:
        """The index in use, to write on; made anew where there is none, or a broken one."""
        try:
            return await self._in_thread(self._folder.go_on)
        except NoIndexError:
            return await self.rebuild()
        except BrokenIndexError as error:
            log.warning("search_index_broken", reason=str(error))
            return await self.rebuild()

    async def rebuild(self, progress: Progress | None = None) -> Written:
        """Make a new index from the sources, and put it in use. Give the one in use back before."""
        begun, rows = monotonic(), 0
        self._forget()
        written = await self._in_thread(self._folder.begin_new)
        try:
            for kind, source in self._catalogue.sources.items():
                rows += await self._forward(written, source, fresh=True, progress=progress)
                await self._told(written, kind)
            await self._in_thread(written.commit)
        except BaseException:
            await _finished(self._in_thread(written.close))
            raise
        await self._in_thread(self._folder.put_in_use, written)
        log.info("search_index_made", rows=rows, seconds=round(monotonic() - begun, 1))
        return written

    def _forget(self) -> None:
        """Know of no row that it was put: what a commit that failed had put is not in the index that is opened next."""
        self._seen.clear()
        self._standing.clear()
        for ahead in self._ahead.values():
            ahead.clear()

    async def sweep(self, written: Written) -> int:
        """Index what changed since the last time, and show it; how many rows that were."""
        looks_back = monotonic() - self._looked_back >= LOOK_BACK_EVERY_S
        rows = 0
        for kind, source in self._catalogue.sources.items():
            rows += await self._forward(written, source)
            rows += await self._told(written, kind)
            if looks_back:
                rows += await self._back(written, source)
        if looks_back:
            self._looked_back = monotonic()
        if rows:
            await self._in_thread(written.commit)
        return rows

    async def _forward(
        self, written: Written, source: Source, *, fresh: bool = False, progress: Progress | None = None
    ) -> int:
        """Walk on from the last mark to the end; how many rows were new."""
        rows = uncommitted = 0
        walk = self._walk(written, source.kind, "rows")
        while True:
            begun = monotonic()
            async with self._database.read() as session:
                marks = await source.changed(session, walk.after, self._lot)
                new = marks if fresh else self._new(walk, source.kind, marks)
                documents = await source.documents(session, [mark.id for mark in new]) if new else []
            if new:
                await self._put(written, source.kind, new, documents, fresh=fresh)
            if marks:
                walk.went(marks)
            rows, uncommitted = rows + len(new), uncommitted + len(new)
            if progress:
                progress(source.kind, rows)
            if uncommitted >= COMMIT_AFTER:
                await self._in_thread(written.commit)
                uncommitted = 0
            await self._rest(begun)
            if len(marks) < self._lot:
                return rows

    async def _told(self, written: Written, kind: Kind) -> int:
        """Index what was told beside the rows."""
        source, rows = self._catalogue.sources[kind], 0
        walk = self._walk(written, kind, "touches")
        while True:
            async with self._database.read() as session:
                marks = await touches(session, kind, walk.after, self._lot)
                new = self._new(walk, kind, marks)
                documents = await source.documents(session, [mark.id for mark in new]) if new else []
            if new:
                await self._put(written, kind, new, documents)
            if marks:
                walk.went(marks)
            rows += len(new)
            if len(marks) < self._lot:
                return rows

    def _walk(self, written: Written, kind: Kind, what: str) -> Walk:
        walk = Walk(getattr(written.state, what), self._ahead[what], kind, self._database.clock.now())
        if walk.was_wrong:
            log.warning("search_mark_taken_back", kind=kind)
            self._seen.pop(kind, None)  # its moments are of the wrong clock, too
        return walk

    def _new(self, walk: Walk, kind: Kind, marks: Sequence[Mark]) -> list[Mark]:
        """All but what lies ahead of the clock and was indexed: that comes each time until the clock is there."""
        return [mark for mark in marks if not (walk.is_ahead(mark) and self._is_known(kind, mark))]

    async def _back(self, written: Written, source: Source) -> int:
        """Index what was committed, or told, later than its moment says."""

        def told(session: AsyncSession, after: Mark | None, limit: int) -> Awaitable[Sequence[Mark]]:
            return touches(session, source.kind, after, limit)

        rows = 0
        for what, changed in (("rows", source.changed), ("touches", told)):
            last: Mark | None = getattr(written.state, what).get(source.kind)
            if last and self._may_be_late(source.kind, what, last):
                rows += await self._late(written, source, last, changed)
        return rows

    async def _late(self, written: Written, source: Source, last: Mark, changed: Changed) -> int:
        rows, after = 0, Mark(last.at - OVERLAP, "")
        while after < last:
            async with self._database.read() as session:
                marks = await changed(session, after, self._lot)
                late = [mark for mark in marks if not self._is_known(source.kind, mark)]
                documents = await source.documents(session, [mark.id for mark in late]) if late else []
            if late:
                await self._put(written, source.kind, late, documents)
            rows += len(late)
            if len(marks) < self._lot:
                break
            after = marks[-1]
        return rows

    def _may_be_late(self, kind: Kind, what: str, last: Mark) -> bool:
        """Whether something with a moment before the last mark may be there that was not seen: not once it was looked
        back from that mark after it had stood for longer than any commit takes. What is committed later lies after it.
        """
        now, key = monotonic(), (kind, what)
        mark, since, looked = self._standing.get(key, (None, now, now))
        if mark == last and looked - since > OVERLAP.total_seconds():
            return False
        self._standing[key] = last, since if mark == last else now, now
        return True

    async def _put(
        self,
        written: Written,
        kind: Kind,
        marks: Sequence[Mark],
        documents: Sequence[Document],
        *,
        fresh: bool = False,
    ) -> None:
        gone = {mark.id for mark in marks} - {document.id for document in documents}
        await self._in_thread(_write, written, kind, documents, gone, fresh=fresh)
        seen = self._seen.setdefault(kind, {})
        if len(seen) > REMEMBERED:
            seen.clear()
        seen |= {mark.id: mark for mark in marks}

    async def _rest(self, begun: float) -> None:
        """Leave the processor to requests for as long as was worked, where there are any."""
        if self._lot == LOT_BESIDE:
            await asyncio.sleep(min(monotonic() - begun, REST_MOST_S))

    def _is_known(self, kind: Kind, mark: Mark) -> bool:
        known = self._seen.get(kind, {}).get(mark.id)
        return known is not None and known >= mark

    def _in_thread(self, work: Callable[..., T], *given: Any, **named: Any) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._thread, partial(work, *given, **named))

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SWEEP_S):
                await self._bell.wait()
                await asyncio.sleep(AFTER_BELL_S)
        self._bell.clear()


def _write(written: Written, kind: Kind, documents: Sequence[Document], gone: set[str], *, fresh: bool) -> None:
    written.put(documents, fresh=fresh)
    if not fresh:
        written.take_out(kind, gone)


async def _finished(running: "asyncio.Future[None]") -> None:
    """Wait for work in a thread also when this task is being cancelled; then be cancelled, whatever became of it."""
    cancelled = False
    while not running.done():
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError:
            cancelled = True
    if cancelled and (error := running.exception()):
        log.error("search_index_not_closed", exc_info=error)
    if cancelled:
        raise asyncio.CancelledError
    running.result()
