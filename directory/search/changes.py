"""How a part tells the index that something changed whose row cannot say so itself."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from directory.search.documents import Kind, Mark
from directory.search.model import SearchChange
from server.kernel.db import UnitOfWork

# Rows that one statement takes: SQLite and PostgreSQL both allow far more values.
_AT_ONCE = 500


async def touched(uow: UnitOfWork, kind: Kind, ids: Collection[str]) -> None:
    """Have these things looked at again by the index, after this commit. Needed for what is deleted without a trace,
    and for rows without `updated_at`; harmless for others."""
    now, known = uow.clock.now(), sorted(set(ids))
    for start in range(0, len(known), _AT_ONCE):
        some = known[start : start + _AT_ONCE]
        await uow.session.execute(delete(SearchChange).where(SearchChange.kind == kind, SearchChange.id.in_(some)))
        await uow.session.execute(insert(SearchChange), [{"kind": kind, "id": id_, "at": now} for id_ in some])


async def made(
    session: AsyncSession,
    at: InstrumentedAttribute[datetime],
    id_: InstrumentedAttribute[str],
    after: Mark | None,
    limit: int,
) -> Sequence[Mark]:
    """Rows in the order of their making, after a mark: for a source whose later changes are `touched`."""
    query = select(at, id_).order_by(at, id_).limit(limit)
    if after is not None:
        query = query.where(or_(at > after.at, (at == after.at) & (id_ > after.id)))
    return [Mark(*row) for row in await session.execute(query)]


async def touches(session: AsyncSession, kind: Kind, after: Mark | None, limit: int) -> Sequence[Mark]:
    """What was touched of a kind, in order, after a mark."""
    query = select(SearchChange.at, SearchChange.id).where(SearchChange.kind == kind)
    if after is not None:
        later = SearchChange.at > after.at
        query = query.where(or_(later, (SearchChange.at == after.at) & (SearchChange.id > after.id)))
    rows = await session.execute(query.order_by(SearchChange.at, SearchChange.id).limit(limit))
    return [Mark(row.at, row.id) for row in rows]
