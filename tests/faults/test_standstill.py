"""A PostgreSQL that stands still with its connections open: nobody is kept waiting for it."""

import asyncio
import time
from pathlib import Path

import httpx2
import pytest

from server.kernel.clock import FrozenClock
from server.kernel.health import DATABASE_TIMEOUT_S
from tests.kernel_fixtures import browser_of, started
from tests.support.backend import settings_with
from tests.support.desk import scratch
from tests.support.guard import Guard
from tests.support.patience import PATIENCE_S
from tests.support.services import PostgreSQL
from tests.support.trouble import expects_trouble

PAGE, PAGE_S = "/o/nobody", 1.0
# What a machine full of tests adds: without a bound each of these takes 10 s more, or never ends.
BUSY_S = 5.0


@expects_trouble
async def test_while_postgresql_stands_still_pages_and_readiness_say_so_soon(
    tmp_path: Path, process_guard: Guard, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = scratch()  # PostgreSQL's user may not look into the test's own
    process_guard.remove(folder)
    with PostgreSQL(folder, process_guard) as postgresql:
        settings = settings_with(database_url=postgresql.url, data=tmp_path / "data", dev=True)
        async with started(settings, clock) as app, browser_of(app) as browser:
            assert (await browser.get(PAGE)).status_code == 404
            postgresql.pause()
            try:
                assert await answer(browser, "/readyz", DATABASE_TIMEOUT_S) == 503
                monkeypatch.setattr("server.kernel.context.REQUEST_S", PAGE_S)
                assert await answer(browser, PAGE, PAGE_S) == 503
            finally:
                postgresql.resume()
            async with asyncio.timeout(PATIENCE_S):
                while (await browser.get("/readyz")).status_code != 200:  # noqa: ASYNC110 - nobody announces it
                    await asyncio.sleep(0.1)
            assert (await browser.get(PAGE)).status_code == 404


async def answer(browser: httpx2.AsyncClient, path: str, seconds: float) -> int:
    """The status of a page that has to come soon."""
    begun = time.monotonic()
    status = (await browser.get(path)).status_code
    assert time.monotonic() - begun < seconds + BUSY_S
    return status
