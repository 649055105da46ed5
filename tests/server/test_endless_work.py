"""What runs as long as the server runs: none of it may end without a word."""

import asyncio

from server.kernel.clock import FrozenClock
from server.kernel.settings import Settings
from tests.kernel_fixtures import started

# How a task is begun that is begun again when it fails: work of ours, and a connection to the bus.
BEGUN_AGAIN = {"kept_going", "_kept_up"}
# What is done once, such as giving a connection back, is over within this time.
OVER_WITHIN_S = 30


async def test_everything_that_a_server_does_by_itself_is_begun_again_when_it_fails(
    settings: Settings, clock: FrozenClock
) -> None:
    before = asyncio.all_tasks()
    async with started(settings, clock):
        running = asyncio.all_tasks() - before
        endless = {task for task in running if _name(task) in BEGUN_AGAIN}
        assert len(endless) > 5, "where does it run then?"
        if others := running - endless:
            await asyncio.wait(others, timeout=OVER_WITHIN_S)
        assert [_name(task) for task in others if not task.done()] == []


def _name(task: "asyncio.Task[object]") -> str:
    return str(getattr(task.get_coro(), "__qualname__", task))
