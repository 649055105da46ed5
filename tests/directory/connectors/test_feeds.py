"""An organisation's feed comes in by itself: what its editors and its visitors get."""

import asyncio
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from directory.connectors import queries
from directory.connectors.feeds import EVERY
from directory.connectors.rules import next_at
from directory.organisations.merging import merge
from tests.directory.connectors.feeds import Internet, rss
from tests.directory.scene import Scene
from tests.kernel_fixtures import browser_of


@pytest.fixture
def internet(there: Scene, monkeypatch: pytest.MonkeyPatch) -> Internet:
    made = Internet()
    monkeypatch.setattr(there.kernel.fetcher, "fetch", made.fetch)
    return made


@pytest.fixture
async def stranger(app: Starlette) -> Any:
    async with browser_of(app) as browser:
        yield browser


async def connected(there: Scene, url: str = "voltbus.example/feed") -> tuple[str, str]:
    slug, id_ = await there.organisation()
    assert (await there["aylin"].post(f"/o/{slug}/feed", data={"url": url})).status_code == 303
    await there.kernel.jobs.run_due()
    return slug, id_


async def later(there: Scene, **time: int) -> None:
    there.kernel.clock.advance(**time)  # type: ignore[attr-defined]  # the tests' clock is frozen
    await there.kernel.jobs.run_due()


async def test_news_are_on_the_page_with_source_and_day_and_on_one_of_their_own(
    there: Scene, internet: Internet, stranger: httpx2.AsyncClient
) -> None:
    slug, _ = await connected(there)
    shown = (await stranger.get(f"/o/{slug}")).text
    assert "Neues Büro" in shown
    assert "Voltbus &amp; friends" in shown
    everything = (await stranger.get(f"/o/{slug}/news")).text
    assert "<b>ziehen</b>" in everything
    assert "alert(1)" not in everything
    assert "export" not in everything, "for who is signed in"
    assert f"/o/{slug}/news/export.csv" in (await there["gina"].get(f"/o/{slug}/news")).text
    rows = (await there["gina"].get(f"/o/{slug}/news/export.json")).json()
    assert [row["title"] for row in rows] == ["Only a text, no title", "Neues Büro"]
    assert (rows[1]["text"], rows[1]["link"]) == ("Wir ziehen um. x y", "https://voltbus.example/blog/1")
    desk = (await there["aylin"].get(f"/o/{slug}/feed")).text
    assert "Last read on" in desk
    assert "2 pieces of news." in desk
    assert "https://voltbus.example/feed" in (await there["aylin"].get(f"/o/{slug}/history")).text


async def test_each_piece_of_news_is_there_once_and_as_it_is_told_now(there: Scene, internet: Internet) -> None:
    internet.content = rss(("a", "First"))
    _, id_ = await connected(there)
    internet.content, internet.etag = rss(("a", "First, mended"), ("b", "Second")), '"2"'
    await later(there, hours=1)
    await later(there, hours=1)
    assert [asked.get("if-none-match") for asked in internet.asked] == [None, '"1"', '"2"']
    async with there.kernel.database.read() as session:
        assert {item.title for item in await queries.news_of(session, id_, 9)} == {"First, mended", "Second"}


async def test_the_number_of_news_is_bounded_and_the_latest_stay(there: Scene, internet: Internet) -> None:
    internet.content = rss(*((f"old {number}", "Old") for number in range(50)))
    _, id_ = await connected(there)
    internet.content, internet.etag = rss(*((f"new {number}", "New") for number in range(30))), '"2"'
    await later(there, hours=1)
    async with there.kernel.database.read() as session:
        titles = [item.title for item in await queries.news_of(session, id_, 99)]
    assert (len(titles), titles.count("New")) == (50, 30)


async def test_the_editor_sees_what_is_wrong_and_what_was_read_stays(there: Scene, internet: Internet) -> None:
    slug, id_ = await connected(there)
    internet.failure = "forbidden_host"
    await later(there, hours=1)
    desk = (await there["aylin"].get(f"/o/{slug}/feed")).text
    assert "This address does not lead to the public internet." in desk
    assert "What was read before stays on your page." in desk
    assert "Last read on" in desk
    assert "could not be read" not in (await there["chloe"].get(f"/o/{slug}")).text
    async with there.kernel.database.read() as session:
        feed = await queries.feed_of(session, id_)
        assert feed is not None
        assert (feed.failures, len(await queries.news_of(session, id_, 9))) == (1, 2)
        assert feed.due_at == next_at(there.kernel.clock.now(), EVERY, 1)
    internet.failure = ""
    there.kernel.clock.advance(seconds=1)  # type: ignore[attr-defined]
    assert (await there["aylin"].post(f"/o/{slug}/feed/read")).status_code == 303
    await there.kernel.jobs.run_due()
    assert "could not be read" not in (await there["aylin"].get(f"/o/{slug}/feed")).text


async def test_a_feed_that_is_let_go_takes_its_news_along_and_is_asked_no_more(
    there: Scene, internet: Internet
) -> None:
    slug, _ = await connected(there)
    assert (await there["aylin"].post(f"/o/{slug}/feed/remove")).status_code == 303
    await later(there, hours=3)
    assert len(internet.asked) == 1
    assert "Neues Büro" not in (await there["aylin"].get(f"/o/{slug}")).text


async def test_two_editors_who_give_an_address_at_once_have_one_feed(there: Scene, internet: Internet) -> None:
    slug, id_ = await there.organisation()
    urls = [f"voltbus.example/feed/{number}" for number in range(4)]
    answers = await asyncio.gather(*(there["aylin"].post(f"/o/{slug}/feed", data={"url": url}) for url in urls))
    assert {answer.status_code for answer in answers} == {303}
    async with there.kernel.database.read() as session:
        assert await queries.feed_of(session, id_) is not None


async def test_only_editors_say_where_the_feed_is_and_only_web_addresses(there: Scene, internet: Internet) -> None:
    slug, _ = await there.organisation()
    assert (await there["chloe"].get(f"/o/{slug}/feed")).status_code == 404
    assert (await there["chloe"].post(f"/o/{slug}/feed", data={"url": "a.example"})).status_code == 403
    for wrong in ("", "ftp://a.example/feed", "https://u:p@a.example/"):
        assert (await there["aylin"].post(f"/o/{slug}/feed", data={"url": wrong})).status_code == 422
    await there.kernel.jobs.run_due()
    assert internet.asked == []


async def test_news_go_along_when_two_records_become_one(there: Scene, internet: Internet) -> None:
    _, from_id = await connected(there)
    _, into_id = await there.organisation(name="Voltbus SE", website="")
    async with there.kernel.database.write() as uow:
        await merge(uow, from_id, into_id, there.app.state.organisations.carriers, by_id=there.ids["ada"])
    await later(there, hours=1)
    async with there.kernel.database.read() as session:
        assert len(await queries.news_of(session, into_id, 9)) == 2
        assert await queries.feed_of(session, from_id) is None
    assert len(internet.asked) == 2
