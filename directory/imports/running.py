"""Doing a run: its file from where it stopped to its end, a chunk in a transaction, one run at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError

from directory.batches import Outcome
from directory.imports import beside, likes
from directory.imports.chunks import Chunk, CutOffError
from directory.imports.mapping.plan import Mapping
from directory.imports.mapping.record import Record
from directory.imports.model import ImportBatch, ImportRow, ImportRun
from directory.imports.reading.row import Source
from directory.imports.runs import CHANGED, COUNTS, MADE, SILENT, TRIAL, UNDO
from directory.imports.undoing import Undoing
from directory.packing import unpacked
from directory.partners import network
from directory.partners.events import NetworkLeft
from people.text import UnacceptableError
from server.kernel.db import Database

# Called after each chunk with the run's counts.
Told = Callable[[dict[str, int]], Awaitable[None]]
# Rows that are taken back in one transaction.
UNDO_CHUNK = 500
# Tries of a chunk that met another change of the same rows.
TRIES = 3


async def _nobody(_counts: dict[str, int]) -> None:
    pass


@dataclass(frozen=True)
class Runner:
    """Does runs, in a worker's job or for the command line."""

    database: Database
    folder: Path  # the data folder

    async def run(self, run_id: str, told: Told = _nobody) -> bool:
        """Do a run to its end. False: another one is at work, so this one has to wait.

        What is wrong with the file ends the run with the reason in its row. A run that ended or was stopped stays so.
        """
        found = await self._take(run_id)
        if found is None:
            return False
        run, batch = found
        if run.ended_at is not None:
            return True
        try:
            await (self._undo(run, batch, told) if run.what == UNDO else self._read(run, batch, told))
        except asyncio.CancelledError:
            await self._let_go(run_id)
            raise
        except CutOffError:
            await self._end(run_id, None, only_stopped=True)  # else it is done by somebody else, and goes on there
        except UnacceptableError as refused:
            await self._end(run_id, {"text": refused.text, "params": refused.params})
        else:
            await self._end(run_id, None)
        return True

    async def _take(self, run_id: str) -> tuple[ImportRun, ImportBatch] | None:
        """The run, with the one place at work; None while another one has it, or another worker is at this one.
        Who fell silent loses it."""
        now = self.database.clock.now()
        # A sign of life ahead of the clock is of a clock that was wrong.
        long_ago = or_(ImportRun.seen_at < now - SILENT, ImportRun.seen_at > now + SILENT)
        silent = ImportRun.working.is_not(None), long_ago
        free = ImportRun.id == run_id, ImportRun.ended_at.is_(None), ImportRun.working.is_(None)
        begin = {"working": 1, "seen_at": now, "begun_at": func.coalesce(ImportRun.begun_at, now)}
        query = select(ImportRun, ImportBatch).join(ImportBatch, ImportBatch.id == ImportRun.batch_id)
        try:
            async with self.database.write() as work:
                await work.session.execute(update(ImportRun).where(*silent).values(working=None))
                taken = await work.session.execute(update(ImportRun).where(*free).values(begin).returning(ImportRun.id))
                mine = taken.first() is not None
                run, batch = (await work.session.execute(query.where(ImportRun.id == run_id))).one()
        except IntegrityError:
            return None
        return (run, batch) if mine or run.ended_at is not None else None

    async def _read(self, run: ImportRun, batch: ImportBatch, told: Told) -> None:
        """A trial or an import: the rows behind those that are done."""
        await self._prepare(run.id, batch)
        source, mapping = Source.of(batch.reading), Mapping.of(batch.mapping)
        async with beside.records(self.folder / batch.file, source, mapping, run.rows) as chunks:
            counts = {name: getattr(run, name) for name in COUNTS}
            async for records in chunks:
                done = await self._done(run, batch, records, counts["rows"])
                counts = {name: counts[name] + done[name] for name in COUNTS}
                await told(counts)

    async def _prepare(self, run_id: str, batch: ImportBatch) -> None:
        """Know the names of the organisations as they are now, and no more those of the last trial."""
        while await self.database.transact(partial(likes.forget_trial, batch_id=batch.id)):
            pass
        seen = now = self.database.clock.now()
        after = await self.database.transact(partial(likes.mark, now=now))
        while after := await self.database.transact(partial(likes.follow, after=after, now=now)):
            if (later := self.database.clock.now()) - seen >= SILENT / 3:
                seen = later
                await self._show_life(run_id)

    async def _show_life(self, run_id: str) -> None:
        async with self.database.write() as work:
            mine = ImportRun.id == run_id, ImportRun.working.is_not(None)
            await work.session.execute(update(ImportRun).where(*mine).values(seen_at=work.clock.now()))

    async def _done(self, run: ImportRun, batch: ImportBatch, records: list[Record], behind: int) -> dict[str, int]:
        for tries in range(TRIES):
            chunk = Chunk(
                run_id=run.id,
                batch_id=batch.id,
                source=batch.source,
                kind=batch.kind,
                trial=run.what == TRIAL,
                by_id=run.by_id,
                at=self.database.clock.now(),
                behind=behind,
                records=records,
                partner_id=batch.partner_id,
            )
            try:
                return await self.database.transact(chunk.work)
            except IntegrityError:  # somebody took the same name in addresses at this moment
                if tries == TRIES - 1:
                    raise
                await asyncio.sleep(0.2 * (tries + 1))
        raise CutOffError

    async def _undo(self, run: ImportRun, batch: ImportBatch, told: Told) -> None:
        """Take back what the batch made and changed, row by row in their order."""
        after = run.line
        while rows := await self._to_undo(batch.id, after):
            undoing = Undoing(run.id, batch, after, rows, self.database.clock.now(), run.by_id)
            await told(await self.database.transact(undoing.work))
            after = rows[-1][0]
        if batch.partner_id is not None:
            async with self.database.write() as work:
                await network.take_back(work.session, batch.id)
                work.emit(NetworkLeft(batch.partner_id, run.by_id))

    async def _to_undo(self, batch_id: str, after: int) -> list[tuple[int, Outcome]]:
        query = select(ImportRow.number, ImportRow.source_id, ImportRow.record_id, ImportRow.outcome, ImportRow.before)
        query = query.where(ImportRow.batch_id == batch_id, ImportRow.number > after)
        query = query.where(ImportRow.outcome.in_((MADE, CHANGED)), ImportRow.record_id.is_not(None))
        async with self.database.read() as session:
            found = await session.execute(query.order_by(ImportRow.number).limit(UNDO_CHUNK))
        return [
            (row.number, Outcome(row.source_id, row.record_id, row.outcome, unpacked(row.before or {})))
            for row in found
        ]

    async def _end(self, run_id: str, failure: dict[str, Any] | None, *, only_stopped: bool = False) -> None:
        async with self.database.write() as work:
            mine = [ImportRun.id == run_id, ImportRun.ended_at.is_(None)]
            mine += [ImportRun.stopped_at.is_not(None)] if only_stopped else []
            ended = {"working": None, "ended_at": work.clock.now(), "failure": failure}
            await work.session.execute(update(ImportRun).where(*mine).values(ended))

    async def _let_go(self, run_id: str) -> None:
        """Give up the place without an end: whoever comes next goes on here."""
        async with self.database.write() as work:
            mine = ImportRun.id == run_id, ImportRun.ended_at.is_(None)
            await work.session.execute(update(ImportRun).where(*mine).values(working=None))
