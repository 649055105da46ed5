"""What people do with organisations at real browsers: look after one, join it, keep it in mind, ask it for contact; and
what its administrator does not want."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from directory.contacts.model import ContactReply, ContactRequest
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from tests.directory.needs.network import organisation, seed
from tests.directory.organisations.test_uploads import picture
from tests.e2e.mailbox import INVITATION, link_to
from tests.e2e.place import Place, cookies_of, rows_taken
from tests.e2e.stage import writing
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.browser import PHONE, OpenTab
from tests.support.ground import same_on_both_grounds
from tests.support.server_process import Serve

VOLTBUS = "/o/voltbus"
SPENT = "Your organisation's requests for today are spent. They come back as they are answered."
EDDA = "edda@voltbus.example"


@pytest.fixture
async def place(backend: Backend, serve: Serve) -> Place:
    """Voltbus, which Aylin looks after, with Dev, has answered four of the five requests that came long ago. Edda has a
    mail address there; Chloé speaks for another start-up, which has asked four others for contact today."""
    async with writing(backend) as uow:
        people, organisations, _ = await seed(uow)
        now = uow.clock.now()
        for number in range(4):
            asked = await organisation(uow, f"Depot {number}", "company", "DE", f"depot{number}.example")
            await _asked(uow, organisations["hydro"], asked, people["chloe"], now)
        for number in range(5):
            at = now - timedelta(days=30 + number)
            made = await _asked(uow, organisations["utility"], organisations["voltbus"], people["bernd"], at)
            if number:
                await _answered(uow, made, people["aylin"], at + timedelta(hours=6))
        (await uow.session.get_one(Person, people["edda"])).email = EDDA
        cookies = await cookies_of(uow, people, "aylin", "dev", "edda", "chloe")
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
    # The question had her name and the role as well: it is answered once it is gone.
    await expect(aylin.get_by_role("button", name="Let in")).to_have_count(0)
    await expect(aylin.get_by_label("Role of Edda Brandt")).to_have_value("editor")
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
    await expect(chloe.get_by_label("What you ask")).to_be_visible()
    await assert_accessible(chloe)
    await _ask(chloe)
    await aylin.goto("/contacts")
    await expect(aylin.get_by_text("A pilot with twelve buses.")).to_be_visible()
    await aylin.get_by_role("article", name="Hydrolumière").get_by_role("button", name="Talk").click()
    await expect(aylin.get_by_role("button", name="Open the conversation")).to_be_visible()
    await aylin.goto(f"{VOLTBUS}/history")
    await expect(aylin.locator("ins")).to_have_text(["editor", "Chargers that need no new grid."])
    assert [row["after"] for row in await rows_taken(aylin)] == ["editor", "Chargers that need no new grid.", ""]


@same_on_both_grounds
async def test_a_name_of_one_long_word_breaks_in_the_history_of_a_page_on_a_phone(
    place: Place, open_tab: OpenTab
) -> None:
    aylin = await place.come(open_tab, "aylin", f"{VOLTBUS}/edit", size=PHONE)
    await aylin.get_by_label("Name", exact=True).fill("Energieversorgungsunternehmensdigitalisierungsfachkräftemesse")
    await aylin.get_by_role("button", name="Save", exact=True).click()
    await aylin.wait_for_url(f"**{VOLTBUS}")
    await aylin.goto(f"{VOLTBUS}/history")
    await expect(aylin.locator("ins").first).to_have_text(re.compile("^Energieversorgung"))
    assert await aylin.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


@same_on_both_grounds
async def test_who_stays_outside_or_has_to_go_sees_it_as_its_administrator_has_decided(
    place: Place, open_tab: OpenTab
) -> None:
    edda = await place.come(open_tab, "edda", VOLTBUS)
    await edda.get_by_role("button", name="I belong here").click()
    await expect(edda.get_by_text("You have asked to join.")).to_be_visible()
    aylin = await place.come(open_tab, "aylin", f"{VOLTBUS}/people")
    await aylin.get_by_role("button", name="Decline").click()
    await expect(aylin.get_by_text("The request is declined.")).to_be_visible()
    await expect(aylin.get_by_role("region", name="Want to join")).to_have_count(0)
    await edda.goto(await link_to(place.servers, EDDA, re.compile(VOLTBUS)))
    await expect(edda.get_by_role("button", name="I belong here")).to_be_visible()

    await aylin.get_by_label("Mail address").fill(EDDA)
    await aylin.get_by_role("button", name="Send the invitation").click()
    invitation = await link_to(place.servers, EDDA, INVITATION)
    await aylin.get_by_role("button", name=f"Withdraw the invitation to {EDDA}").click()
    await expect(aylin.get_by_text("The invitation is withdrawn.")).to_be_visible()
    await edda.goto(invitation)
    await expect(edda.get_by_role("heading", name="This invitation is not good any more.")).to_be_visible()
    await expect(edda.get_by_role("button", name="Join")).to_have_count(0)

    await _promote_and_remove(aylin, await place.come(open_tab, "dev", VOLTBUS))
    chloe = await place.come(open_tab, "chloe", VOLTBUS)
    await expect(chloe.get_by_text("Answers 80 of 100 requests, mostly within a day")).to_be_visible()
    await chloe.get_by_role("link", name="Ask for contact").click()
    await expect(chloe.get_by_text("left today: 1 of 5 requests")).to_be_visible()
    await _ask(chloe)
    left = chloe.get_by_role("complementary", name="What is left today").locator(".figures")
    await expect(left).to_have_text("0 of 5")
    other = await chloe.context.new_page()
    await _finds_nothing_left(other)
    await _decline(aylin)
    await other.reload()
    await expect(other.get_by_text("left today: 1 of 5 requests")).to_be_visible()
    await expect(other.get_by_role("button", name="Ask for contact")).to_be_enabled()
    await other.goto(VOLTBUS)
    await expect(other.get_by_text("Answers 83 of 100 requests, mostly within a day")).to_be_visible()
    await chloe.reload()
    await expect(left).to_have_text("1 of 5")
    answer = chloe.get_by_role("article", name="Voltbus")
    await expect(answer.get_by_text("Declined", exact=True)).to_be_visible()
    await expect(answer.get_by_text("We already work with somebody.")).to_be_visible()


async def _promote_and_remove(aylin: Page, dev: Page) -> None:
    """A member who becomes an editor, and has to go: what they find on the page of the organisation each time."""
    change, colleagues = dev.get_by_role("link", name="Change this page"), dev.get_by_role("link", name="Dev Patel")
    await expect(colleagues).to_be_visible()
    await expect(change).to_have_count(0)
    await aylin.get_by_label("Role of Dev Patel").select_option("Editor")
    row = aylin.get_by_role("listitem").filter(has_text="Dev Patel")
    await row.get_by_role("button", name="Set", exact=True).click()
    await expect(aylin.get_by_text("The role is changed.")).to_be_visible()
    await dev.reload()
    await expect(change).to_be_visible()
    await aylin.get_by_role("button", name="Remove Dev Patel").click()
    await aylin.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    await expect(aylin.get_by_text("The person is removed.")).to_be_visible()
    await dev.reload()
    await expect(dev.get_by_role("heading", name="Voltbus")).to_be_visible()
    await expect(change.or_(colleagues)).to_have_count(0)


async def _ask(page: Page) -> None:
    await page.get_by_label("What you ask").fill("May we charge our hydrogen buses with you?")
    await page.get_by_label("What you offer").fill("A pilot with twelve buses.")
    await page.get_by_role("button", name="Ask for contact").click()
    await expect(page.get_by_text("Your request is sent.")).to_be_visible()


async def _finds_nothing_left(page: Page) -> None:
    """Nobody else can be asked as long as nobody answers; who comes to the button by keyboard hears it, too."""
    await page.goto("/o/stadtwerke-hagenfeld")
    await page.get_by_role("link", name="Ask for contact").click()
    await expect(page.get_by_text("left today: 0 of 5 requests")).to_be_visible()
    await page.get_by_label("What you offer").focus()
    await page.keyboard.press("Tab")
    ask = page.get_by_role("button", name="Ask for contact")
    await expect(ask).to_be_focused()
    await expect(ask).to_be_disabled()
    await expect(ask).to_have_accessible_description(SPENT)
    await expect(page.get_by_text(SPENT)).to_be_visible()
    await assert_accessible(page)


async def _asked(uow: UnitOfWork, from_id: str, to_id: str, by_id: str, at: datetime) -> ContactRequest:
    words = {"asks": "May we see how you charge?", "offers": "A measurement, free of charge."}
    made = ContactRequest(id=new_id(), from_id=from_id, to_id=to_id, person_id=by_id, cid=new_id(), at=at, **words)
    uow.session.add(made)
    await uow.session.flush()
    return made


async def _answered(uow: UnitOfWork, asked: ContactRequest, by_id: str, at: datetime) -> None:
    seconds = int((at - asked.at).total_seconds())
    said = {"kind": "declined", "reason": "no_time", "text": ""}
    uow.session.add(ContactReply(request_id=asked.id, by_id=by_id, at=at, after_seconds=seconds, **said))
    await uow.session.flush()


async def _decline(page: Page) -> None:
    """The request for contact that waits; not with nothing said."""
    await page.goto("/contacts")
    decline = page.get_by_role("article", name="Hydrolumière").get_by_text("Decline", exact=True)
    await decline.click()
    await page.get_by_role("button", name="Decline with these words").click()
    await expect(page.get_by_text("Please choose a reason, or say it in your own words.")).to_be_visible()
    await decline.click()
    await page.get_by_role("button", name="We already work with somebody.").click()
    await expect(page.get_by_text("The request is declined.")).to_be_visible()


async def _describe_it_with_a_product(page: Page) -> None:
    await page.get_by_role("link", name="Change this page").click()
    pitch, logo = page.locator("[name='pitch.en']"), page.get_by_role("region", name="Logo", exact=True)
    await pitch.fill("Chargers that need no new grid.")
    await logo.get_by_label("Logo", exact=True).set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": picture()}
    )
    await expect(logo.get_by_role("button", name="Remove the logo")).to_be_visible()
    await expect(pitch).to_have_value("Chargers that need no new grid.")  # it was not sent with the logo
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
    (row,) = await rows_taken(page)
    assert (row["name"], "Met Aylin in Essen." in str(row["notes"])) == ("Voltbus", True)
