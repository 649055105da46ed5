"""Everything that is read about imports. Who may see them is decided by `policy`, for all of them alike."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from directory.imports.model import ImportBatch, ImportDuplicate, ImportRow, ImportRun
from directory.imports.runs import IMPORT, OUTCOMES, UNDO
from directory.organisations.model import Organisation, Saying
from people.model import Person


@dataclass(frozen=True)
class Listed:
    """A batch in the list: with its latest run and who brought it."""

    batch: ImportBatch
    run: ImportRun | None
    by_name: str


async def batch_of(session: AsyncSession, batch_id: str) -> ImportBatch | None:
    """A batch."""
    return await session.get(ImportBatch, batch_id)


async def batches(
    session: AsyncSession, limit: int = 50, before: str | None = None, partner_ids: Collection[str] | None = None
) -> list[Listed]:
    """The batches, the latest first; `before` is the id of the last one of the page before, `partner_ids` are the
    institutions whose batches are wanted (None: all)."""
    each = aliased(ImportRun)
    newest = select(func.max(each.id)).where(each.batch_id == ImportBatch.id).correlate(ImportBatch).scalar_subquery()
    query = (
        select(ImportBatch, ImportRun, Person.name)
        .select_from(ImportBatch)
        .outerjoin(ImportRun, ImportRun.id == newest)
        .outerjoin(Person, Person.id == ImportBatch.by_id)
        .order_by(ImportBatch.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(ImportBatch.id < before)
    if partner_ids is not None:
        query = query.where(ImportBatch.partner_id.in_(partner_ids))
    return [Listed(batch, run, name or "") for batch, run, name in await session.execute(query)]


async def files(session: AsyncSession) -> set[str]:
    """The files of all batches, below the data folder."""
    return set(await session.scalars(select(ImportBatch.file)))


async def sources(
    session: AsyncSession, partner_ids: Collection[str], *, everywhere: bool, limit: int = 50
) -> list[str]:
    """The names of sources that were brought for these institutions, and, `everywhere`, for none, to choose from."""
    query = select(ImportBatch.source).distinct().order_by(ImportBatch.source).limit(limit)
    theirs = ImportBatch.partner_id.in_(partner_ids)
    query = query.where(or_(theirs, ImportBatch.partner_id.is_(None)) if everywhere else theirs)
    return list(await session.scalars(query))


async def used_by_others(session: AsyncSession, source: str, partner_id: str) -> bool:
    """Whether somebody other than this institution has brought anything under this name."""
    brought = select(ImportBatch.id).where(ImportBatch.source == source)
    ours = brought.where(ImportBatch.partner_id == partner_id)
    if await session.scalar(brought.where(ImportBatch.partner_id.is_distinct_from(partner_id)).limit(1)) is not None:
        return True
    if await session.scalar(ours.limit(1)) is not None:
        return False
    return await _keeps(session, source)


async def uses(session: AsyncSession, source: str) -> bool:
    """Whether anything was brought under this name, or is about to be."""
    batch = select(ImportBatch.id).where(ImportBatch.source == source).limit(1)
    return await session.scalar(batch) is not None or await _keeps(session, source)


async def _keeps(session: AsyncSession, source: str) -> bool:
    """Whether a source keeps an organisation, alone or with others."""
    alone = select(Organisation.id).where(Organisation.source == source)
    shared = select(Saying.organisation_id).where(Saying.source == source)
    return any([await session.scalar(each.limit(1)) is not None for each in (alone, shared)])


async def runs_of(session: AsyncSession, batch_id: str) -> Sequence[ImportRun]:
    """A batch's runs, the latest first."""
    query = select(ImportRun).where(ImportRun.batch_id == batch_id).order_by(ImportRun.id.desc())
    return (await session.scalars(query)).all()


async def latest_run(session: AsyncSession, batch_id: str) -> ImportRun | None:
    """A batch's latest run."""
    query = select(ImportRun).where(ImportRun.batch_id == batch_id).order_by(ImportRun.id.desc()).limit(1)
    return await session.scalar(query)


async def hold(session: AsyncSession, batch_id: str) -> None:
    """Let nobody else decide about a batch, or begin a run over it, before this transaction has ended. Runs that are at
    work go on."""
    query = select(ImportBatch.id).where(ImportBatch.id == batch_id)
    await session.execute(query.with_for_update(key_share=True))


async def taken_back(session: AsyncSession, batch_id: str) -> bool:
    """Whether a batch is being taken back, or has been: its open questions would bring back what has gone."""
    run = await latest_run(session, batch_id)
    return run is not None and run.what == UNDO and run.stopped_at is None


async def imported(session: AsyncSession, batch_id: str) -> bool:
    """Whether what a batch brought is in the directory: imported, at least in part, and not undone to the end."""
    query = select(ImportRun.what).where(ImportRun.batch_id == batch_id, ImportRun.what.in_((IMPORT, UNDO)))
    done = or_(ImportRun.what == IMPORT, ImportRun.stopped_at.is_(None) & ImportRun.ended_at.is_not(None))
    query = query.where(ImportRun.rows > 0, done).order_by(ImportRun.id.desc()).limit(1)
    return await session.scalar(query) == IMPORT


async def later_import(session: AsyncSession, batch: ImportBatch) -> ImportBatch | None:
    """A later batch of the same source and kind that is in the directory."""
    query = select(ImportBatch).where(ImportBatch.source == batch.source, ImportBatch.kind == batch.kind)
    for later in await session.scalars(query.where(ImportBatch.id > batch.id).order_by(ImportBatch.id)):
        if await imported(session, later.id):
            return later
    return None


async def another_at_work(session: AsyncSession, run: ImportRun) -> ImportBatch | None:
    """The batch for which a run has to wait, if there is one."""
    query = select(ImportBatch).join(ImportRun, ImportRun.batch_id == ImportBatch.id)
    return await session.scalar(query.where(ImportRun.working.is_not(None), ImportRun.id != run.id))


async def rows_of(
    session: AsyncSession, batch_id: str, outcome: str = "", *, after: int = 0, limit: int = 100
) -> Sequence[ImportRow]:
    """A page of the report: rows of one outcome, or of all, behind a number."""
    query = select(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.number > after)
    if outcome:
        query = query.where(ImportRow.outcome == outcome)
    return (await session.scalars(query.order_by(ImportRow.number).limit(limit))).all()


async def counts_of(session: AsyncSession, batch_id: str) -> dict[str, int]:
    """How many rows of the report have which outcome now: what was decided since is in it."""
    query = select(ImportRow.outcome, func.count()).where(ImportRow.batch_id == batch_id).group_by(ImportRow.outcome)
    return dict.fromkeys(OUTCOMES, 0) | {outcome: count for outcome, count in await session.execute(query)}


async def open_questions(session: AsyncSession, batch_id: str) -> int:
    """How many duplicates of a batch wait for a decision; none once it is taken back."""
    if await taken_back(session, batch_id):
        return 0
    query = select(func.count()).select_from(ImportDuplicate)
    query = query.where(ImportDuplicate.batch_id == batch_id, ImportDuplicate.decided_at.is_(None))
    return await session.scalar(query) or 0
