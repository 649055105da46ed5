"""A fair whose people check their connections."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from tests.fairs.guests import Guests, guests


@pytest.fixture
async def there(app: Starlette) -> AsyncIterator[Guests]:
    """A fair in the whole application, and people with browsers."""
    async with guests(app) as set_up:
        yield set_up
