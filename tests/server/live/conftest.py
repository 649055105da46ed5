"""The ground of the live line's tests."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.app import create_kernel
from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel
from server.kernel.settings import Settings
from server.live.transport import SERVER_OPTIONS
from tests.server.live.ground import ORIGIN, PLAIN_OPTIONS, Fair, World, build, serving
from tests.support.patience import PATIENCE_S


@pytest.fixture(autouse=True)
def patient_with_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a busy disk lets wait is written all the same, and not refused."""
    monkeypatch.setattr("server.live.committer.PATIENCE_S", 2 * PATIENCE_S)


@pytest.fixture
def settings(tmp_path: Path, migrated_sqlite: Path) -> Settings:
    """On SQLite and the memory bus: what depends on the ground is tested in tests/contract."""
    shutil.copy(migrated_sqlite, tmp_path / "fairmatch.db")
    return Settings(_env_file=None, data=tmp_path, base_url=ORIGIN, drain_seconds=2)


@pytest.fixture
async def kernel(settings: Settings, clock: FrozenClock) -> AsyncIterator[Kernel]:
    """A kernel without its jobs: the live line needs none."""
    built = create_kernel(settings, clock)
    await built.bus.start()
    yield built
    await built.bus.stop()
    await built.database.close()


@pytest.fixture
def fair() -> Fair:
    """Anna, Ben and Cara."""
    return Fair()


@pytest.fixture
async def world(kernel: Kernel, fair: Fair) -> AsyncIterator[World]:
    """One worker over the seam."""
    async with serving(build(kernel, fair), fair) as started:
        yield started


@pytest.fixture(params=["seam", "plain"])
async def either(request: pytest.FixtureRequest, kernel: Kernel, fair: Fair) -> AsyncIterator[World]:
    """One worker, over the seam and over plain ASGI: both keep the same promises."""
    options = SERVER_OPTIONS if request.param == "seam" else PLAIN_OPTIONS
    async with serving(build(kernel, fair), fair, options) as started:
        yield started
