"""What runs as long as the server runs: none of it may end without a word."""

import asyncio

from starlette.applications import Starlette

# How a task is begun that is begun again when it fails: work of ours, and a connection to the bus.
BEGUN_AGAIN = {"kept_going", "_kept_up"}


async def test_everything_that_a_server_does_by_itself_is_begun_again_when_it_fails(app: Starlette) -> None:
    here = asyncio.current_task()
    running = [task.get_coro() for task in asyncio.all_tasks() if task is not here]
    names = [getattr(work, "__qualname__", str(work)) for work in running]
    assert len(names) > 5, "where does it run then?"
    assert set(names) <= BEGUN_AGAIN
