"""The network of the tests of needs, and programs of its people."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from tests.directory.needs.network import Network, network


@pytest.fixture
async def there(app: Starlette) -> AsyncIterator[Network]:
    """The network in the whole application, and people with browsers."""
    async with network(app) as set_up:
        yield set_up
