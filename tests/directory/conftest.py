"""Organisations and people for the tests of the directory."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from tests.directory.scene import Scene, scene


@pytest.fixture
async def there(app: Starlette) -> AsyncIterator[Scene]:
    """The cast in the whole application, each with a browser."""
    async with scene(app) as set_up:
        yield set_up
