"""Until the operator has set a key there are no push notices, and nobody is promised any."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from server.kernel.settings import Settings
from tests.kernel_fixtures import BASE
from tests.meetings.scene import Scene, scene
from tests.notices.service import Browser
from tests.support.backend import Backend


@pytest.fixture
def settings(backend: Backend) -> Settings:
    """As they are without a word."""
    return backend.settings(dev=True, base_url=BASE)


@pytest.fixture
async def there(app: Starlette) -> AsyncIterator[Scene]:
    """The fair."""
    async with scene(app) as set_up:
        yield set_up


async def test_without_a_key_no_device_is_offered_named_or_taken(there: Scene) -> None:
    page = (await there["aylin"].get("/me/notices")).text
    assert "This server sends no notices to devices" in page
    assert "<fm-push" not in page
    assert ", your devices" not in page
    assert "every page, mail" in page
    answer = await there["aylin"].post("/me/notices/devices", json=Browser("https://push.example/1").subscription)
    assert answer.status_code == 404
