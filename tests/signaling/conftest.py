"""What the tests of calls share."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.signaling.hall import Hall
from tests.signaling.installation import Installation
from tests.signaling.scene import Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A room on a node of its own."""
    stage = Stage()
    await stage.node.start()
    yield stage
    await stage.close()


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    """Two nodes."""
    hall = Hall()
    await hall.node("home")
    await hall.node("further", 0.1)
    yield hall
    for stage in hall.nodes.values():
        await stage.close()


@pytest.fixture
async def there(redis_url: str) -> AsyncIterator[Installation]:
    """An installation without anything yet."""
    async with AsyncExitStack() as ending:
        yield Installation(redis_url, ending)
