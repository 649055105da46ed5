"""What people do with imports: bring a file, say how it is taken, have it tried, imported, stopped, undone."""

from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, update

from directory.imports import queries
from directory.imports.beside import Look
from directory.imports.mapping.plan import Mapping, checked
from directory.imports.model import ImportBatch, ImportDuplicate, ImportMapping, ImportName, ImportRow, ImportRun
from directory.imports.reading.row import Source
from directory.imports.runs import COUNTS, IMPORT, TRIAL, UNDO
from directory.organisations.licences import SERVERS
from directory.partners import actions as partners
from directory.partners.queries import keeper_of
from people.text import UnacceptableError, one_line
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from web.i18n import N_

RUN_JOB = "imports.run"
FORGET_JOB = "imports.forget"
SWEEP_JOB = "imports.sweep"
# A file that no import has for this long was left by a server that ended in the middle of taking it in.
LEFT = timedelta(days=1)
# Characters.
SOURCE_MOST, FILE_NAME_MOST = 60, 200
# Of the first rows, kept to be shown beside the mapping.
ROWS_SHOWN, CELL_SHOWN = 12, 300


async def bring(
    uow: UnitOfWork,
    look: Look,
    *,
    source: str,
    file: str,
    file_name: str,
    size: int,
    by_id: str | None,
    partner_id: str | None = None,
) -> ImportBatch:
    """Keep a file that was looked at, with the mapping of the source's last file where it has the same columns.

    Raises UnacceptableError for a source that is somebody else's.
    """
    await _take_source(uow, source, partner_id, by_id=by_id)
    mapping = look.mapping
    last = await uow.session.get(ImportMapping, (source, mapping.kind))
    if last is not None and (known := Mapping.of(last.mapping)).columns.keys() <= set(look.source.columns):
        mapping = known
    batch = ImportBatch(
        id=new_id(),
        kind=mapping.kind,
        source=source,
        file_name=file_name[:FILE_NAME_MOST],
        file=file,
        bytes=size,
        reading=_reading(look),
        mapping=mapping.stored(),
        created_at=uow.clock.now(),
        partner_id=partner_id,
        by_id=by_id,
    )
    uow.session.add(batch)
    day = (uow.clock.now() + LEFT).date()
    uow.enqueue(SWEEP_JOB, {}, at=uow.clock.now() + LEFT, key=f"{SWEEP_JOB}:{day}")
    return batch


async def take_as(uow: UnitOfWork, batch: ImportBatch, mapping: Mapping, *, by_id: str | None) -> None:
    """Say how the columns are taken, for this file and the source's next one. Raises UnacceptableError."""
    sound = checked(mapping, Source.of(batch.reading).columns)
    await _check_free(uow, batch)
    batch.mapping, batch.kind = sound.stored(), sound.kind
    saved = ImportMapping(
        source=batch.source, kind=sound.kind, mapping=sound.stored(), saved_at=uow.clock.now(), by_id=by_id
    )
    await uow.session.merge(saved)


async def read_as(uow: UnitOfWork, batch: ImportBatch, look: Look) -> None:
    """Read the file in another way: another sheet, or as another kind of records. Raises UnacceptableError."""
    await _check_free(uow, batch)
    batch.reading, batch.mapping, batch.kind = _reading(look), look.mapping.stored(), look.mapping.kind


async def ask_for(uow: UnitOfWork, batch: ImportBatch, what: str, *, by_id: str | None) -> ImportRun:
    """Have a batch tried, imported or undone in the background. Raises UnacceptableError when it is not its turn."""
    await _check_free(uow, batch)
    if what in (TRIAL, IMPORT):
        checked(Mapping.of(batch.mapping), Source.of(batch.reading).columns)
    if what == IMPORT:
        await _take_source(uow, batch.source, batch.partner_id, by_id=by_id)
    await _check_turn(uow, batch, what)
    counts: dict[str, Any] = dict.fromkeys((*COUNTS, "line"), 0)
    run = ImportRun(id=new_id(), batch_id=batch.id, what=what, asked_at=uow.clock.now(), by_id=by_id, **counts)
    uow.session.add(run)
    return run


def start(uow: UnitOfWork, run: ImportRun) -> None:
    """Have a worker do a run."""
    uow.enqueue(RUN_JOB, {"run_id": run.id})


async def stop(uow: UnitOfWork, batch: ImportBatch, *, by_id: str | None) -> bool:
    """Have a batch's run stop behind its next chunk; one that has not begun ends at once. False: there is none."""
    now = uow.clock.now()
    running = update(ImportRun).where(ImportRun.batch_id == batch.id, ImportRun.ended_at.is_(None))
    stopped = running.where(ImportRun.stopped_at.is_(None)).values(stopped_at=now, stopped_by_id=by_id)
    found = (await uow.session.execute(stopped.returning(ImportRun.id))).first()
    await uow.session.execute(running.where(ImportRun.working.is_(None)).values(ended_at=now))
    return found is not None


async def forget(uow: UnitOfWork, batch: ImportBatch) -> None:
    """Remove a batch that changed nothing, with its file, and with the name of its source where an institution has
    brought nothing else under it. Raises UnacceptableError for others."""
    await _check_free(uow, batch)
    if any(run.what == IMPORT for run in await queries.runs_of(uow.session, batch.id)):
        raise UnacceptableError(N_("This import is part of the directory's history. It can be undone, not forgotten."))
    for table in (ImportName, ImportRow, ImportDuplicate, ImportRun):
        await uow.session.execute(delete(table).where(table.batch_id == batch.id))
    await uow.session.delete(batch)
    await uow.session.flush()
    uow.enqueue(FORGET_JOB, {"file": batch.file})
    if batch.partner_id is not None and not await queries.uses(uow.session, batch.source):
        await partners.give_up_source(uow, batch.partner_id, batch.source)


async def carry(uow: UnitOfWork, from_id: str, into_id: str) -> None:
    """Let the imports of one institution be another one's, where two organisations become one, and ask of the other one
    whether a row is it."""
    theirs = update(ImportBatch).where(ImportBatch.partner_id == from_id)
    await uow.session.execute(theirs.values(partner_id=into_id))
    asked = update(ImportDuplicate).where(ImportDuplicate.organisation_id == from_id)
    await uow.session.execute(asked.values(organisation_id=into_id))


def source_of(text: str, file_name: str, institution: str = "", kept: Collection[str] = ()) -> str:
    """The name of a source as it was typed, else of its file without ending and digits, so that the next one of the
    same kind has it, too. A new one of an `institution` (its slug) begins with it, so that readers see whose it is; one
    that it has `kept` already goes on, also where it came from another institution that is a part of this one now.

    Raises UnacceptableError.
    """
    if text.strip() in kept:
        return text.strip()
    own = f"{institution}: " if institution else ""
    name = _named(text.strip().removeprefix(own), file_name)
    same = [each for each in kept if each.partition(": ")[2] == name]
    return same[0] if same and own + name not in kept else own + name


def _named(text: str, file_name: str) -> str:
    clean = one_line(SOURCE_MOST)(text) if text.strip() else ""
    if clean.casefold().startswith(SERVERS):
        raise UnacceptableError(N_("Names that begin with “fairmatch:” belong to connected servers."))
    stem = Path(file_name).stem.rstrip("0123456789-_. ()")[:SOURCE_MOST]
    return clean or one_line(SOURCE_MOST)(stem) or "import"


def _reading(look: Look) -> dict[str, Any]:
    sample = [[row.line, [cell[:CELL_SHOWN] for cell in row.cells]] for row in look.rows if not row.problem]
    return look.source.stored() | {"sample": sample[:ROWS_SHOWN]}


async def _take_source(uow: UnitOfWork, source: str, partner_id: str | None, *, by_id: str | None) -> None:
    """Be sure that a source is theirs for whom is imported: what an institution brings first under a name that nobody
    has used is its own from then on, and nobody else brings anything under it. Raises UnacceptableError."""
    if partner_id is not None and not await queries.used_by_others(uow.session, source, partner_id):
        try:
            await partners.keep_source(uow, partner_id, source, by_id=by_id)
        except partners.RefusedError:
            raise UnacceptableError(N_("The institution for which this was brought is no partner any more.")) from None
    if await keeper_of(uow.session, source) != partner_id:
        raise UnacceptableError(
            N_("Somebody else brings records as “%(source)s”. Please choose another name."), source=source
        )


async def _check_free(uow: UnitOfWork, batch: ImportBatch) -> None:
    """Nothing of a batch changes while a run is at work with it."""
    await queries.hold(uow.session, batch.id)
    run = await queries.latest_run(uow.session, batch.id)
    if run is not None and run.ended_at is None:
        raise UnacceptableError(N_("This file is being worked on. Stop it first, or wait for its end."))


async def _check_turn(uow: UnitOfWork, batch: ImportBatch, what: str) -> None:
    state = await queries.imported(uow.session, batch.id)
    if what in (TRIAL, IMPORT) and state:
        raise UnacceptableError(N_("This file is imported already. Undo that first, or bring the file again."))
    if what != UNDO:
        return
    if not state:
        raise UnacceptableError(N_("There is nothing to undo."))
    later = await queries.later_import(uow.session, batch)
    if later is not None:
        raise UnacceptableError(
            N_("“%(file)s” of the same source was imported later. Undo that one first."), file=later.file_name
        )
