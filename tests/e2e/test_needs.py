"""A blind need from the first word to the conversation, at real browsers."""

import pytest
from playwright.async_api import expect

from tests.directory.needs.network import HIDDEN, REASON, seed
from tests.e2e.place import Place, cookies_of
from tests.e2e.stage import writing
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.browser import PHONE, OpenTab
from tests.support.server_process import Serve

TITLE = "350 kW charging for 24 buses"


@pytest.fixture
async def place(backend: Backend, serve: Serve) -> Place:
    """A utility and a start-up with a charger, written before the servers start: SQLite is theirs alone."""
    async with writing(backend) as uow:
        people, _, _ = await seed(uow)
        cookies = await cookies_of(uow, people, "bernd", "aylin")
    return Place(await serve(dev=True), cookies)


async def test_a_blind_need_is_found_answered_asked_revealed_and_talked_about(place: Place, open_tab: OpenTab) -> None:
    bernd = await place.come(open_tab, "bernd", "/needs")
    await bernd.get_by_role("link", name="Write a need").first.click()
    await bernd.locator("#title_en").fill(TITLE)
    await bernd.locator("#text_en").fill("Stadtwerke Hagenfeld: from autumn on 24 buses charge in our depot.")
    await bernd.locator("#shown_as_en").fill("Mid-size utility, NRW")
    await bernd.get_by_label("Publish without our name").check()
    await bernd.get_by_role("button", name="Publish").click()
    await expect(bernd.locator(".field-error").get_by_text("says who you are")).to_be_visible()
    await bernd.locator("#text_en").fill("From autumn on 24 buses charge in our depot.")
    await bernd.get_by_role("button", name="Preview").click()
    await expect(bernd.locator("#preview").get_by_text("Mid-size utility, NRW")).to_be_visible()
    await assert_accessible(bernd)
    await bernd.get_by_role("button", name="Publish").click()
    await expect(bernd.get_by_text("It is published.")).to_be_visible()

    aylin = await place.come(open_tab, "aylin", "/needs", size=PHONE, has_touch=True, is_mobile=True)
    await expect(aylin.get_by_text("Fits your: Depot charger 350.")).to_be_visible()
    await aylin.get_by_role("link", name=TITLE).tap()
    await expect(aylin.get_by_text("name hidden")).to_be_visible()
    await assert_accessible(aylin)
    await aylin.get_by_role("button", name="This is us").first.tap()
    await aylin.get_by_role("dialog").get_by_label("Why you fit").fill(REASON)
    await aylin.get_by_role("dialog").get_by_role("button", name="Send the answer").tap()
    await expect(aylin.get_by_text("Your answer is sent.")).to_be_visible()

    await bernd.reload()
    await bernd.get_by_role("link", name="1 answer").first.click()
    await expect(bernd.get_by_text(REASON)).to_be_visible()
    await assert_accessible(bernd)
    await bernd.get_by_role("link", name="Ask or read on").click()
    await bernd.get_by_label("Ask something").fill("How loud is it at night?")
    await bernd.get_by_role("button", name="Send").click()
    await expect(bernd.get_by_text("Your question is sent.")).to_be_visible()

    await aylin.reload()
    await expect(aylin.get_by_text("How loud is it at night?")).to_be_visible()
    assert HIDDEN not in await aylin.content()
    await aylin.get_by_label("Reply").fill("45 dB at ten metres.")
    await aylin.get_by_role("button", name="Send").tap()
    await expect(aylin.get_by_text("Your reply is sent.")).to_be_visible()
    await assert_accessible(aylin)

    await bernd.reload()
    await bernd.get_by_role("button", name="Show who we are").click()
    await expect(bernd.get_by_text("Both sides see each other's name now.")).to_be_visible()
    await aylin.reload()
    await expect(aylin.get_by_role("heading", name=HIDDEN)).to_be_visible()

    await bernd.get_by_role("button", name="Talk").click()
    await bernd.get_by_role("button", name="Open the conversation").click()
    await expect(bernd.locator(".message-text")).to_have_text([REASON])
    await aylin.reload()
    await aylin.get_by_role("button", name="Open the conversation").tap()
    await expect(aylin.locator(".message-text")).to_have_text([REASON])
