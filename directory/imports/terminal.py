"""An import from the command line, beside a server that runs or without one: look, say how it is taken, try, import."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, replace
from pathlib import Path

from directory.imports import actions, beside, queries
from directory.imports.mapping.aliases import targets
from directory.imports.mapping.plan import Mapping
from directory.imports.model import ImportBatch, ImportRun
from directory.imports.parts import FOLDER
from directory.imports.report import sentence
from directory.imports.running import Runner
from directory.imports.runs import DUPLICATE, IMPORT, REFUSED, SILENT, TRIAL, UNDO, share_done
from directory.partners.queries import Institution, institution, sources_kept
from people.text import UnacceptableError
from server.kernel.db import Database
from server.kernel.ids import new_id

# Refused rows and open questions that are printed; the browser and the report have all of them.
PRINTED_MOST = 20
BAR = 30  # characters
# Seconds between looks at whether the place at work is free.
WAIT_S = 2.0

Say = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """What was typed."""

    file: Path
    kind: str
    source: str = ""
    sheet: str = ""
    columns: Pairs[str, str] | None = None  # by column: the field that it is taken as; empty: left out
    only_try: bool = False
    partner: str = ""  # the name in addresses of the institution for which it is imported; empty: the whole directory


@dataclass(frozen=True)
class Terminal:
    """Imports for one database; `say` prints a line, `bar` a line that the next one overwrites."""

    database: Database
    data: Path
    say: Say
    bar: Say

    async def bring(self, asked: Asked) -> ImportRun:
        """Import a file, or try it; the run with its counts. Raises UnacceptableError."""
        look = await beside.look(asked.file, kind=asked.kind, sheet=asked.sheet)
        partner, kept_sources = await self._institution(asked)
        slug, partner_id = (partner.slug, partner.id) if partner else ("", None)
        source = actions.source_of(asked.source, asked.file.name, slug, kept_sources)
        kept = f"{FOLDER}/{new_id()}"
        await asyncio.to_thread(_copied, asked.file, self.data / kept)
        try:
            batch = await self._brought(asked, look, source, kept, partner_id)
        except UnacceptableError:
            await asyncio.to_thread((self.data / kept).unlink)
            raise
        self._tell_mapping(batch)
        run = await self._do(batch, TRIAL if asked.only_try else IMPORT)
        await self._tell_rows(batch)
        if asked.only_try:
            async with self.database.write() as uow:
                await actions.forget(uow, await uow.session.merge(batch))
        return run

    async def undo(self, batch_id: str) -> ImportRun:
        """Take an import back. Raises UnacceptableError."""
        async with self.database.read() as session:
            batch = await queries.batch_of(session, batch_id)
        if batch is None:
            raise UnacceptableError("There is no import with this number.")
        return await self._do(batch, UNDO)

    async def _institution(self, asked: Asked) -> tuple[Institution | None, Sequence[str]]:
        """For which institution is imported, and the sources that it keeps. Raises UnacceptableError for none."""
        if not asked.partner:
            return None, ()
        async with self.database.read() as session:
            found = await institution(session, asked.partner)
            if found is None:
                raise UnacceptableError("There is no partner institution “%(name)s”.", name=asked.partner)
            return found, await sources_kept(session, found.id)

    async def _brought(
        self, asked: Asked, look: beside.Look, source: str, kept: str, partner_id: str | None
    ) -> ImportBatch:
        size = asked.file.stat().st_size
        async with self.database.write() as uow:
            batch = await actions.bring(
                uow,
                look,
                source=source,
                file=kept,
                file_name=asked.file.name,
                size=size,
                by_id=None,
                partner_id=partner_id,
            )
            await uow.session.flush()
            mapping = Mapping.of(batch.mapping)
            if asked.columns:
                typed = _known(asked.columns, look.source.columns, asked.kind)
                columns = {name: code for name, code in mapping.columns.items() if name not in typed}
                mapping = replace(mapping, columns=columns | {name: code for name, code in typed.items() if code})
            await actions.take_as(uow, batch, mapping, by_id=None)
        return batch

    async def _do(self, batch: ImportBatch, what: str) -> ImportRun:
        async with self.database.write() as uow:
            run = await actions.ask_for(uow, await uow.session.merge(batch), what, by_id=None)
            # Should this program be killed, a server goes on with it.
            uow.enqueue(actions.RUN_JOB, {"run_id": run.id}, at=uow.clock.now() + 2 * SILENT)
        async with self.database.read() as session:
            trial = next((each for each in await queries.runs_of(session, batch.id) if each.what == TRIAL), None)
        lines, of_rows, done = int(batch.reading["lines"]), trial.rows if trial and what == IMPORT else 0, 0

        async def told(counts: dict[str, int]) -> None:
            nonlocal done
            done = counts["rows"] if what != UNDO else done + counts["rows"]
            self.bar(_bar(done, share_done(done, lines, done, of_rows)))

        runner = Runner(self.database, self.data)
        while not await runner.run(run.id, told):
            self.bar("Another import is at work; this one waits for its end.")
            await asyncio.sleep(WAIT_S)
        async with self.database.read() as session:
            return await session.get_one(ImportRun, run.id)

    def _tell_mapping(self, batch: ImportBatch) -> None:
        self.say(f"Source: {batch.source}")
        names = targets(batch.kind)
        for column in batch.reading["columns"]:
            code = batch.mapping["columns"].get(column)
            self.say(f"  {column} -> {code} ({names[code].label})" if code else f"  {column} -> (left out)")

    async def _tell_rows(self, batch: ImportBatch) -> None:
        async with self.database.read() as session:
            for outcome in (REFUSED, DUPLICATE):
                for row in await queries.rows_of(session, batch.id, outcome, limit=PRINTED_MOST):
                    why = "; ".join(sentence(note, str) for note in row.notes or ())
                    self.say(f"  line {row.line}, {outcome}: {row.name or '(no name)'}: {why}")


def _known(typed: Pairs[str, str], columns: tuple[str, ...], kind: str) -> dict[str, str]:
    """What was typed about columns. Raises UnacceptableError for what there is not."""
    for column, code in typed.items():
        if column not in columns:
            raise UnacceptableError("There is no column “%(column)s” in the file.", column=column)
        if code and code not in targets(kind):
            known = ", ".join(targets(kind))
            raise UnacceptableError("There is no field “%(code)s”. These are known: %(known)s", code=code, known=known)
    return dict(typed)


def _copied(file: Path, kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, kept)


def _bar(done: int, share: float | None) -> str:
    if share is None:
        return f"{done:,} rows"
    full = round(share * BAR)
    return f"[{'#' * full}{'.' * (BAR - full)}] {share:4.0%}  {done:,} rows"
