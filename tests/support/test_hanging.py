"""What is printed of a test that hangs leads to what it waits for."""

import asyncio

from tests.support.hanging import chain


async def _inner(never: asyncio.Future[None]) -> None:
    await never


async def _outer(never: asyncio.Future[None]) -> None:
    await _inner(never)


async def test_what_a_task_waits_for_is_told_down_to_the_innermost() -> None:
    never = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(_outer(never))
    await asyncio.sleep(0)
    told = chain(task.get_coro())
    assert [line.rpartition(" in ")[2] for line in told[:2]] == ["_outer", "_inner"]
    assert told[0].startswith(f"{__file__}:")
    assert "Future" in told[-1]
    never.set_result(None)
    await task
