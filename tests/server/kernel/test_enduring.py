"""Work without an end: it goes on, whatever happens in it."""

import asyncio
import contextlib
import itertools

from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from server.kernel.enduring import FIRST_PAUSE_S, LONGEST_PAUSE_S, kept_going
from tests.support.trouble import expects_trouble
from tests.support.virtual_time import run


def ended(name: str) -> float:
    return REGISTRY.get_sample_value("fairmatch_work_ended_total", {"work": name}) or 0.0


def test_work_that_fails_is_logged_counted_and_begun_again_after_a_growing_pause() -> None:
    begun: list[float] = []

    async def fails() -> None:
        begun.append(asyncio.get_running_loop().time())
        raise RuntimeError("a fault of ours")

    async def scenario() -> None:
        keeping = asyncio.create_task(kept_going("that fails", fails))
        await asyncio.sleep(60)
        keeping.cancel()
        await asyncio.wait([keeping])
        assert keeping.cancelled()

    with capture_logs() as logged:
        run(scenario())
    pauses = [later - earlier for earlier, later in itertools.pairwise(begun)]
    assert (pauses[0], pauses[1], pauses[-1]) == (FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, LONGEST_PAUSE_S)
    assert [(each["event"], each["log_level"]) for each in logged] == [("work_failed", "error")] * len(begun)
    assert ended("that fails") == len(begun)


def test_work_that_returns_is_begun_again_too() -> None:
    times = 0

    async def returns() -> None:
        nonlocal times
        times += 1

    async def scenario() -> None:
        keeping = asyncio.create_task(kept_going("that returns", returns))
        await asyncio.sleep(1)
        keeping.cancel()

    with capture_logs() as logged:
        run(scenario())
    assert times == len(logged) == 3
    assert ended("that returns") == 3


def test_after_a_long_time_of_health_the_first_pause_counts_again() -> None:
    begun: list[float] = []

    async def lives_for_a_while() -> None:
        begun.append(asyncio.get_running_loop().time())
        await asyncio.sleep(100)
        raise RuntimeError

    async def scenario() -> None:
        keeping = asyncio.create_task(kept_going("for a while", lives_for_a_while))
        await asyncio.sleep(1000)
        keeping.cancel()

    with capture_logs():
        run(scenario())
    assert begun[-1] - begun[-2] == 100 + FIRST_PAUSE_S


@expects_trouble
def test_whoever_is_told_to_end_ends_also_when_something_in_the_work_has_swallowed_that() -> None:
    begun = 0

    async def swallows() -> None:
        nonlocal begun
        begun += 1
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(100)

    async def scenario() -> None:
        keeping = asyncio.create_task(kept_going("that swallows", swallows))
        await asyncio.sleep(1)
        keeping.cancel()
        await asyncio.wait([keeping])
        assert keeping.cancelled()

    run(scenario())
    assert begun == 1
