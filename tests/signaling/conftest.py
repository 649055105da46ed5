"""What the tests of calls share."""

from collections.abc import AsyncIterator

import pytest

from tests.signaling.scene import Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A room on a node of its own."""
    stage = Stage()
    await stage.node.start()
    yield stage
    await stage.close()
