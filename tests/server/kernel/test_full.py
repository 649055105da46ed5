"""A disk without room: people are told so, and can read what there is."""

import contextlib
import errno
import io
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from PIL import Image
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from starlette.applications import Starlette
from structlog.testing import capture_logs

from people import api_tokens
from server.kernel import away, files
from server.kernel.clock import FrozenClock
from server.kernel.db import UnitOfWork
from server.kernel.parts import Kernel
from server.kernel.settings import Settings
from tests.kernel_fixtures import browser_of
from tests.people.scene import AYLIN, at_browser
from tests.server.kernel.work import enqueue
from tests.support.full import full, no_room_in
from tests.support.trouble import expects_trouble

NOTHING_SAVED = "The server has no room left on its disk."


@pytest.fixture
def settings(embedded_settings: Settings) -> Settings:
    """On PostgreSQL it is another machine's disk; its error is known in the same place."""
    return embedded_settings


async def fill(kernel: Kernel) -> None:
    """Let SQLite's file grow no more, and use up what is free in it."""

    def grows_no_more(connection: Any, *_: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA max_page_count = 1")  # what it has it keeps
        cursor.close()

    event.listen(kernel.database.engine.sync_engine, "checkout", grows_no_more)
    for letters in (4000, 400, 4):
        with contextlib.suppress(OperationalError):
            while True:
                await enqueue(kernel, "nobody.does_this", {"text": letters * "x"})


async def test_who_saves_on_a_full_disk_reads_that_nothing_was_saved(
    app: Starlette, client: httpx2.AsyncClient
) -> None:
    kernel: Kernel = app.state.kernel
    async with at_browser(app, AYLIN) as (browser, _):
        await fill(kernel)
        with capture_logs() as logged:
            for _ in range(3):
                page = await client.post("/sign-in", data={"email": AYLIN})
                assert (page.status_code, page.headers["retry-after"]) == (503, "60")
                assert NOTHING_SAVED in page.text
            told = await client.post("/sign-in", data={"email": AYLIN}, headers={"accept": "text/json"})
            assert (told.status_code, told.json()["code"]) == (503, "full")
            assert (await browser.get("/me")).status_code == 200
            assert (await client.get("/readyz")).status_code == 200  # what there is can be read
    said = [(each["event"], each["service"]) for each in logged if each["log_level"] in ("warning", "error")]
    assert said == [("service_away", "room for the database")]


async def test_a_file_that_finds_no_room_is_no_fault_of_ours(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", no_room)
    picture = io.BytesIO()
    Image.new("RGB", (200, 200), "white").save(picture, "PNG")
    async with at_browser(app, AYLIN) as (browser, _):
        page = await browser.post("/me/photo", files={"photo": ("me.png", picture.getvalue(), "image/png")})
        assert page.status_code == 503
        assert NOTHING_SAVED in page.text


async def test_that_there_is_room_again_is_said_by_what_was_written_there(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel: Kernel = app.state.kernel
    monkeypatch.setattr(away, "STEADY_S", 0.0)
    assert away.noted(OSError(errno.ENOSPC, "No space left on device"))
    assert away.noted(full())
    await enqueue(kernel)
    assert (away.DATABASE_DISK.away_since, away.FILES_DISK.away_since is None) == (None, False)
    await kernel.files.put(b"there is room again")
    assert away.FILES_DISK.away_since is None


async def test_pages_can_be_read_though_it_cannot_be_written_when_somebody_was_here(
    app: Starlette, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel: Kernel = app.state.kernel
    async with at_browser(app, AYLIN) as (browser, aylin):
        async with kernel.database.write() as uow:
            until = uow.clock.now() + timedelta(days=30)
            _, token = await api_tokens.make(uow, aylin.id, "A program", ["directory:read"], until)
        clock.advance(minutes=10)
        no_room_in(monkeypatch, kernel.database)
        assert (await browser.get("/me")).status_code == 200
        async with browser_of(app) as program:
            answer = await program.get("/api/v1/me", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 200


@expects_trouble
async def test_what_may_be_missed_is_a_fault_all_the_same_where_the_disk_has_room(app: Starlette) -> None:
    kernel: Kernel = app.state.kernel

    async def mistake(uow: UnitOfWork) -> None:
        await uow.session.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(DBAPIError):
        await kernel.database.write_if_possible(mistake)
