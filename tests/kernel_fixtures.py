"""The kernel and the whole application, fresh for each test, in a folder of its own."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

import server.models
from server.app import create_app, create_kernel, running
from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel
from server.kernel.settings import Settings
from server.kernel.tables import metadata

NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)
BASE = "http://localhost:8000"

assert server.models  # imported for its tables


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Embedded, in development mode, in the test's own folder."""
    return settings_with(data=tmp_path / "data", dev=True, base_url=BASE)


@pytest.fixture
def clock() -> FrozenClock:
    """Noon on a Monday in September, until a test moves it."""
    return FrozenClock(NOON)


@pytest.fixture
async def kernel(settings: Settings, clock: FrozenClock) -> AsyncIterator[Kernel]:
    """A started kernel with an empty database."""
    built = create_kernel(settings, clock)
    await make_tables(built)
    async with running(built):
        yield built


@pytest.fixture
async def app(settings: Settings, clock: FrozenClock) -> AsyncIterator[Starlette]:
    """The whole application, started, with an empty database."""
    built = create_kernel(settings, clock)
    await make_tables(built)
    application = create_app(settings, built)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser without cookies yet: follows no redirects, comes from our own pages."""
    async with browser(app) as opened:
        yield opened


def settings_with(**values: Any) -> Settings:
    """Settings that no `.env` of the developer reaches."""
    return Settings(**({"_env_file": None} | values))


def browser(app: Starlette) -> httpx2.AsyncClient:
    """Another browser with a cookie jar of its own."""
    transport = httpx2.ASGITransport(app)
    headers = {"accept": "text/html,application/xhtml+xml", "sec-fetch-site": "same-origin", "accept-language": "en"}
    return httpx2.AsyncClient(transport=transport, base_url=BASE, headers=headers)


async def make_tables(kernel: Kernel) -> None:
    """Create all tables in an empty database."""
    kernel.settings.data.mkdir(parents=True, exist_ok=True)
    async with kernel.database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
