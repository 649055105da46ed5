"""The data notice has a new wording: who agreed to an older one is told, and asked until they agree."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from people import consent
from people.consent import WORDINGS, Kind
from people.model import Person
from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel
from tests.people.scene import AYLIN, BEN, at_browser
from web.frame import LOCALE_COOKIE

OLDER = "2026-05-04"
TOLD = "There is a new wording, of 29 November 2026"
ASKED = 'action="/me/data/notice"'
READ = {"wording": WORDINGS[Kind.DATA_NOTICE]}


@pytest.fixture
async def reader(
    app: Starlette, kernel: Kernel, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[httpx2.AsyncClient, Person]]:
    """Aylin at her browser, an hour after she agreed to an older wording."""
    async with at_browser(app, AYLIN) as (browser, aylin):
        await agreed(kernel, aylin, OLDER, monkeypatch)
        clock.advance(hours=1)
        yield browser, aylin


async def agreed(kernel: Kernel, who: Person, wording: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody agreed when this was the wording."""
    with monkeypatch.context() as then:
        then.setitem(WORDINGS, Kind.DATA_NOTICE, wording)
        async with kernel.database.write() as uow:
            consent.give(uow, who.id, Kind.DATA_NOTICE)


async def on_record(kernel: Kernel, who: Person) -> list[str]:
    """The wordings that somebody agreed to, the latest first."""
    async with kernel.database.read() as session:
        return [each.wording for each in await consent.of_person(session, who.id)]


async def test_who_agreed_to_an_older_wording_is_told_and_agrees_to_the_new_one(
    kernel: Kernel, reader: tuple[httpx2.AsyncClient, Person]
) -> None:
    browser, aylin = reader
    today = (await browser.get("/")).text
    assert TOLD in today
    assert "You agreed to the one of 4 May 2026." in today
    notice = (await browser.get("/data-notice")).text
    assert ASKED in notice
    assert "What you agreed to is the wording of 4 May 2026" in notice
    assert "in the wording of 4 May 2026" in (await browser.get("/me/data")).text
    for _ in range(2):  # pressed twice, it is on record once
        answer = await browser.post("/me/data/notice", data=READ)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
    today = (await browser.get("/")).text
    assert "That you agree is on record." in today
    assert TOLD not in today
    assert ASKED not in (await browser.get("/data-notice")).text
    assert "in the wording of 29 November 2026" in (await browser.get("/me/data")).text
    assert await on_record(kernel, aylin) == [WORDINGS[Kind.DATA_NOTICE], OLDER]


async def test_in_german_it_is_told_in_german(reader: tuple[httpx2.AsyncClient, Person]) -> None:
    browser, _ = reader
    browser.headers["accept-language"] = "de"
    browser.cookies.set(LOCALE_COOKIE, "de")
    assert "Es gibt eine neue Fassung vom 29. November 2026" in (await browser.get("/")).text
    assert "Zugestimmt haben Sie der Fassung vom 4. Mai 2026" in (await browser.get("/data-notice")).text


async def test_nobody_else_is_asked(
    app: Starlette, kernel: Kernel, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who agreed to today's wording, who never was asked since the account was made for them, and strangers."""
    async with at_browser(app, AYLIN) as (aylins, aylin), at_browser(app, BEN) as (bens, ben):
        await agreed(kernel, aylin, WORDINGS[Kind.DATA_NOTICE], monkeypatch)
        for browser in (aylins, bens, client):
            assert "There is a new wording" not in (await browser.get("/")).text
            assert ASKED not in (await browser.get("/data-notice")).text
        await bens.post("/me/data/notice", data=READ)
    assert await on_record(kernel, ben) == []


async def test_who_read_a_wording_that_is_no_longer_todays_agrees_to_nothing_and_is_shown_the_new_one(
    kernel: Kernel, reader: tuple[httpx2.AsyncClient, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, aylin = reader
    assert f'name="wording" value="{READ["wording"]}"' in (await browser.get("/data-notice")).text
    with monkeypatch.context() as later:
        later.setitem(WORDINGS, Kind.DATA_NOTICE, "2026-12-24")
        for read in (READ, {}):
            answer = await browser.post("/me/data/notice", data=read)
            assert (answer.status_code, answer.headers["location"]) == (303, "/data-notice")
    assert await on_record(kernel, aylin) == [OLDER]


async def test_pressed_twice_at_once_it_is_on_record_once(
    kernel: Kernel, reader: tuple[httpx2.AsyncClient, Person]
) -> None:
    browser, aylin = reader
    await asyncio.gather(*(browser.post("/me/data/notice", data=READ) for _ in range(5)))
    assert await on_record(kernel, aylin) == [READ["wording"], OLDER]
