"""A database of either ground for the tests of fairs."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from server.kernel.clock import FrozenClock
from server.kernel.db import Database
from server.kernel.events import Events
from tests.fairs import cast
from tests.fairs.guests import Guests, guests
from tests.support.backend import Backend


@pytest.fixture
async def place(backend: Backend, clock: FrozenClock) -> AsyncIterator[cast.Place]:
    """An empty database, and ears for what happens."""
    events = Events()
    database = Database(backend.settings(), clock, events)
    yield cast.place(database, clock, events)
    await database.close()


@pytest.fixture
async def there(app: Starlette) -> AsyncIterator[Guests]:
    """A fair in the whole application, and people with browsers."""
    async with guests(app) as set_up:
        yield set_up
