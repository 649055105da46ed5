"""The scene of these tests."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from starlette.applications import Starlette

from server.kernel.parts import Kernel
from tests.chat.lines import Lines, lines
from tests.chat.scene import Scene, scene
from tests.fairs.guests import Guests, guests
from tests.support.patience import PATIENCE_S


@pytest.fixture(autouse=True)
def patient_with_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a busy disk lets wait is written all the same, and not refused."""
    monkeypatch.setattr("server.live.committer.PATIENCE_S", 2 * PATIENCE_S)


@pytest.fixture
async def lobby(kernel: Kernel) -> AsyncIterator[Scene]:
    """A fair's lobby with people in it."""
    async with scene(kernel) as set_up:
        yield set_up


@pytest.fixture
def told(lobby: Scene, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Who was told of unread messages, and the number in their navigation, in order."""
    heard: list[tuple[str, int]] = []

    def note(topic: str, kind: str, data: Mapping[str, Any], v: int | None = None) -> None:
        assert kind == "unread"
        heard.append((topic.removeprefix("person:"), data["total"]))

    monkeypatch.setattr(lobby.live, "publish_state", note)
    return heard


@pytest.fixture
async def there(app: Starlette) -> AsyncIterator[Guests]:
    """A fair in the whole application, and people with browsers."""
    async with guests(app) as set_up:
        yield set_up


@pytest.fixture
async def line(there: Guests) -> AsyncIterator[Lines]:
    """The same, behind a real port."""
    async with lines(there) as opened:
        yield opened
