"""Read marks, noted together: a lobby of a thousand readers costs one transaction per moment, not a thousand."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from chat.events import CallsRead
from chat.model import ReadMark
from chat.unread import counted_for
from server.kernel.db import Database, UnitOfWork
from server.live import topics
from server.live.log import EventLog

# How long a mark waits for others. A reader does not wait for it, and their own pages know already.
GATHER_S = 0.2
# How long the end of a server waits for what is gathered and written: a database that is away must not keep it.
STOP_S = 5.0

Key = tuple[str, str]  # person id, channel id
_MARKS: Table = ReadMark.__table__  # type: ignore[assignment]


@dataclass
class ReadMarks:
    """Takes marks of many readers and writes them in one go."""

    database: Database
    log: EventLog
    _waiting: dict[Key, int] = field(default_factory=dict)
    _next: "asyncio.Task[Mapping[Key, int]] | None" = None
    _writing: "set[asyncio.Task[Mapping[Key, int]]]" = field(default_factory=set)

    async def read(self, person_id: str, channel_id: str, seq: int) -> int:
        """Note how far somebody has read; returns the mark, which never goes back and never beyond the channel's top.

        Raises what the database raises when it is away; the reader's next mark makes up for it.
        """
        key = (person_id, channel_id)
        self._waiting[key] = max(seq, self._waiting.get(key, 0))
        if self._next is None:
            self._next = asyncio.create_task(self._write_soon())
            self._writing.add(self._next)
            self._next.add_done_callback(self._written)
        return (await asyncio.shield(self._next))[key]

    async def stop(self) -> None:
        """Have written what was read in the last moment. Else it would come to a database that is closed already."""
        if self._writing:
            await asyncio.wait(self._writing, timeout=STOP_S)

    async def _write_soon(self) -> Mapping[Key, int]:
        await asyncio.sleep(GATHER_S)
        wanted, self._waiting, self._next = self._waiting, {}, None
        tops = await self.log.tops({topics.chat(channel) for _, channel in wanted})
        possible = {key: min(seq, tops[topics.chat(key[1])].seq) for key, seq in wanted.items()}
        async with self.database.write() as uow:
            return await mark(uow, possible)

    def _written(self, task: "asyncio.Task[Mapping[Key, int]]") -> None:
        """A failure is told to the readers that wait; when none does any more, it is nobody's."""
        self._writing.discard(task)
        if not task.cancelled():
            task.exception()


async def mark(uow: UnitOfWork, read: Mapping[Key, int]) -> Mapping[Key, int]:
    """Move marks forward; returns where they stand now. Tells whose number in the navigation changed."""
    before = await counted_for(uow.session, read.keys())
    await _raise(uow.session, read)
    if before:
        uow.emit(CallsRead(before))
    where = tuple_(ReadMark.person_id, ReadMark.channel_id).in_(list(read))
    marks = await uow.session.scalars(select(ReadMark).where(where))
    return {(each.person_id, each.channel_id): each.read_seq for each in marks}


async def begin(uow: UnitOfWork, person_id: str, channel_id: str, seq: int) -> None:
    """Count from here on what is unread, if somebody has not read the channel before."""
    await begin_all(uow, [person_id], channel_id, seq)


async def begin_all(uow: UnitOfWork, person_ids: Iterable[str], channel_id: str, seq: int) -> None:
    """The same for many people."""
    await _raise(uow.session, {(each, channel_id): seq for each in person_ids})


async def _raise(session: AsyncSession, read: Mapping[Key, int]) -> None:
    rows = [{"person_id": person, "channel_id": channel, "read_seq": seq} for (person, channel), seq in read.items()]
    if rows:
        in_order = sorted(rows, key=lambda row: (row["person_id"], row["channel_id"]))
        await session.execute(_RAISE[session.get_bind().dialect.name], in_order)


def _upsert(dialect: Any) -> Any:
    new = dialect.insert(_MARKS)
    return new.on_conflict_do_update(
        index_elements=[_MARKS.c.person_id, _MARKS.c.channel_id],
        set_={"read_seq": new.excluded.read_seq},
        where=_MARKS.c.read_seq < new.excluded.read_seq,
    )


# Made once: readers move their marks all the time.
_RAISE = {dialect.dialect.name: _upsert(dialect) for dialect in (sqlite, postgresql)}
