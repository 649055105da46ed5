"""One event loop per test process, and a check that no test leaves work behind on it.

Playwright's objects belong to the loop on which the browser was started, and a browser takes too long to be started
for each test. So all tests and fixtures of a process share one loop (see pyproject.toml): whatever a fixture of any
scope made can be awaited anywhere. The price is that a forgotten task would run on into other tests; the fixture
here fails the test that forgot it.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support import hanging

# What is being cancelled or about to end gets this long, also on a busy machine; what was forgotten is found after it.
SETTLE_S = 10.0


@pytest.fixture(autouse=True)
async def no_task_is_left(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Fail a test after which tasks are pending that were not there before; end them. What hangs says where."""
    before = asyncio.all_tasks()
    watch = hanging.watched(request.node.nodeid)
    yield
    watch.cancel()
    after = asyncio.all_tasks() - before - {asyncio.current_task()}  # we run in a task ourselves
    left = {task for task in after if not _is_playwrights(task)}
    if left:
        _, pending = await asyncio.wait(left, timeout=SETTLE_S)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        assert not pending, f"the test left tasks behind: {[task.get_coro() for task in pending]}"


def _is_playwrights(task: asyncio.Task[object]) -> bool:
    """The browser's driver has tasks of its own for as long as the browser is there."""
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and "playwright" in code.co_filename
