"""How a part tells the index that something changed whose row cannot say so itself."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, delete, insert, select, tuple_
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


async def rows_after(
    session: AsyncSession,
    at: InstrumentedAttribute[datetime],
    id_: InstrumentedAttribute[str],
    after: Mark | None,
    limit: int,
) -> Sequence[Mark]:
    """Rows in the order of a moment of theirs, after a mark: of their change, or of their making where what changes
    later is `touched`."""
    return await _marks(session, _in_order(at, id_, is_first=after is None), after, limit)


async def touches(session: AsyncSession, kind: Kind, after: Mark | None, limit: int) -> Sequence[Mark]:
    """What was touched of a kind, in order, after a mark."""
    return await _marks(session, _FIRST_TOUCHES if after is None else _TOUCHES, after, limit, kind=kind)


async def _marks(
    session: AsyncSession, statement: Select[datetime, str], after: Mark | None, limit: int, **given: str
) -> Sequence[Mark]:
    given_mark = {"mark_at": after.at, "mark_id": after.id} if after else {}
    return [Mark(*row) for row in await session.execute(statement, {"most": limit, **given_mark, **given})]


@cache
def _in_order(
    at: InstrumentedAttribute[datetime], id_: InstrumentedAttribute[str], *, is_first: bool
) -> Select[datetime, str]:
    """Put together once: it is asked every other second, for as long as the server runs."""
    query = select(at, id_).order_by(at, id_).limit(bindparam("most"))
    if is_first:
        return query
    mark_at, mark_id = bindparam("mark_at", type_=at.type), bindparam("mark_id", type_=id_.type)
    return query.where(tuple_(at, id_) > tuple_(mark_at, mark_id))  # as a pair: both databases begin at it in the index


def _touches(*, is_first: bool) -> Select[datetime, str]:
    return _in_order(SearchChange.at, SearchChange.id, is_first=is_first).where(SearchChange.kind == bindparam("kind"))


_FIRST_TOUCHES, _TOUCHES = _touches(is_first=True), _touches(is_first=False)
