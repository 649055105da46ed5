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
from sqlalchemy import select

from server.app import create_kernel
from server.kernel.clock import FrozenClock
from server.kernel.jobs import LEASE_S, LONGEST_RETRY_S, MAX_ATTEMPTS, GiveUpError, Jobs, retry_after
from server.kernel.migrate import upgrade
from server.kernel.observe import JOBS_PARKED
from server.kernel.outbox import OutboxRow
from server.kernel.parts import Kernel
from server.kernel.settings import Settings
from tests.support.backend import Backend, settings_with


class Done:
    """A handler that notes what it was given, and fails as often as it is told to."""

    def __init__(self, failures: int = 0, error: type[Exception] = RuntimeError) -> None:
        self.payloads: list[dict[str, Any]] = []
        self.failures = failures
        self.error = error

    async def __call__(self, payload: dict[str, Any]) -> None:
        self.payloads.append(payload)
        if len(self.payloads) <= self.failures:
            raise self.error("said in confidence")


async def enqueue(kernel: Kernel, name: str = "greet", payload: dict[str, Any] | None = None, **options: Any) -> None:
    async with kernel.database.write() as uow:
        uow.enqueue(name, payload or {"name": "Ada"}, **options)


async def rows(kernel: Kernel) -> list[OutboxRow]:
    async with kernel.database.read() as session:
        return list(await session.scalars(select(OutboxRow)))


@asynccontextmanager
async def another(kernel: Kernel) -> AsyncIterator[Jobs]:
    """The jobs of a second worker on the same database, not started: it does what it is told to by `run_due`."""
    yield Jobs(kernel.database)


async def test_a_job_is_done_soon_after_its_commit(kernel: Kernel) -> None:
    done = Done()
    kernel.jobs.register("greet", done)

    await enqueue(kernel)

    async with asyncio.timeout(5):
        while not done.payloads:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.01)
    assert done.payloads == [{"name": "Ada"}]


async def test_a_job_that_is_done_leaves_nothing_behind(kernel: Kernel) -> None:
    kernel.jobs.register("greet", Done())

    await enqueue(kernel)
    await kernel.jobs.run_due()

    assert await rows(kernel) == []


async def test_a_job_of_a_change_that_is_taken_back_is_never_done(kernel: Kernel) -> None:
    done = Done()
    kernel.jobs.register("greet", done)

    async def changes_its_mind() -> None:
        async with kernel.database.write() as uow:
            uow.enqueue("greet", {})
            raise LookupError

    with pytest.raises(LookupError):
        await changes_its_mind()

    await kernel.jobs.run_due()
    assert done.payloads == []


async def test_a_job_for_later_waits_for_its_moment(kernel: Kernel, clock: FrozenClock) -> None:
    done = Done()
    kernel.jobs.register("greet", done)
    await enqueue(kernel, at=clock.now() + timedelta(hours=1))

    await kernel.jobs.run_due()
    assert done.payloads == []

    clock.advance(hours=1)
    await kernel.jobs.run_due()
    assert len(done.payloads) == 1


async def test_the_same_key_runs_once_also_long_after_it_was_done(kernel: Kernel, clock: FrozenClock) -> None:
    done = Done()
    kernel.jobs.register("greet", done)

    for _ in range(3):
        await enqueue(kernel, key="reminder:1")
        await kernel.jobs.run_due()
        clock.advance(days=30)

    assert len(done.payloads) == 1


async def test_a_done_key_keeps_nothing_of_what_the_job_was_about(kernel: Kernel) -> None:
    kernel.jobs.register("greet", Done())

    await enqueue(kernel, key="reminder:1")
    await kernel.jobs.run_due()

    [kept] = await rows(kernel)
    assert (kept.payload, kept.due_at) == ({}, None)
    assert kept.done_at is not None


async def test_one_known_key_does_not_keep_others_in_the_same_unit_of_work(kernel: Kernel) -> None:
    done = Done()
    kernel.jobs.register("greet", done)
    await enqueue(kernel, payload={"n": 1}, key="a")

    async with kernel.database.write() as uow:
        uow.enqueue("greet", {"n": 2}, key="a")
        uow.enqueue("greet", {"n": 3}, key="b")
        uow.enqueue("greet", {"n": 4})
    await kernel.jobs.run_due()

    assert sorted(payload["n"] for payload in done.payloads) == [1, 3, 4]


async def test_a_failed_job_is_tried_again_after_a_growing_pause(kernel: Kernel, clock: FrozenClock) -> None:
    done = Done(failures=2)
    kernel.jobs.register("greet", done)
    await enqueue(kernel)

    await kernel.jobs.run_due()
    assert len(done.payloads) == 1
    clock.advance(seconds=10)
    await kernel.jobs.run_due()
    assert len(done.payloads) == 2
    clock.advance(seconds=10)
    await kernel.jobs.run_due()
    assert len(done.payloads) == 2
    clock.advance(seconds=10)
    await kernel.jobs.run_due()

    assert len(done.payloads) == 3
    assert await rows(kernel) == []


def test_pauses_grow_up_to_a_limit_and_are_spread() -> None:
    assert 8 <= retry_after(1) <= 10
    assert 16 <= retry_after(2) <= 20
    assert retry_after(30) <= LONGEST_RETRY_S
    assert len({retry_after(5) for _ in range(20)}) > 1


async def test_a_job_that_keeps_failing_is_parked_and_seen(kernel: Kernel, clock: FrozenClock) -> None:
    done = Done(failures=1000)
    kernel.jobs.register("greet", done)
    JOBS_PARKED.set(0)
    await enqueue(kernel)

    for _ in range(MAX_ATTEMPTS + 5):
        await kernel.jobs.run_due()
        clock.advance(seconds=LONGEST_RETRY_S)

    [parked] = await rows(kernel)
    assert len(done.payloads) == MAX_ATTEMPTS
    assert (parked.error, parked.due_at) == ("RuntimeError", None)
    assert await kernel.jobs.parked() == 1
    [figure] = JOBS_PARKED.collect()
    assert figure.samples[0].value == 1


async def test_a_job_that_gives_up_is_parked_at_once_and_can_be_tried_again(kernel: Kernel) -> None:
    done = Done(failures=1, error=GiveUpError)
    kernel.jobs.register("greet", done)
    await enqueue(kernel)

    await kernel.jobs.run_due()
    assert await kernel.jobs.parked() == 1

    assert await kernel.jobs.retry_parked() == 1
    await kernel.jobs.run_due()
    assert len(done.payloads) == 2
    assert await kernel.jobs.parked() == 0


async def test_a_job_that_takes_too_long_counts_as_failed(kernel: Kernel) -> None:
    async def forever(_payload: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    kernel.jobs.register("greet", forever, limit_s=0.05)
    await enqueue(kernel)

    await kernel.jobs.run_due()

    [waiting] = await rows(kernel)
    assert waiting.error == "TimeoutError"


async def test_a_failing_job_harms_no_other(kernel: Kernel) -> None:
    done = Done()
    kernel.jobs.register("fail", Done(failures=1000))
    kernel.jobs.register("greet", done)

    await enqueue(kernel, "fail")
    await enqueue(kernel, "greet")
    await kernel.jobs.run_due()

    assert len(done.payloads) == 1


async def test_a_job_that_this_version_does_not_know_waits_for_one_that_does(kernel: Kernel) -> None:
    await enqueue(kernel, "of.the.future")

    assert await kernel.jobs.run_due() == 0
    assert len(await rows(kernel)) == 1


async def test_more_jobs_than_run_at_once_are_all_done(kernel: Kernel) -> None:
    done = Done()
    kernel.jobs.register("greet", done)
    async with kernel.database.write() as uow:
        for number in range(50):
            uow.enqueue("greet", {"n": number})

    await kernel.jobs.run_due()

    assert sorted(payload["n"] for payload in done.payloads) == list(range(50))


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


async def test_nothing_that_people_wrote_stands_in_the_log_of_a_failure(
    kernel: Kernel, capsys: pytest.CaptureFixture[str]
) -> None:
    kernel.jobs.register("greet", Done(failures=1))
    await enqueue(kernel, payload={"text": "said in confidence"})

    await kernel.jobs.run_due()

    said = capsys.readouterr().out
    assert "job_failed" in said
    assert "said in confidence" not in said


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
