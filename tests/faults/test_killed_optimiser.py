"""A worker is killed while the optimiser works beside it: another one goes on, and nothing is left over."""

import asyncio
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from matching.plans.model import Kind
from meetings.timetable import runs, wishes
from meetings.timetable.model import TimetableEntry, TimetableRun
from meetings.timetable.wishes import Line
from people.model import Person
from server.kernel.clock import FrozenClock
from server.kernel.jobs import LEASE_S
from server.kernel.settings import Settings
from tests.kernel_fixtures import started
from tests.meetings.scene import scene
from tests.support.backend import Backend

# For each way to a timetable: how many guests there are, what is wished, and of whom: so many places further on.
WAYS = {"wishes": (60, Kind.LIKE, (1, 2, 7)), "given": (12, Kind.MUST, (1,))}
# The worker begins a timetable, and is gone at the first word of the optimiser, when that was written down.
WORKER = """
import asyncio, os, sys
from functools import partial
from datetime import datetime
from pathlib import Path
from fairs import queries
from meetings.timetable import runs
from server.app import create_app, create_kernel
from server.kernel.clock import FrozenClock
from server.kernel.settings import Settings

noted, running = runs._noted, runs.running
optimisers = []

async def note_and_die(meetings, run_id, line):
    await noted(meetings, run_id, line)
    Path(sys.argv[1]).write_text(f"{optimisers[0]} {line['final']}")
    os.kill(os.getpid(), 9)

def remembered(job):
    class Run:
        def __init__(self): self.inner = running(job)
        async def __aenter__(self):
            run = await self.inner.__aenter__()
            optimisers.append(run.pid)
            return run
        async def __aexit__(self, *what): return await self.inner.__aexit__(*what)
    return Run()

async def main():
    settings = Settings(_env_file=None)
    kernel = create_kernel(settings, FrozenClock(datetime.fromisoformat(sys.argv[2])))
    create_app(settings, kernel)
    runs._noted, runs.running = note_and_die, remembered
    async with kernel.database.write() as uow:
        fair = await queries.by_slug(uow.session, "ruhr")
        ways = {"wishes": partial(runs.start, least=0), "given": partial(runs.pack, apart=2)}
        await ways[sys.argv[4]](uow, fair, tables=None, by_id=sys.argv[3])
    await kernel.jobs.run_due()

asyncio.run(main())
"""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("way", WAYS)
async def test_another_worker_makes_the_timetable_that_a_killed_one_had_begun(
    backend: Backend,
    settings: Settings,
    clock: FrozenClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    count, kind, distances = WAYS[way]
    async with started(settings, clock) as app, scene(app) as there:
        guests = [await there.place.person(f"Guest {number}") for number in range(count)]
        await there.place.join(there.fair, *guests)
        async with there.kernel.database.write() as uow:
            people = await uow.session.execute(sa.select(Person.id, Person.email).where(Person.id.in_(guests)))
            mail = [email or "" for _, email in people]
            lines = [Line(mail[n], mail[(n + d) % count], kind, d) for n in range(count) for d in distances]
            await wishes.bring(uow, there.fair, lines, by_id=there.ids["edda"])
    died = tmp_path / "died"
    values = {f"FAIRMATCH_{name.upper()}": str(value) for name, value in backend.values().items()}
    worker = [sys.executable, "-c", WORKER, str(died), clock.now().isoformat(), there.ids["edda"], way]
    killed = await asyncio.to_thread(
        subprocess.run, worker, env=os.environ | values | {"PYTHONPATH": "."}, check=False, capture_output=True
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    optimiser, final = died.read_text().split()
    assert final == "False"  # it was in the middle
    await asyncio.to_thread(_await_end, int(optimiser))
    clock.advance(seconds=LEASE_S + 1)
    monkeypatch.setattr(runs, "SECONDS", 240.0)  # it ends when it is good enough, also on a machine that takes longer
    async with started(settings, clock) as app:
        await app.state.kernel.jobs.run_due()
        async with app.state.kernel.database.read() as session:
            [run] = (await session.scalars(sa.select(TimetableRun))).all()
            found = await session.scalar(sa.select(sa.func.count()).select_from(TimetableEntry))
    assert (run.attempts, run.failure) == (2, "")
    assert run.ended_at is not None
    assert found is not None
    if way == "given":  # all are held, and nobody needs to wait
        assert (run.status, run.objective, run.bound, found) == ("optimal", 0, 0, count)
    else:
        assert run.distance is not None
        assert run.distance < 0.05
        assert found > 150


def _await_end(pid: int, seconds: int = 60) -> None:
    """Wait until a process has ended that is nobody's child here; at once where it is not there any more."""
    try:
        watch = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([watch], [], [], seconds)[0], "the optimiser of a dead worker works on"
    finally:
        os.close(watch)
