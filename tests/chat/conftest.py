"""The scene of these tests."""

from collections.abc import AsyncIterator

import pytest

from server.kernel.parts import Kernel
from tests.chat.scene import Scene, scene


@pytest.fixture
async def lobby(kernel: Kernel) -> AsyncIterator[Scene]:
    """A fair's lobby with people in it."""
    async with scene(kernel) as set_up:
        yield set_up
