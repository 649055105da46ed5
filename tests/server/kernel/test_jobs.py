import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from server.kernel.clock import FrozenClock
from server.kernel.jobs import AT_ONCE, LONGEST_RETRY_S, MAX_ATTEMPTS, GiveUpError, retry_after
from server.kernel.observe import JOBS_PARKED
from server.kernel.parts import Kernel
from tests.server.kernel.work import Done, enqueue, rows
from tests.support.patience import PATIENCE_S
from tests.support.trouble import expects_trouble


async def test_a_job_is_done_soon_after_its_commit(kernel: Kernel) -> None:
    done = Done()
    kernel.jobs.register("greet", done)

    await enqueue(kernel)

    async with asyncio.timeout(PATIENCE_S):
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


async def test_a_key_of_what_is_done_again_and_again_is_soon_forgotten(kernel: Kernel, clock: FrozenClock) -> None:
    kernel.jobs.register("read", Done(), lasting=False)
    kernel.jobs.register("greet", Done())
    async with kernel.database.write() as uow:
        for job in ("read", "greet"):
            uow.enqueue(job, {}, key=job)
    await kernel.jobs.run_due()
    await kernel.jobs._keep_books()
    assert {row.key for row in await rows(kernel)} == {"read", "greet"}
    clock.advance(days=2)
    await kernel.jobs._keep_books()
    assert {row.key for row in await rows(kernel)} == {"greet"}


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


@expects_trouble
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


@expects_trouble
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


async def test_long_jobs_leave_the_other_hands_busy(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.kernel.jobs.SWEEP_S", 3600.0)  # nobody comes to look but who is called
    ending, done = asyncio.Event(), Done()

    async def long(_payload: dict[str, Any]) -> None:
        await ending.wait()

    kernel.jobs.register("import", long)
    kernel.jobs.register("greet", done)
    async with kernel.database.write() as uow:
        for number in range(AT_ONCE - 2):
            uow.enqueue("import", {"n": number}, at=kernel.clock.now() - timedelta(seconds=1))
        for number in range(20):
            uow.enqueue("greet", {"n": number})

    async with asyncio.timeout(PATIENCE_S):
        while len(done.payloads) < 20:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.01)
    ending.set()
    await kernel.jobs.run_due()


async def test_nothing_that_people_wrote_stands_in_the_log_of_a_failure(
    kernel: Kernel, capsys: pytest.CaptureFixture[str]
) -> None:
    kernel.jobs.register("greet", Done(failures=1))
    await enqueue(kernel, payload={"text": "said in confidence"})

    await kernel.jobs.run_due()

    said = capsys.readouterr().out
    assert "job_failed" in said
    assert "said in confidence" not in said


async def test_what_is_done_at_the_same_time_is_written_down_with_few_commits(kernel: Kernel) -> None:
    await kernel.jobs.stop()  # the loop takes, too, as hands become free: how many at a time is chance
    kernel.jobs.register("greet", Done())
    async with kernel.database.write() as uow:
        for number in range(80):
            uow.enqueue("greet", {"n": number}, key=f"greeting {number}" if number % 2 else None)
    commits: list[object] = []
    event.listen(kernel.database.engine.sync_engine, "commit", commits.append)

    await kernel.jobs.run_due()

    assert len(commits) <= 25, "what is written down and what is taken next is one commit, for eight at a time"
    assert [row.payload for row in await rows(kernel)] == [{}] * 40


async def test_a_job_for_later_does_not_have_the_worker_look_at_once(kernel: Kernel) -> None:
    rung: list[bool] = []
    kernel.database.enqueued = lambda: rung.append(True)

    await enqueue(kernel, at=kernel.clock.now() + timedelta(seconds=1))
    assert rung == []
    await enqueue(kernel)
    assert rung == [True]


async def test_jobs_that_wait_for_strangers_leave_hands_for_others(kernel: Kernel) -> None:
    hung, answers, greeted = asyncio.Semaphore(0), asyncio.Event(), asyncio.Event()
    reading: list[int] = []

    async def read(payload: dict[str, Any]) -> None:
        reading.append(payload["number"])
        hung.release()
        await answers.wait()

    async def greet(_payload: dict[str, Any]) -> None:
        greeted.set()

    kernel.jobs.register("read", read, at_once=2)
    kernel.jobs.register("greet", greet)
    async with kernel.database.write() as uow:
        for number in range(2 * AT_ONCE):
            uow.enqueue("read", {"number": number})
        uow.enqueue("greet", {"name": "Ada"})
    async with asyncio.timeout(PATIENCE_S):
        await hung.acquire()
        await hung.acquire()
        await greeted.wait()
    assert len(reading) == 2
    answers.set()
    await kernel.jobs.run_due()
    assert sorted(reading) == list(range(2 * AT_ONCE))


async def test_two_looks_at_once_take_no_more_of_a_kind_than_it_has_hands(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, answers, jobs, reading = asyncio.Event(), asyncio.Event(), kernel.jobs, 0
    claim = jobs._claim_due

    async def slowly(*given: Any) -> Any:
        found = await claim(*given)
        jobs._more = True  # as after a look that found all that there was room for
        first.set()  # what is done now looks for what follows
        await asyncio.sleep(0.2)
        return found

    async def read(_payload: dict[str, Any]) -> None:
        nonlocal reading
        reading += 1
        await answers.wait()

    async def greet(_payload: dict[str, Any]) -> None:
        await first.wait()

    jobs.register("greet", greet)
    async with kernel.database.write() as uow:
        for _ in range(AT_ONCE // 2):
            uow.enqueue("greet", {})
    async with asyncio.timeout(PATIENCE_S):
        while len(jobs._running) < AT_ONCE // 2:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.01)
    monkeypatch.setattr(jobs, "_claim_due", slowly)
    jobs.register("read", read, at_once=2)
    async with kernel.database.write() as uow:
        for _ in range(AT_ONCE):
            uow.enqueue("read", {})
    async with asyncio.timeout(PATIENCE_S):
        while reading < 2:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.01)
    await asyncio.sleep(1)
    assert reading == 2
    answers.set()
    await jobs.run_due()
    assert reading == AT_ONCE


async def test_what_waits_for_hands_of_its_kind_is_taken_with_what_is_written_down(kernel: Kernel) -> None:
    jobs, number = kernel.jobs, 40
    ends = [asyncio.Event() for _ in range(number)]
    begun: list[int] = []

    async def read(payload: dict[str, Any]) -> None:
        begun.append(payload["number"])
        await ends[payload["number"]].wait()

    jobs.register("read", read, at_once=2)
    async with kernel.database.write() as uow:
        for each in range(number):
            uow.enqueue("read", {"number": each})
    commits: list[object] = []
    event.listen(kernel.database.engine.sync_engine, "commit", commits.append)
    async with asyncio.timeout(PATIENCE_S):
        for each in range(number):
            while len(begun) < min(each + 2, number):  # noqa: ASYNC110 - nobody announces it
                await asyncio.sleep(0.001)
            ends[begun[each]].set()
        await jobs.run_due()
    assert sorted(begun) == list(range(number))
    assert len(commits) < 1.5 * number, "one for each, in which the next is taken"


async def test_a_worker_that_stops_takes_none_of_those_that_wait_for_hands_of_their_kind(kernel: Kernel) -> None:
    begun, ends = asyncio.Semaphore(0), asyncio.Event()

    async def read(_payload: dict[str, Any]) -> None:
        begun.release()
        await ends.wait()

    kernel.jobs.register("read", read, at_once=1)
    async with kernel.database.write() as uow:
        for _ in range(3):
            uow.enqueue("read", {})
    async with asyncio.timeout(PATIENCE_S):
        await begun.acquire()
        stopping = asyncio.create_task(kernel.jobs.stop())
        while kernel.jobs._takes:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.001)
        ends.set()
        await stopping
    assert len(await rows(kernel)) == 2
    assert begun.locked(), "one more was begun"
