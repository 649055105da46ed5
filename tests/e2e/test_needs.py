"""Needs at real browsers: a blind one from the first word to the conversation, one from its draft to its end, and two
whose time runs out."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from babel.dates import format_date
from playwright.async_api import FilePayload, Page, expect

from directory.needs import actions
from directory.needs.actions import Draft
from directory.needs.rules import OPEN_FOR, REMIND_BEFORE
from directory.needs.seen import Wording, last_day
from server.kernel.db import UnitOfWork
from tests.directory.needs.network import HIDDEN, REASON, seed
from tests.e2e.mailbox import RENEWAL, link_to
from tests.e2e.place import STRANGER, Place, cookies_of, rows_taken, taken
from tests.e2e.stage import writing
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.browser import PHONE, OpenTab
from tests.support.ground import same_on_both_grounds
from tests.support.moving_clock import MovingClock
from tests.support.server_process import Serve
from tests.web.test_kit import SIDEWAYS
from web.i18n import formats

TITLE = "350 kW charging for 24 buses"
# Open for as long as it goes by itself; and until a day that is over when its owner is reminded of the first.
LASTING, SHORT = "Second-life batteries for a depot", "A crane for one weekend"
PLAN = FilePayload(name="Plan of the depot.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7 of a depot")


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
    await _tap_on_a_fact(aylin, TITLE)
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


@same_on_both_grounds
async def _tap_on_a_fact(page: Page, title: str) -> None:
    """Wherever a card is touched, its link opens."""
    card = page.locator(".card", has=page.get_by_role("link", name=title))
    fact = card.locator(".card-facts li").last
    await fact.scroll_into_view_if_needed()
    box = await fact.bounding_box()
    assert box
    await page.touchscreen.tap(box["x"] + box["width"] - 5, box["y"] + box["height"] / 2)


async def test_a_need_is_found_while_it_is_open_and_its_page_says_who_did_what_and_when(
    place: Place, open_tab: OpenTab
) -> None:
    bernd = await place.come(open_tab, "bernd", "/needs")
    await _draft_with_a_file(bernd)
    aylin = await place.come(open_tab, "aylin", "/needs")
    nothing = aylin.get_by_text("Nothing is sought yet")
    await expect(nothing).to_be_visible()
    await _turn(bernd, "Publish", "It is published.")
    await aylin.reload()
    await aylin.get_by_role("link", name=TITLE).click()
    assert await taken(aylin, PLAN["name"]) == (PLAN["name"], PLAN["buffer"])
    await bernd.get_by_role("button", name=f"Take away: {PLAN['name']}").click()
    await expect(bernd.get_by_text("The file is taken away.")).to_be_visible()
    await expect(bernd.get_by_role("link", name=PLAN["name"])).to_have_count(0)
    await aylin.reload()
    await expect(aylin.get_by_role("heading", name=TITLE)).to_be_visible()
    await expect(aylin.get_by_role("heading", name="Attachments")).to_have_count(0)

    await _turn(bernd, "Pause", "It is paused: nobody finds it, and nobody answers.")
    await aylin.goto("/needs")
    await expect(nothing).to_be_visible()
    await _turn(bernd, "Take answers again", "It takes answers again.")
    await aylin.reload()
    await aylin.get_by_role("link", name=TITLE).click()
    answer = aylin.get_by_role("button", name="This is us")
    await expect(answer).to_be_enabled()
    await _turn(bernd, "Close as fulfilled", "It is closed as fulfilled. Good work.")
    await aylin.reload()
    await expect(aylin.get_by_text("Fulfilled", exact=True)).to_be_visible()
    await expect(answer).to_be_disabled()
    await expect(aylin.get_by_text("How it stood")).to_have_count(0)

    await bernd.get_by_text("How it stood").click()
    deeds = ("Closed as fulfilled", "Taken up again", "Stopped for a while", "Published", "Written")
    stood = bernd.locator("details").filter(has_text="How it stood").get_by_role("listitem")
    await expect(stood).to_have_text([re.compile(rf"{deed}\s[^·]*\d\d:\d\d[^·]* · Bernd Kowalski") for deed in deeds])


@pytest.fixture
async def clock(tmp_path: Path) -> MovingClock:
    """The clock of the servers below."""
    return MovingClock(tmp_path)


@pytest.fixture
async def lasting(backend: Backend, serve: Serve, clock: MovingClock) -> Place:
    """Bernd's utility has published two needs, and time can pass."""
    async with writing(backend) as uow:
        people, organisations, _ = await seed(uow)
        for title, deadline in ((LASTING, None), (SHORT, date.today() + timedelta(days=10))):
            await _published(uow, title, deadline, organisations["utility"], people["bernd"])
        cookies = await cookies_of(uow, people, "bernd")
    return Place(await serve(dev=True, test_clock=clock.file), cookies)


async def test_what_is_renewed_from_its_mail_stays_open_and_what_is_not_runs_out_until_it_has_another_day(
    lasting: Place, open_tab: OpenTab, clock: MovingClock
) -> None:
    reminded = (datetime.now(UTC) + OPEN_FOR - REMIND_BEFORE + timedelta(days=1)).replace(hour=15)
    clock.go_to(reminded)
    link = await link_to(lasting.servers, "bernd@people.example", RENEWAL)
    bernd = await lasting.come(open_tab, "bernd", "/needs?tab=mine")
    soon = bernd.get_by_role("link", name=f"Soon runs out: {LASTING}")
    await expect(soon).to_be_visible()
    reader = await lasting.come(open_tab, STRANGER, link)
    await expect(reader.get_by_text(LASTING)).to_be_visible()
    await assert_accessible(reader)
    await reader.get_by_role("button", name="Renew", exact=True).click()
    until = last_day(reminded + OPEN_FOR, "en")
    await expect(reader.get_by_text(f"Open until {until}.")).to_be_visible()
    await bernd.reload()
    await expect(bernd.get_by_role("listitem").filter(has_text=SHORT)).to_contain_text("Run out")
    await expect(soon).to_have_count(0)
    await bernd.get_by_role("link", name=LASTING).click()
    await _stands(bernd, "Taking answers", "Renewed", f"Bernd Kowalski · open until {until}")
    await bernd.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert await bernd.evaluate(SIDEWAYS) == 0

    await reader.goto("/needs")
    await expect(reader.get_by_role("link", name=LASTING)).to_be_visible()
    await expect(reader.get_by_role("link", name=SHORT)).to_have_count(0)
    await bernd.goto("/needs?tab=mine")
    assert {(row["title"], row["state"]) for row in await rows_taken(bernd)} == {
        (LASTING, "Taking answers"),
        (SHORT, "Run out"),
    }
    await bernd.get_by_role("link", name=SHORT).click()
    await _stands(bernd, "Run out", "Ran out", "By itself")
    await bernd.get_by_role("button", name="Renew", exact=True).click()
    await expect(bernd.locator(".quiet-line-refused")).to_have_text("Its last day is over: choose another one.")
    later = reminded.date() + timedelta(days=30)
    await bernd.get_by_label("Answers until").fill(later.isoformat())
    await _turn(bernd, "Save", "Your changes are saved.")
    await _turn(bernd, "Renew", "It is renewed.")
    until = format_date(later, "long", locale=formats("en"))
    await expect(bernd.get_by_text(f"Open until {until}.")).to_be_visible()
    await _stands(bernd, "Taking answers", "Renewed", f"Bernd Kowalski · open until {until}")
    await reader.reload()
    await expect(reader.get_by_role("link", name=SHORT)).to_be_visible()


async def _published(uow: UnitOfWork, title: str, deadline: date | None, organisation_id: str, by_id: str) -> None:
    texts = {"en": Wording(title, "It may be used, and need not be new.")}
    draft = Draft("seek", "product", blind=False, visibility="public", texts=texts, deadline=deadline)
    made = await actions.write(uow, draft, organisation_id=organisation_id, by_id=by_id)
    await actions.turn(uow, made.id, "publish", by_id=by_id)


async def _stands(page: Page, state: str, deed: str, more: str) -> None:
    """The state beside the title, and in its history what was done last, when, by whom and until when."""
    await expect(page.locator(".need-kind").get_by_text(state)).to_be_visible()
    await page.get_by_text("How it stood").click()
    stood = page.locator("details").filter(has_text="How it stood").get_by_role("listitem")
    await expect(stood.first).to_have_text(re.compile(rf"{deed}\s[^·]*\d\d:\d\d[^·]* · {more}\s*$"))


async def _draft_with_a_file(page: Page) -> None:
    await page.get_by_role("link", name="Write a need").first.click()
    await page.locator("#title_en").fill(TITLE)
    await page.locator("#text_en").fill("From autumn on 24 buses charge in our depot.")
    await page.get_by_role("button", name="Save as a draft").click()
    await expect(page.get_by_text("The draft is saved.")).to_be_visible()
    await page.get_by_label("Attach a file").set_input_files(PLAN)
    await page.get_by_role("button", name="Attach", exact=True).click()
    await expect(page.get_by_text("The file is attached.")).to_be_visible()


async def _turn(page: Page, deed: str, done: str) -> None:
    await page.get_by_role("button", name=deed, exact=True).click()
    await expect(page.get_by_text(done)).to_be_visible()
