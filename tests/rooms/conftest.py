"""People at a fair, in the whole application."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from tests.chat.lines import Lines, lines
from tests.fairs.guests import Guests, guests


@pytest.fixture
async def there(app: Starlette) -> AsyncIterator[Guests]:
    """A fair, and people with browsers."""
    async with guests(app) as set_up:
        yield set_up


@pytest.fixture
async def line(there: Guests) -> AsyncIterator[Lines]:
    """The same, behind a real port."""
    async with lines(there) as opened:
        yield opened
