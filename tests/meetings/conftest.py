"""A fair with meetings in the whole application."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from tests.meetings.scene import Scene, scene


@pytest.fixture
async def there(app: Starlette) -> AsyncIterator[Scene]:
    """The fair, its people and their browsers."""
    async with scene(app) as set_up:
        yield set_up
