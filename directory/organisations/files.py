"""The files of organisations and their products: removed when nothing uses them any more."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from server.kernel.db import UnitOfWork
from server.kernel.parts import Kernel

DROP_JOB = "directory.drop_files"

# (session, name) -> whether a part still shows or hands out a file.
Uses = Callable[[AsyncSession, str], Awaitable[bool]]


class Files:
    """Asks every part before a file goes: the same content has the same name, wherever it was uploaded."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._users: list[Uses] = []
        kernel.jobs.register(DROP_JOB, self._drop)

    def register(self, uses: Uses) -> None:
        """Add a part that has files. Called at the start."""
        self._users.append(uses)

    async def _drop(self, payload: dict[str, Any]) -> None:
        for name in payload["names"]:
            async with self._kernel.database.read() as session:
                used = [await uses(session, name) for uses in self._users]
            if not any(used):
                await self._kernel.files.delete(name)


@asynccontextmanager
async def keeping(kernel: Kernel, *names: str) -> AsyncIterator[UnitOfWork]:
    """A unit of work for files that were just put. When it comes to nothing they go, unless something uses them."""
    try:
        async with kernel.database.write() as uow:
            yield uow
    except BaseException:
        async with kernel.database.write() as uow:
            drop(uow, *names)
        raise


def drop(uow: UnitOfWork, *names: str | None) -> None:
    """Have files removed after the commit, those that nothing uses then."""
    if any(names):
        uow.enqueue(DROP_JOB, {"names": [name for name in names if name]})
