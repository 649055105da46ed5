"""The kernel and the whole application in the test's own process, fresh for each test, on the ground of this run."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from server.app import create_app, create_kernel, running
from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel
from server.kernel.settings import Settings
from tests.support.backend import Backend, settings_with

NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)
BASE = "http://localhost:8000"


@pytest.fixture
def settings(backend: Backend) -> Settings:
    """In development mode, on the ground of this run."""
    return backend.settings(dev=True, base_url=BASE)


@pytest.fixture
def embedded_settings(migrated_sqlite: Path, tmp_path: Path) -> Settings:
    """The same on the embedded ground, whatever the run stands on.

    A module of tests that the ground cannot change overrides `settings` with it; then they run once, not twice.
    """
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(migrated_sqlite, data / "fairmatch.db")
    return settings_with(data=data, dev=True, base_url=BASE)


@pytest.fixture
def clock() -> FrozenClock:
    """Noon on a Monday in September, until a test moves it."""
    return FrozenClock(NOON)


@pytest.fixture
async def app(settings: Settings, clock: FrozenClock) -> AsyncIterator[Starlette]:
    """The whole application, started, with an empty database."""
    async with started(settings, clock) as application:
        yield application


@asynccontextmanager
async def started(settings: Settings, clock: FrozenClock) -> AsyncIterator[Starlette]:
    """Another application with other settings."""
    application = create_app(settings, create_kernel(settings, clock))
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def bare_kernel(settings: Settings, clock: FrozenClock) -> AsyncIterator[Kernel]:
    """A started kernel without features on it, with an empty database."""
    async with running(create_kernel(settings, clock)) as built:
        yield built


@pytest.fixture
def kernel(request: pytest.FixtureRequest, backend: Backend) -> Kernel:
    """A started kernel with an empty database: the application's, where the test also has that.

    `backend` stands here so that the test is seen to depend on the ground.
    """
    if "app" in request.fixturenames:
        app: Starlette = request.getfixturevalue("app")
        found: Kernel = app.state.kernel
        return found
    bare: Kernel = request.getfixturevalue("bare_kernel")
    return bare


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser without cookies yet: follows no redirects, comes from our own pages."""
    async with browser_of(app) as opened:
        yield opened


def browser_of(app: Starlette) -> httpx2.AsyncClient:
    """Another browser with a cookie jar of its own."""
    transport = httpx2.ASGITransport(app)
    headers = {"accept": "text/html,application/xhtml+xml", "sec-fetch-site": "same-origin", "accept-language": "en"}
    return httpx2.AsyncClient(transport=transport, base_url=BASE, headers=headers)
