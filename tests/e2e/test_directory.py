"""What people do with organisations at real browsers: look after one, join it, keep it in mind, ask it for contact."""

import pytest
from playwright.async_api import Page, expect

from people.model import Person
from tests.directory.needs.network import seed
from tests.directory.organisations.test_uploads import picture
from tests.e2e.place import Place, cookies_of
from tests.e2e.stage import writing
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.browser import PHONE, OpenTab
from tests.support.ground import same_on_both_grounds
from tests.support.server_process import Serve

VOLTBUS = "/o/voltbus"


@pytest.fixture
async def place(backend: Backend, serve: Serve) -> Place:
    """Voltbus, which Aylin looks after; Edda has a mail address there, and Chloé speaks for another start-up."""
    async with writing(backend) as uow:
        people, _, _ = await seed(uow)
        (await uow.session.get_one(Person, people["edda"])).email = "edda@voltbus.example"
        cookies = await cookies_of(uow, people, "aylin", "edda", "chloe")
    return Place(await serve(dev=True), cookies)


@same_on_both_grounds
async def test_an_organisation_is_looked_after_joined_kept_in_mind_and_asked(place: Place, open_tab: OpenTab) -> None:
    aylin = await place.come(open_tab, "aylin", VOLTBUS)
    await _describe_it_with_a_product(aylin)
    edda = await place.come(open_tab, "edda", VOLTBUS, size=PHONE, has_touch=True, is_mobile=True)
    await edda.get_by_role("button", name="I belong here").tap()
    await expect(edda.get_by_text("You have asked to join.")).to_be_visible()
    await aylin.goto(f"{VOLTBUS}/people")
    await aylin.get_by_label("Role of Edda Brandt").select_option("editor")
    await assert_accessible(aylin)
    await aylin.get_by_role("button", name="Let in").click()
    await expect(aylin.get_by_role("link", name="Edda Brandt")).to_be_visible()
    await edda.goto(VOLTBUS)
    await expect(edda.get_by_role("link", name="Change this page")).to_be_visible()

    chloe = await place.come(open_tab, "chloe", VOLTBUS)
    await _keep_in_mind(chloe)
    await chloe.goto("/needs")
    await chloe.get_by_label("Words").fill("buses")  # and all industries, all countries, at any time
    await chloe.get_by_role("button", name="Show", exact=True).click()
    await chloe.wait_for_url("**/needs?*q=buses*")
    await chloe.goto(VOLTBUS)
    await chloe.get_by_role("link", name="Ask for contact").click()
    await chloe.get_by_label("What you ask").fill("May we charge our hydrogen buses with you?")
    await chloe.get_by_label("What you offer").fill("A pilot with twelve buses.")
    await assert_accessible(chloe)
    await chloe.get_by_role("button", name="Ask for contact").click()
    await expect(chloe.get_by_text("Your request is sent.")).to_be_visible()
    await aylin.goto("/contacts")
    await expect(aylin.get_by_text("A pilot with twelve buses.")).to_be_visible()
    await aylin.get_by_role("button", name="Talk").click()
    await expect(aylin.get_by_role("button", name="Open the conversation")).to_be_visible()
    await aylin.goto(f"{VOLTBUS}/history")
    await expect(aylin.locator("ins")).to_have_text(["editor", "Chargers that need no new grid."])


async def _describe_it_with_a_product(page: Page) -> None:
    await page.get_by_role("link", name="Change this page").click()
    await page.locator("[name='pitch.en']").fill("Chargers that need no new grid.")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Chargers that need no new grid.")).to_be_visible()
    await page.get_by_role("link", name="Add a product").click()
    await page.locator("[name='name.en']").fill("Street charger 22")
    await page.get_by_role("button", name="Add it").click()
    await expect(page.get_by_text("The product is in the directory now.")).to_be_visible()
    await page.get_by_label("Picture", exact=True).set_input_files(
        {"name": "charger.png", "mimeType": "image/png", "buffer": picture()}
    )
    await page.get_by_label("What is on it").fill("A charger at a kerb")
    await page.get_by_role("button", name="Upload").first.click()
    await expect(page.get_by_role("img", name="A charger at a kerb")).to_be_visible()
    await assert_accessible(page)


async def _keep_in_mind(page: Page) -> None:
    """Bookmarked, on a list, with a word and a note."""
    await page.get_by_role("button", name="Bookmark").click()
    await expect(page.get_by_role("button", name="Bookmarked")).to_be_visible()
    await page.goto("/lists")
    await page.get_by_label("Name", exact=True).fill("Pilots 2027")
    await page.get_by_role("button", name="Begin the list").click()
    await expect(page.get_by_text("The list is there.")).to_be_visible()
    await page.goto(f"{VOLTBUS}/notes")
    await page.get_by_label("Pilots 2027").check()
    await page.get_by_role("button", name="Save the lists").click()
    await expect(page.get_by_text("The lists are saved.")).to_be_visible()
    await page.get_by_label("New note").fill("Met Aylin in Essen.")
    await page.get_by_role("button", name="Write it down").click()
    await expect(page.locator(".note-text")).to_have_text(["Met Aylin in Essen."])
    await assert_accessible(page)
    await page.goto("/lists")
    await page.get_by_role("link", name="Pilots 2027").click()
    await expect(page.get_by_role("link", name="Voltbus")).to_be_visible()
