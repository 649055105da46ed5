"""Every SQL statement of the log. Callers hold a transaction."""

import secrets
from collections.abc import Collection, Iterable, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from server.live.entries import NEVER, Event, Row, Top
from server.live.model import CounterRow, EventRow

_COUNTERS: Table = CounterRow.__table__  # type: ignore[assignment]
_EVENTS: Table = EventRow.__table__  # type: ignore[assignment]
_EVENT_COLUMNS = (
    _EVENTS.c.channel, _EVENTS.c.seq, _EVENTS.c.sender, _EVENTS.c.cid, _EVENTS.c.kind, _EVENTS.c.data, _EVENTS.c.at
)  # fmt: skip
_EVENT_NAMES = tuple(column.name for column in _EVENT_COLUMNS)
_attributes = attrgetter("channel", "seq", "sender", "cid", "kind", "json", "at")
_RAISE = update(_COUNTERS).where(_COUNTERS.c.channel == bindparam("at_channel")).values(seq=bindparam("to_seq"))
DATABASE = ""  # the counter that keeps the epoch of the database itself
_CHUNK = 500  # names per query, below the number of parameters that any database takes


async def lock(session: AsyncSession, channels: Collection[str]) -> dict[str, Top]:
    """Lock the counters of these channels, always in the same order, and make those that are missing."""
    wanted = sorted(channels)
    found = await _locked(session, wanted)
    missing = [name for name in wanted if name not in found]
    if not missing:
        return found
    await _create(session, missing)
    return found | await _locked(session, missing)


async def _locked(session: AsyncSession, channels: Sequence[str]) -> dict[str, Top]:
    query = select(_COUNTERS).where(_COUNTERS.c.channel.in_(channels)).order_by(_COUNTERS.c.channel).with_for_update()
    rows = await session.execute(query)  # on SQLite there is no FOR UPDATE: the whole transaction is the lock
    return {channel: Top(seq, epoch) for channel, seq, epoch in rows}


async def _create(session: AsyncSession, channels: Iterable[str]) -> None:
    epoch = await begin(session)
    await _insert_missing(session, [{"channel": name, "seq": 0, "epoch": epoch} for name in channels])


async def begin(session: AsyncSession) -> str:
    """The epoch of this database, made with the first need of it: every new channel begins in it."""
    query = select(_COUNTERS.c.epoch).where(_COUNTERS.c.channel == DATABASE)
    if epoch := await session.scalar(query):
        return str(epoch)
    await _insert_missing(session, [{"channel": DATABASE, "seq": 0, "epoch": secrets.token_hex(4)}])
    return str(await session.scalar(query))


async def begin_again(session: AsyncSession) -> None:
    """A new epoch for everything, after a restore or an import: no position of before means anything now."""
    await begin(session)
    await session.execute(update(_COUNTERS).values(epoch=secrets.token_hex(4)))


async def _insert_missing(session: AsyncSession, counters: Sequence[dict[str, Any]]) -> None:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    await session.execute(dialect.insert(_COUNTERS).on_conflict_do_nothing(), counters)


async def repeats(session: AsyncSession, keys: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], Event]:
    """Of these (channel, sender, cid), the events that exist already."""
    if not keys:
        return {}
    identity = tuple_(_EVENTS.c.channel, _EVENTS.c.sender, _EVENTS.c.cid)
    rows = await session.execute(select(*_EVENT_COLUMNS).where(identity.in_(keys)))
    found = (Event(*row) for row in rows)
    return {(event.channel, event.sender, event.cid or ""): event for event in found}


async def write(session: AsyncSession, events: Sequence[Event]) -> None:
    """Insert events in one go."""
    values = [dict(zip(_EVENT_NAMES, _attributes(event), strict=True)) for event in events]
    await session.execute(insert(_EVENTS), values)


async def advance(session: AsyncSession, tops: Iterable[tuple[str, int]]) -> None:
    """Note how far channels have come."""
    connection = await session.connection()
    await connection.execute(_RAISE, [{"at_channel": channel, "to_seq": seq} for channel, seq in tops])


async def write_rows(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Insert a feature's rows, one statement per table, the tables in the order of their first row."""
    by_table: dict[Any, list[dict[str, Any]]] = {}
    for table, values in rows:
        by_table.setdefault(table, []).append(dict(values))
    for table, many in by_table.items():
        await session.execute(insert(table), many)


async def since(session: AsyncSession, channel: str, position: int, limit: int) -> list[Event]:
    """The events after a position, in order."""
    query = (
        select(*_EVENT_COLUMNS)
        .where(_EVENTS.c.channel == channel, _EVENTS.c.seq > position)
        .order_by(_EVENTS.c.seq)
        .limit(limit)
    )
    return [Event(*row) for row in await session.execute(query)]


async def tops(session: AsyncSession, channels: Sequence[str]) -> dict[str, Top]:
    """How far these channels have come. One that never had an event stands at 0, in the epoch of the database."""
    found = {DATABASE: NEVER}
    for at in range(0, len(channels), _CHUNK):
        query = select(_COUNTERS).where(_COUNTERS.c.channel.in_([DATABASE, *channels[at : at + _CHUNK]]))
        found |= {channel: Top(seq, epoch) for channel, seq, epoch in await session.execute(query)}
    return {channel: found.get(channel, found[DATABASE]) for channel in channels}
