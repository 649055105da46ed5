"""Every SQL statement of the log. What writes is prepared, and runs in a transaction of the caller's."""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import BigInteger, Select, Table, and_, bindparam, cast, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from server.kernel.asked import asked
from server.kernel.prepared import CoreTransaction, Prepared, Transaction
from server.live.entries import NEVER, Event, Key, Row, Top
from server.live.model import CounterRow, EventRow

_COUNTERS: Table = CounterRow.__table__  # type: ignore[assignment]
_EVENTS: Table = EventRow.__table__  # type: ignore[assignment]
_EVENT_COLUMNS = (
    _EVENTS.c.channel, _EVENTS.c.seq, _EVENTS.c.sender, _EVENTS.c.cid, _EVENTS.c.kind, _EVENTS.c.data, _EVENTS.c.at
)  # fmt: skip
DATABASE = ""  # the counter that keeps the epoch of the database itself
_EVENT_NAMES = tuple(column.name for column in _EVENT_COLUMNS)
_attributes = attrgetter("channel", "seq", "sender", "cid", "kind", "json", "at")


def _of_channels() -> Select[str, int, str]:
    names = asked("channel")
    return select(_COUNTERS.c.channel, _COUNTERS.c.seq, _COUNTERS.c.epoch).join(
        names, names.c.channel == _COUNTERS.c.channel
    )


def _elsewhere() -> Select[str, int, str]:
    """Channels that do not stand where they are said to. One without a counter stands where `tops` says."""
    said = asked("channel", "seq", "epoch")
    of_all = select(_COUNTERS.c.epoch).where(_COUNTERS.c.channel == DATABASE).scalar_subquery()
    seq = func.coalesce(_COUNTERS.c.seq, 0)
    epoch = func.coalesce(_COUNTERS.c.epoch, of_all, NEVER.epoch)
    return (
        select(said.c.channel, seq, epoch)
        .outerjoin(_COUNTERS, _COUNTERS.c.channel == said.c.channel)
        .where(or_(seq != cast(said.c.seq, BigInteger), epoch != said.c.epoch))
    )


def _of_keys() -> Select[*tuple[Any, ...]]:
    names = ("channel", "sender", "cid")
    keys = asked(*names)
    return select(*_EVENT_COLUMNS).join(keys, and_(*(_EVENTS.c[name] == keys.c[name] for name in names)))


_TOPS = _of_channels()
_ELSEWHERE = _elsewhere()
# Always in the same order, so that two transactions never wait for each other. SQLite knows no FOR UPDATE: there the
# whole transaction is the lock.
_LOCK = Prepared(_TOPS.order_by(_COUNTERS.c.channel).with_for_update(of=_COUNTERS))
_REPEATS = Prepared(_of_keys())
_INSERT = Prepared(insert(_EVENTS))
_RAISE = Prepared(
    update(_COUNTERS).where(_COUNTERS.c.channel == bindparam("at_channel")).values(seq=bindparam("to_seq"))
)
_EPOCH = Prepared(select(_COUNTERS.c.epoch).where(_COUNTERS.c.channel == bindparam("at_channel")))
_NEW_EPOCH = Prepared(update(_COUNTERS).values(epoch=bindparam("new_epoch")))
_CREATE = {
    dialect.dialect.name: Prepared(dialect.insert(_COUNTERS).on_conflict_do_nothing())
    for dialect in (sqlite, postgresql)
}
_SINCE = (
    select(*_EVENT_COLUMNS)
    .where(_EVENTS.c.channel == bindparam("in_channel"), _EVENTS.c.seq > bindparam("after"))
    .order_by(_EVENTS.c.seq)
    .limit(bindparam("most"))
)


def lock(transaction: Transaction, channels: Collection[str]) -> dict[str, Top]:
    """Lock the counters of these channels, and make those that are missing."""
    found = _locked(transaction, channels)
    missing = [name for name in channels if name not in found]
    if not missing:
        return found
    epoch = begin(transaction)
    _create(transaction, sorted(missing), epoch)
    return found | _locked(transaction, missing)


def _locked(transaction: Transaction, channels: Collection[str]) -> dict[str, Top]:
    rows = transaction.rows(_LOCK, {"asked": [(each,) for each in channels]})
    return {channel: Top(seq, epoch) for channel, seq, epoch in rows}


def begin(transaction: Transaction) -> str:
    """The epoch of this database, made with the first need of it: every new channel begins in it."""
    found = transaction.rows(_EPOCH, {"at_channel": DATABASE})
    if not found:
        _create(transaction, [DATABASE], secrets.token_hex(4))
        found = transaction.rows(_EPOCH, {"at_channel": DATABASE})
    return str(found[0][0])


def _create(transaction: Transaction, channels: Iterable[str], epoch: str) -> None:
    rows = [{"channel": name, "seq": 0, "epoch": epoch} for name in channels]
    transaction.many(_CREATE[transaction.dialect.name], rows)


async def begin_again(session: AsyncSession) -> None:
    """A new epoch for everything, after a restore or an import: no position of before means anything now."""

    def renew(transaction: Transaction) -> None:
        begin(transaction)
        transaction.many(_NEW_EPOCH, [{"new_epoch": secrets.token_hex(4)}])

    connection = await session.connection()
    await connection.run_sync(lambda each: renew(CoreTransaction(each)))


def repeats(transaction: Transaction, keys: Collection[Key]) -> dict[Key, Event]:
    """Of these (channel, sender, cid), the events that exist already."""
    if not keys:
        return {}
    found = (Event(*row) for row in transaction.rows(_REPEATS, {"asked": keys}))
    return {(event.channel, event.sender, event.cid or ""): event for event in found}


def write(transaction: Transaction, events: Sequence[Event]) -> None:
    """Insert events in one go."""
    transaction.many(_INSERT, [dict(zip(_EVENT_NAMES, _attributes(event), strict=True)) for event in events])


def advance(transaction: Transaction, tops: Iterable[tuple[str, int]]) -> None:
    """Note how far channels have come."""
    transaction.many(_RAISE, [{"at_channel": channel, "to_seq": seq} for channel, seq in tops])


def write_rows(transaction: Transaction, rows: Sequence[Row]) -> None:
    """Insert a feature's rows, one statement per table and set of columns, in the order of their first row."""
    alike: dict[Prepared, list[Mapping[str, Any]]] = {}
    for table, values in rows:
        alike.setdefault(_insert(table, tuple(values)), []).append(values)
    for statement, many in alike.items():
        transaction.many(statement, many)


@cache
def _insert(table: Any, columns: tuple[str, ...]) -> Prepared:
    return Prepared(insert(table), columns)


async def since(session: AsyncSession, channel: str, position: int, limit: int) -> list[Event]:
    """The events after a position, in order."""
    found = await session.execute(_SINCE, {"in_channel": channel, "after": position, "most": limit})
    return [Event(*row) for row in found]


async def tops(session: AsyncSession, channels: Collection[str]) -> dict[str, Top]:
    """How far these channels have come. One that never had an event stands at 0, in the epoch of the database."""
    rows = await session.execute(_TOPS, {"asked": [(each,) for each in (DATABASE, *channels)]})
    found = {DATABASE: NEVER} | {channel: Top(seq, epoch) for channel, seq, epoch in rows}
    return {channel: found.get(channel, found[DATABASE]) for channel in channels}


async def elsewhere(session: AsyncSession, known: Mapping[str, Top]) -> dict[str, Top]:
    """Of these channels those that stand elsewhere than is known, and where: mostly none of many."""
    rows = await session.execute(
        _ELSEWHERE, {"asked": [(name, str(top.seq), top.epoch) for name, top in known.items()]}
    )
    return {channel: Top(seq, epoch) for channel, seq, epoch in rows}
