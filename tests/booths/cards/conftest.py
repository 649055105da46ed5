"""A stand with its people and its visitors in the whole application."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from tests.booths.cards.scene import Cards, scene


@pytest.fixture
async def there(app: Starlette) -> AsyncIterator[Cards]:
    """Voltbus at its stand."""
    async with scene(app) as set_up:
        yield set_up
