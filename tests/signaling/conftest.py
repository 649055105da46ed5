"""What the tests of calls share."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from signaling.media import link, spreading
from tests.signaling.hall import Hall
from tests.signaling.installation import Installation
from tests.signaling.scene import Stage
from tests.support.patience import PATIENCE_S


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A room on a node of its own."""
    stage = Stage()
    await stage.node.start()
    yield stage
    await stage.close()


@pytest.fixture
def patient_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No node takes another for dead because the machine stood still."""
    monkeypatch.setattr(link, "SILENCE_S", PATIENCE_S)
    monkeypatch.setattr(spreading, "LINK_S", PATIENCE_S)


@pytest.fixture
async def hall(patient_nodes: None) -> AsyncIterator[Hall]:
    """Two nodes."""
    hall = Hall()
    await hall.node("home")
    await hall.node("further", 0.1)
    yield hall
    for stage in hall.nodes.values():
        await stage.close()


@pytest.fixture
async def there(redis_url: str, patient_nodes: None) -> AsyncIterator[Installation]:
    """An installation without anything yet."""
    async with AsyncExitStack() as ending:
        yield Installation(redis_url, ending)
