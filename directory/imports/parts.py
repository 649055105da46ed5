"""What imports stand on besides the kernel, composed at the start."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from starlette.requests import HTTPConnection

from directory.imports import queries
from directory.imports.actions import FORGET_JOB, LEFT, RUN_JOB, SWEEP_JOB
from directory.imports.running import Runner
from server.kernel.parts import Kernel

# Seconds that a run may take in one go: a million rows on a slow machine, with room. It goes on after that, too.
RUN_LIMIT_S = 6 * 3600.0
# How soon a run that waits for another one is looked at again.
WAIT = timedelta(seconds=5)
# Where the files lie, below the data folder.
FOLDER = "imports"


@dataclass(frozen=True)
class Imports:
    """The parts."""

    kernel: Kernel
    runner: Runner

    @classmethod
    def build(cls, kernel: Kernel) -> Self:
        """Compose the parts; registers the jobs."""
        built = cls(kernel, Runner(kernel.database, kernel.settings.data))
        kernel.jobs.register(RUN_JOB, built._run, limit_s=RUN_LIMIT_S)
        kernel.jobs.register(FORGET_JOB, built._forget)
        kernel.jobs.register(SWEEP_JOB, built._sweep)
        return built

    @property
    def folder(self) -> Path:
        """Where files that were brought lie."""
        return self.kernel.settings.data / FOLDER

    async def _run(self, payload: dict[str, Any]) -> None:
        if not await self.runner.run(payload["run_id"]):
            async with self.kernel.database.write() as uow:
                uow.enqueue(RUN_JOB, payload, at=uow.clock.now() + WAIT)

    async def _forget(self, payload: dict[str, Any]) -> None:
        path = self.kernel.settings.data / payload["file"]
        await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _sweep(self, _payload: dict[str, Any]) -> None:
        """Remove files that no import has, and none is about to have."""
        before = self.kernel.clock.now() - LEFT
        old = await asyncio.to_thread(_older, self.folder, before.timestamp())
        async with self.kernel.database.read() as session:
            known = await queries.files(session)
        for path in old:
            if f"{FOLDER}/{path.name}" not in known:
                await asyncio.to_thread(path.unlink, missing_ok=True)


def _older(folder: Path, than: float) -> list[Path]:
    """The files that nobody has written to since."""
    return [each for each in folder.iterdir() if each.is_file() and each.stat().st_mtime < than]


def imports_of(connection: HTTPConnection) -> Imports:
    """The parts that serve this request."""
    imports: Imports = connection.app.state.imports
    return imports
