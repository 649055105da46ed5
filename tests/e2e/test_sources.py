"""News that an organisation's website tells, from the address in a form to the public page, at real browsers."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Page, expect

from tests.directory.connectors.feeds import RSS
from tests.directory.needs.network import seed
from tests.e2e.place import STRANGER, Place, cookies_of, told
from tests.e2e.stage import writing
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.browser import PHONE, OpenTab
from tests.support.hosts import Answering, saying, serving
from tests.support.server_process import Serve

VOLTBUS, WEBSITE = "/o/voltbus", "news.voltbus.example"
# What a page of an organisation's own says, and a feed.
PAGE = saying(b"<html><body>Our news</body></html>", content_type="text/html")
FEED = saying(RSS, content_type="application/rss+xml")


@dataclass
class Website:
    """A host of the organisation's, which answers what the test has it answer."""

    port: int = 0
    answer: Answering = field(default=PAGE)


@pytest.fixture
async def website() -> AsyncIterator[Website]:
    made = Website()
    async with serving(lambda head, writer: made.answer(head, writer)) as made.port:
        yield made


@pytest.fixture
async def place(backend: Backend, serve: Serve) -> Place:
    """Voltbus, which Aylin looks after; its website is one that may be fetched from."""
    async with writing(backend) as uow:
        people, _, _ = await seed(uow)
        cookies = await cookies_of(uow, people, "aylin")
    return Place(await serve(dev=True, test_example_hosts="here", own_hosts=json.dumps([WEBSITE])), cookies)


async def test_news_of_a_website_come_by_themselves_with_source_and_day_until_they_are_wanted_no_longer(
    place: Place, open_tab: OpenTab, website: Website
) -> None:
    aylin = await place.come(open_tab, "aylin", VOLTBUS)
    await aylin.get_by_role("link", name="Give the address of your feed").click()
    address = aylin.get_by_label("Address of the RSS or Atom feed")
    await address.fill("no address")
    await aylin.get_by_role("button", name="Read this feed").click()
    await expect(aylin.locator(".field-error")).to_have_text("That is not a web address we can link to.")
    await address.fill(f"http://{WEBSITE}:{website.port}/feed")
    await aylin.get_by_role("button", name="Read this feed").click()
    await _says(aylin, "There is no RSS or Atom feed at this address.")
    await assert_accessible(aylin)
    website.answer = FEED
    await aylin.get_by_role("button", name="Read it now").click()
    await _says(aylin, "2 pieces of news.")
    await expect(aylin.get_by_text("Your feed could not be read.")).to_have_count(0)

    stranger = await place.come(open_tab, STRANGER, VOLTBUS, size=PHONE, has_touch=True, is_mobile=True)
    news = stranger.get_by_role("region", name="News")
    piece = news.get_by_role("listitem").filter(has_text="Neues Büro")
    await expect(piece).to_contain_text("1 September 2026 · Voltbus & friends")
    await news.get_by_role("link", name="All news").tap()
    await expect(stranger.get_by_text("Wir ziehen um.")).to_be_visible()
    await assert_accessible(stranger)
    await aylin.get_by_role("button", name="Read it no longer").click()
    await aylin.get_by_role("dialog").get_by_role("button", name="Read it no longer").click()
    await expect(aylin.get_by_text("News from your website", exact=True)).to_be_visible()
    await stranger.reload()
    await expect(stranger.get_by_text("No news yet")).to_be_visible()


async def _says(page: Page, words: str) -> None:
    """What a reading in the background has come to."""
    await told(page, f"{VOLTBUS}/feed", words)
    await expect(page.get_by_text(words)).to_be_visible()
