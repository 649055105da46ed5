"""Several workers, and workers that die: every job is done, and by one of them."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.app import create_kernel
from server.kernel.clock import FrozenClock
from server.kernel.jobs import LEASE_S, GiveUpError, Jobs
from server.kernel.migrate import upgrade
from server.kernel.outbox import OutboxRow
from server.kernel.parts import Kernel
from server.kernel.settings import Settings
from tests.server.kernel.work import Done, enqueue, rows
from tests.support.backend import Backend, settings_with
from tests.support.trouble import expects_trouble


@asynccontextmanager
async def another(kernel: Kernel) -> AsyncIterator[Jobs]:
    """The jobs of a second worker on the same database, not started: it does what it is told to by `run_due`."""
    yield Jobs(kernel.database)


async def test_two_workers_do_each_job_once(kernel: Kernel) -> None:
    done = Done()
    async with kernel.database.write() as uow:
        for number in range(60):
            uow.enqueue("greet", {"n": number})

    async with another(kernel) as one, another(kernel) as two:
        one.register("greet", done)
        two.register("greet", done)
        await asyncio.gather(one.run_due(), two.run_due())

    assert sorted(payload["n"] for payload in done.payloads) == list(range(60))


async def test_a_job_of_a_worker_that_died_is_taken_over_when_its_lease_is_over(
    kernel: Kernel, clock: FrozenClock
) -> None:
    begun = asyncio.Event()

    async def never_ends(_payload: dict[str, Any]) -> None:
        begun.set()
        await asyncio.Event().wait()

    done = Done()
    await enqueue(kernel)
    async with another(kernel) as dying, another(kernel) as heir:
        dying.register("greet", never_ends)
        heir.register("greet", done)
        [attempt] = await dying._take()
        await begun.wait()

        clock.advance(seconds=LEASE_S - 1)
        await heir.run_due()
        assert done.payloads == []

        clock.advance(seconds=2)
        await heir.run_due()
        assert len(done.payloads) == 1

        attempt.cancel()
        await asyncio.gather(attempt, return_exceptions=True)


async def test_a_living_worker_keeps_its_lease(kernel: Kernel, clock: FrozenClock) -> None:
    ending = asyncio.Event()

    async def long(_payload: dict[str, Any]) -> None:
        await ending.wait()

    done = Done()
    await enqueue(kernel)
    async with another(kernel) as slow, another(kernel) as other:
        slow.register("greet", long)
        other.register("greet", done)
        [attempt] = await slow._take()

        for _ in range(5):
            clock.advance(seconds=LEASE_S / 3)
            await slow._renew_leases()
            await other.run_due()

        ending.set()
        await attempt
    assert done.payloads == []
    assert await rows(kernel) == []


@pytest.mark.parametrize("error", [None, GiveUpError])
@expects_trouble
async def test_what_ended_while_leases_were_being_renewed_stays_ended(
    kernel: Kernel, error: type[Exception] | None
) -> None:
    ending = asyncio.Event()

    async def long(_payload: dict[str, Any]) -> None:
        await ending.wait()
        if error:
            raise error

    await enqueue(kernel, key="reminder:1")
    async with another(kernel) as slow:
        slow.register("greet", long)
        [attempt] = await slow._take()
        async with slow._writing:  # something is being written down, and the renewal waits for it
            ending.set()
            for _ in range(10):  # the job comes to its end
                await asyncio.sleep(0)
            renewing = asyncio.create_task(slow._renew_leases())
            await asyncio.sleep(0)
            if error:
                await attempt  # a parked job is written down by itself
        await asyncio.gather(attempt, renewing)

    [ended] = await rows(kernel)
    assert ended.due_at is None


async def test_who_lost_the_lease_does_not_spoil_what_the_heir_wrote(kernel: Kernel, clock: FrozenClock) -> None:
    ending = asyncio.Event()

    async def long(_payload: dict[str, Any]) -> None:
        await ending.wait()

    await enqueue(kernel)
    async with another(kernel) as slow, another(kernel) as heir:
        slow.register("greet", long)
        heir.register("greet", Done(failures=1000))
        [attempt] = await slow._take()
        clock.advance(seconds=LEASE_S + 1)
        await heir.run_due()

        ending.set()
        await attempt

    [kept] = await rows(kernel)
    assert (kept.attempts, kept.error) == (2, "RuntimeError")


async def test_a_stopping_worker_gives_back_what_it_does_not_finish(
    kernel: Kernel, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forever(_payload: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("server.kernel.jobs.STOP_S", 0.05)
    await enqueue(kernel)
    async with another(kernel) as stopping:
        stopping.register("greet", forever)
        await stopping._take()
        await stopping.stop()

    [given_back] = await rows(kernel)
    assert (given_back.claim, given_back.due_at) == (None, clock.now())


WORKER = """
import asyncio, os, sys
from pathlib import Path
from server.app import create_kernel
from server.kernel.settings import Settings

async def main():
    kernel = create_kernel(Settings(_env_file=None))
    async def greet(payload):
        with Path(sys.argv[1]).open("a") as file:
            file.write(payload["name"] + "\\n")
    kernel.jobs.register("greet", greet)
    async with kernel.database.write() as uow:
        uow.enqueue("greet", {"name": "Ada"})
        uow.enqueue("greet", {"name": "Ben"}, key="greet:ben")
    os.kill(os.getpid(), 9)

asyncio.run(main())
"""


async def test_a_job_survives_a_process_that_is_killed_between_commit_and_run(
    backend: Backend, settings: Settings, clock: FrozenClock, tmp_path: Path
) -> None:
    greeted = tmp_path / "greeted"
    command = [sys.executable, "-c", WORKER, str(greeted)]
    values = {f"FAIRMATCH_{name.upper()}": str(value) for name, value in backend.values().items()}
    killed = await asyncio.to_thread(
        subprocess.run, command, env=os.environ | values | {"PYTHONPATH": "."}, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert not greeted.exists()

    done = Done()
    kernel = create_kernel(settings, clock)
    kernel.jobs.register("greet", done)
    clock.advance(days=3650)
    await kernel.jobs.run_due()
    await kernel.database.close()

    assert sorted(payload["name"] for payload in done.payloads) == ["Ada", "Ben"]


async def test_with_sqlite_claims_of_the_last_run_are_free_at_the_start(tmp_path: Path, clock: FrozenClock) -> None:
    kernel = create_kernel(settings_with(data=tmp_path), clock)
    await upgrade(kernel.database)
    async with kernel.database.write() as uow:
        uow.session.add(
            OutboxRow(id="a", job="greet", payload={}, claim="gone", due_at=clock.now() + timedelta(seconds=LEASE_S))
        )
    done = Done()
    kernel.jobs.register("greet", done)

    await kernel.jobs.start()
    await kernel.jobs.run_due()
    await kernel.jobs.stop()
    await kernel.database.close()

    assert len(done.payloads) == 1
