"""A PostgreSQL that stands still with its connections open: nobody is kept waiting for it."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

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


async def test_a_postgresql_that_is_gone_for_a_while_is_said_once_and_without_traceback(
    tmp_path: Path, process_guard: Guard, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests, jobs and whatever else works by itself find it gone, again and again."""
    monkeypatch.setattr("directory.search.alerts.EVERY_S", 0.1)
    monkeypatch.setattr("directory.search.following.FAILURE_PAUSE_S", 0.1)
    monkeypatch.setattr("server.kernel.away.STEADY_S", 0.0)
    folder = scratch()  # PostgreSQL's user may not look into the test's own
    process_guard.remove(folder)
    with PostgreSQL(folder, process_guard) as postgresql:
        settings = settings_with(database_url=postgresql.url, data=tmp_path / "data", dev=True)
        async with started(settings, clock) as app, browser_of(app) as browser:
            following = app.state.search.following
            async with asyncio.timeout(PATIENCE_S):
                while not following.writes:  # noqa: ASYNC110 - nobody announces it
                    await asyncio.sleep(0.01)
            with capture_logs() as logged:
                await asyncio.to_thread(postgresql.kill)
                for _ in range(3):
                    assert (await browser.get(PAGE)).status_code == 503
                await _failed(logged, {"search_following_failed", "work_failed", "jobs_step_failed"})
                await asyncio.to_thread(postgresql.start)
                await _failed(logged, {"service_back"})
    said = [(each["event"], each["service"]) for each in logged if each["log_level"] in ("warning", "error")]
    assert said == [("service_away", "database")]


async def _failed(logged: Sequence[Mapping[str, Any]], events: set[str]) -> None:
    """Wait until each of these has been noted."""
    async with asyncio.timeout(PATIENCE_S):
        while not events <= {each["event"] for each in logged}:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.05)


async def answer(browser: httpx2.AsyncClient, path: str, seconds: float) -> int:
    """The status of a page that has to come soon."""
    begun = time.monotonic()
    status = (await browser.get(path)).status_code
    assert time.monotonic() - begun < seconds + BUSY_S
    return status
