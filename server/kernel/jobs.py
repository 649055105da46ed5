"""Background jobs: what is enqueued in a unit of work is done after its commit, at least once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from sqlalchemy import delete, select

from server.kernel.db import Database
from server.kernel.outbox import OutboxRow

Handler = Callable[[dict[str, Any]], Awaitable[None]]

SWEEP_S = 1.0

log = structlog.get_logger(__name__)


class Jobs:
    """Handlers by name, and the loop that does what is due."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._handlers: dict[str, Handler] = {}
        self._task: asyncio.Task[None] | None = None

    def register(self, name: str, handler: Handler) -> None:
        """Have `handler` do the jobs of this name. It may be called again for the same job."""
        self._handlers[name] = handler

    async def start(self) -> None:
        """Begin to do what is due."""
        self._task = asyncio.create_task(self._sweep_on())

    async def stop(self) -> None:
        """Finish what is being done, and stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def run_due(self) -> int:
        """Do everything that is due now; the number of jobs done. For tests and the sweep."""
        async with self.database.read() as session:
            due = select(OutboxRow).where(OutboxRow.due_at <= self.database.clock.now()).order_by(OutboxRow.id)
            rows = list(await session.scalars(due.limit(100)))
        for row in rows:
            await self._handlers[row.job](row.payload)
            async with self.database.write() as work:
                await work.session.execute(delete(OutboxRow).where(OutboxRow.id == row.id))
        return len(rows)

    async def _sweep_on(self) -> None:
        while True:
            try:
                await self.run_due()
            except Exception:
                log.exception("jobs_sweep_failed")
            await asyncio.sleep(SWEEP_S)
