"""A fair and organisations in the whole application."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from tests.booths.stage import Programme, programme


@pytest.fixture
async def there(app: Starlette) -> AsyncIterator[Programme]:
    """A fair with a stage and a stand, and Voltbus."""
    async with programme(app) as set_up:
        yield set_up
