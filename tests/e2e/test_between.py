"""A partner institution between the two sides of a blind need, at real browsers: each learns what it is their turn to
learn, and no more."""

import pytest
from playwright.async_api import Page, expect

from directory.organisations.model import Member
from directory.partners.actions import appoint, bring
from tests.directory.needs.network import HIDDEN, REASON, TITLE, organisation, seed
from tests.directory.needs.test_between import CHAMBER
from tests.directory.needs.test_blind import TELLING
from tests.e2e.place import Place, cookies_of
from tests.e2e.stage import writing
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.browser import PHONE, OpenTab
from tests.support.server_process import Serve

# Who answers without a name, and what they are called until then; and who answers with it.
NAMELESS, SHOWN_AS, NAMED = "Voltbus", "Start-up, Türkiye", "Hydrolumière"
OTHER_REASON = "Our fuel cells make the power in the depot itself."
WHY = "They need chargers that are in the field already."


@pytest.fixture
async def place(backend: Backend, serve: Serve) -> Place:
    """Edda speaks for an institution, to whose network the utility of Bernd belongs; Aylin and Chloé answer."""
    async with writing(backend) as uow:
        people, organisations, _ = await seed(uow)
        chamber = await organisation(uow, CHAMBER, "partner", "DE", "chamber.example")
        uow.session.add(Member(organisation_id=chamber, person_id=people["edda"], role="editor", since=uow.clock.now()))
        await appoint(uow, chamber, by_id=None)
        await bring(uow, chamber, organisations["utility"], by_id=None)
        cookies = await cookies_of(uow, people, "bernd", "aylin", "chloe", "edda")
    return Place(await serve(dev=True), cookies)


async def test_an_institution_stands_between_and_nobody_learns_more_than_it_is_their_turn_to_learn(
    place: Place, open_tab: OpenTab
) -> None:
    bernd = await place.come(open_tab, "bernd", "/needs/new")
    await _write_with_a_go_between(bernd)
    aylin = await place.come(open_tab, "aylin", "/needs", size=PHONE, has_touch=True, is_mobile=True)
    await _answer(aylin, REASON, nameless=True)
    await expect(aylin.get_by_text("Waits for the go-between")).to_be_visible()
    chloe = await place.come(open_tab, "chloe", "/needs")
    await _answer(chloe, OTHER_REASON)
    await bernd.reload()
    await expect(bernd.get_by_text("No answers yet").filter(visible=True)).to_be_visible()

    edda = await place.come(open_tab, "edda", "/")
    await edda.get_by_role("link", name="An answer waits for you as the go-between").first.click()
    await expect(edda.get_by_role("heading", name=SHOWN_AS)).to_be_visible()
    await expect(edda.get_by_text(HIDDEN).first).to_be_visible()
    await _is_silent(edda, NAMELESS)
    await _return(edda)
    await edda.get_by_role("article", name=SHOWN_AS).get_by_role("button", name="Pass it on").click()
    await expect(edda.get_by_text("The answer is passed on to the owner.")).to_be_visible()
    await expect(edda.get_by_text("Nothing waits for you")).to_be_visible()
    await chloe.reload()
    await expect(chloe.get_by_text(WHY)).to_be_visible()
    await _is_silent(chloe, *TELLING)
    await aylin.reload()
    await expect(aylin.get_by_text("The go-between passes the answer on.")).to_be_visible()
    await _is_silent(aylin, *TELLING)

    await bernd.reload()
    await bernd.get_by_role("link", name="1 answer").first.click()
    await expect(bernd.get_by_text(REASON)).to_be_visible()
    await expect(bernd.get_by_role("heading", name=SHOWN_AS)).to_be_visible()
    await _is_silent(bernd, NAMELESS, NAMED, OTHER_REASON, WHY)
    await bernd.get_by_role("button", name="Show who we are").click()
    await expect(bernd.get_by_role("heading", name=NAMELESS)).to_be_visible()
    await aylin.reload()
    await expect(aylin.get_by_role("heading", name=HIDDEN)).to_be_visible()
    await chloe.get_by_role("link", name=TITLE).click()
    await expect(chloe.get_by_text("name hidden")).to_be_visible()
    await _is_silent(chloe, *TELLING)
    await edda.reload()
    await expect(edda.get_by_role("listitem").filter(has_text=SHOWN_AS)).to_contain_text("Passed on")
    await _is_silent(edda, NAMELESS)


async def _write_with_a_go_between(page: Page) -> None:
    """Without a name; and said to the owner where it stands from then on."""
    await page.locator("#title_en").fill(TITLE)
    await page.locator("#text_en").fill("From autumn on 24 buses charge in our depot.")
    await page.locator("#shown_as_en").fill("Mid-size utility, NRW")
    await page.get_by_label("Publish without our name").check()
    await page.get_by_label("A go-between").select_option(CHAMBER)
    await page.get_by_role("button", name="Publish").click()
    await expect(page.get_by_text("It is published.")).to_be_visible()
    await expect(page.get_by_text(f"Answers go to {CHAMBER} first, who passes on what fits.")).to_be_visible()


async def _answer(page: Page, reason: str, *, nameless: bool = False) -> None:
    """Whoever answers reads before to whom it goes."""
    await page.get_by_role("link", name=TITLE).click()
    await expect(page.get_by_text(f"Your answer goes to {CHAMBER} first").filter(visible=True)).to_be_visible()
    await page.get_by_role("button", name="This is us").first.click()
    answer = page.get_by_role("dialog")
    await answer.get_by_label("Why you fit").fill(reason)
    await answer.get_by_label("Show our name only when they show theirs").set_checked(nameless)
    await answer.get_by_role("button", name="Send the answer").click()
    await expect(page.get_by_text("Your answer is sent.")).to_be_visible()
    await _is_silent(page, *TELLING)


async def _return(page: Page) -> None:
    """The answer that does not fit; not with nothing said."""
    answer = page.get_by_role("article", name=NAMED)
    await answer.get_by_text("Return it", exact=True).click()
    await answer.get_by_role("button", name="Return it with these words").click()
    await expect(answer.locator(".field-error")).to_be_visible()
    await assert_accessible(page)
    await answer.get_by_label("Why it is not passed on").fill(WHY)
    await answer.get_by_role("button", name="Return it with these words").click()
    await expect(page.get_by_text("The answer is returned with your reason.")).to_be_visible()


async def _is_silent(page: Page, *words: str) -> None:
    """Nothing of this is anywhere in the page, seen or not."""
    content = await page.content()
    assert not [word for word in words if word in content]
