"""Files that rows of the database name: put before a row does, dropped once none does any more.

The same content has the same name, wherever it was uploaded: while one person takes a file away another may bring it
again. So a file's name is held from the look whether it is there until the commit of the row that names it, and from
the look whether a row names it until it is gone; only one of both happens at a time. On SQLite the one writer holds
them all; on PostgreSQL it is a lock for each name, for whatever workers share the data folder.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.kernel.db import Database, UnitOfWork
from server.kernel.files import Files
from server.kernel.jobs import Jobs

DROP_JOB = "files.drop"
# What the job was called while organisations and photos each dropped files of their own; such may still be waiting.
_EARLIER = ("directory.drop_files", "people.drop_photo")
# First half of the key of PostgreSQL's advisory lock; the second is the beginning of the name.
_LOCKS = 0x66_69_6C_65

# (session, name) -> whether a part still shows or hands out a file.
Uses = Callable[[AsyncSession, str], Awaitable[bool]]


class KeptFiles:
    """Asks every part before a file goes."""

    def __init__(self, database: Database, jobs: Jobs, files: Files) -> None:
        self._database = database
        self._files = files
        self._users: list[Uses] = []
        for job in (DROP_JOB, *_EARLIER):
            jobs.register(job, self._drop_all)

    def register(self, uses: Uses) -> None:
        """Add a part that has files. Called at the start."""
        self._users.append(uses)

    @asynccontextmanager
    async def keeping(self, contents: Mapping[str, bytes]) -> AsyncIterator[UnitOfWork]:
        """A unit of work that names files that were just put, given by name. What was dropped since is put again.

        When it comes to nothing the files go, unless something uses them.
        """
        try:
            async with self._database.write() as uow:
                await self._hold(uow, contents)
                for name, content in contents.items():
                    await self._files.put_back(name, content)
                yield uow
        except BaseException:
            async with self._database.write() as uow:
                drop(uow, *contents)
            raise

    async def used(self, session: AsyncSession, name: str, *, but: Uses) -> bool:
        """Whether any part besides one shows or hands out a file."""
        return any([await uses(session, name) for uses in self._users if uses is not but])

    async def _drop_all(self, payload: dict[str, Any]) -> None:
        for name in payload["names"]:
            async with self._database.write() as uow:
                await self._hold(uow, [name])
                if not any([await uses(uow.session, name) for uses in self._users]):
                    await self._files.delete(name)

    async def _hold(self, uow: UnitOfWork, names: Iterable[str]) -> None:
        """Let nobody else name or drop these until the commit. Always in one order, so that no two wait for another."""
        if not self._database.sqlite:
            for key in sorted({_key(name) for name in names}):
                await uow.session.execute(select(func.pg_advisory_xact_lock(_LOCKS, key)))


def drop(uow: UnitOfWork, *names: str | None) -> None:
    """Have files removed after the commit, those that nothing uses then."""
    if any(names):
        uow.enqueue(DROP_JOB, {"names": [name for name in names if name]})


def _key(name: str) -> int:
    """31 bits of the hash: two names with the same wait for one another, no more."""
    return int(name[:8], 16) >> 1
