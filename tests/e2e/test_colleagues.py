"""Who looks after an organisation together, at real browsers: they invite one another, give it a face, hand out
documents for it, say by what it is found, share words about others that nobody else sees, and go when others stay."""

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from tests.directory.needs.network import seed
from tests.directory.organisations.test_uploads import picture
from tests.e2e.mailbox import INVITATION, link_to
from tests.e2e.place import STRANGER, Place, cookies_of, taken
from tests.e2e.stage import writing
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.browser import OpenTab
from tests.support.ground import same_on_both_grounds
from tests.support.server_process import Serve

VOLTBUS, HYDRO = "/o/voltbus", "/o/hydrolumiere"
EDDA = "edda@people.example"
# Pixels, as they are kept.
LOGO_WIDE, BANNER_WIDE = 512, 1600
SHEET = FilePayload(name="Data sheet.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7 of a charger")
LETTER = FilePayload(name="Data sheet.pdf", mimeType="application/pdf", buffer=b"Dear Sir or Madam")
LOGO = FilePayload(name="Voltbus.png", mimeType="image/png", buffer=picture())
NO_PICTURE = FilePayload(name="Voltbus.png", mimeType="image/png", buffer=LETTER["buffer"])
PAGE = FilePayload(name="Charger.html", mimeType="text/html", buffer=b"<script>alert(1)</script>")


@pytest.fixture
async def place(backend: Backend, serve: Serve) -> Place:
    """Aylin looks after Voltbus, Chloé after Hydrolumière, and Edda belongs nowhere."""
    async with writing(backend) as uow:
        people, _, _ = await seed(uow)
        cookies = await cookies_of(uow, people, "aylin", "edda", "chloe")
    return Place(await serve(dev=True), cookies)


@same_on_both_grounds
async def test_whoever_is_invited_gives_it_a_face_and_documents_and_shares_words_with_colleagues_alone(
    place: Place, open_tab: OpenTab
) -> None:
    aylin = await place.come(open_tab, "aylin", VOLTBUS)
    await aylin.get_by_role("navigation", name="This organisation").get_by_role("link", name="People").click()
    await aylin.get_by_label("Mail address").fill(EDDA)
    await aylin.get_by_label("Role", exact=True).select_option("Editor")
    await aylin.get_by_role("button", name="Send the invitation").click()
    await expect(aylin.get_by_role("listitem").filter(has_text=EDDA)).to_contain_text("Editor")

    invitation = await link_to(place.servers, EDDA, INVITATION)
    edda = await place.come(open_tab, "edda", invitation)
    await expect(edda.get_by_text("You are signed in as Edda Brandt. You will be: Editor.")).to_be_visible()
    await assert_accessible(edda)
    await edda.get_by_role("button", name="Join").click()
    await expect(edda.get_by_text("You belong to Voltbus now.")).to_be_visible()
    chloe = await place.come(open_tab, "chloe", invitation)
    await expect(chloe.get_by_role("heading", name="This invitation is not good any more.")).to_be_visible()
    await expect(chloe.get_by_role("button", name="Join")).to_have_count(0)
    await aylin.reload()
    await expect(aylin.get_by_label("Role of Edda Brandt")).to_have_value("editor")
    await expect(aylin.get_by_text(EDDA)).to_have_count(0)

    await edda.get_by_role("link", name="Change this page").click()
    await _give_it_a_face(edda)
    await _hand_out_documents(edda)
    stranger = await place.come(open_tab, STRANGER, VOLTBUS)
    await expect(stranger.locator(".organisation-head img")).to_have_js_property("naturalWidth", LOGO_WIDE)
    await expect(stranger.locator(".organisation-banner")).to_have_js_property("naturalWidth", BANNER_WIDE)
    await expect(stranger.locator(".tag").get_by_text("Data analysis")).to_be_visible()
    await _takes_the_sheet(stranger)
    await stranger.get_by_role("link", name="Depot charger 350").click()
    await expect(stranger.get_by_role("heading", name="Depot charger 350")).to_be_visible()
    await _takes_the_sheet(stranger)
    await edda.get_by_role("button", name="Remove Data sheet.pdf").click()
    await expect(edda.get_by_text("The document is removed.")).to_be_visible()
    await stranger.reload()
    await expect(stranger.get_by_role("link", name="Data sheet.pdf")).to_have_count(0)
    await _take_the_logo_away(edda)
    await stranger.goto(VOLTBUS)
    await expect(stranger.locator(".organisation-banner")).to_be_visible()
    await expect(stranger.locator(".organisation-head img")).to_have_count(0)

    await _share_words(edda)
    await chloe.goto(HYDRO)
    await expect(chloe.get_by_role("heading", name="Hydrolumière")).to_be_visible()
    await expect(chloe.get_by_text("pilot 2027")).to_have_count(0)
    await _finds_by_a_shared_word(aylin)
    await _takes_it_off_and_shows_it_again(aylin)
    await _goes_when_somebody_else_decides(aylin)
    await edda.goto(f"{VOLTBUS}/people")
    await expect(edda.get_by_label("Role of Edda Brandt")).to_have_value("administrator")
    await expect(edda.get_by_label("Role of Aylin Demir")).to_have_count(0)


@same_on_both_grounds
async def test_whoever_bookmarks_stays_at_the_button_and_is_led_on_when_signed_out_by_then(
    place: Place, open_tab: OpenTab
) -> None:
    page = await place.come(open_tab, "edda", VOLTBUS)
    button = page.get_by_role("button", name="Bookmark")
    await page.set_viewport_size({"width": 360, "height": 300})
    await button.scroll_into_view_if_needed()
    before = await page.evaluate("scrollY")
    assert before > 0
    for pressed, said in (("true", "Bookmarked: you find it under Lists."), ("false", "The bookmark is gone.")):
        await button.click()
        await expect(page.get_by_text(said)).to_be_in_viewport()
        await expect(button).to_have_attribute("aria-pressed", pressed)
        await expect(button).to_be_focused()
        assert await page.evaluate("scrollY") == before
    await assert_accessible(page)

    await page.context.clear_cookies()
    await button.click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def _give_it_a_face(page: Page) -> None:
    """A logo and a banner; what is no picture, whatever its name says, is refused beside where it was chosen."""
    for label, wide in (("Logo", LOGO_WIDE), ("Banner", BANNER_WIDE)):
        part = page.get_by_role("region", name=label, exact=True)
        await _upload(part, NO_PICTURE, label)
        await expect(part.get_by_text("This is not a picture that we can read.")).to_be_visible()
        await _upload(part, LOGO, label)
        await expect(page.get_by_text(f"The {label.lower()} is saved.")).to_be_visible()
        await expect(part.locator("img")).to_have_js_property("naturalWidth", wide)


async def _hand_out_documents(page: Page) -> None:
    """One of the organisation, which is found by one more technology from then on, and one of its product."""
    documents = page.get_by_role("region", name="Documents", exact=True)
    await _upload(documents, LETTER)
    await expect(documents.get_by_text("What is in this file is not what its name says.")).to_be_visible()
    await _upload(documents, SHEET)
    await expect(documents.get_by_role("link", name="Data sheet.pdf")).to_be_visible()
    technologies = page.get_by_role("group", name="Technologies")
    await technologies.get_by_text("Choose more").click()
    await technologies.get_by_label("Data analysis").check()
    await page.get_by_role("button", name="Save", exact=True).click()

    await page.get_by_role("link", name="Depot charger 350").click()
    await page.get_by_role("link", name="Change this product").click()
    documents = page.locator("form").filter(has=page.get_by_label("Documents", exact=True))
    await _upload(documents, PAGE)
    await expect(documents.get_by_text("PDF, PNG, JPEG, Word, Excel and PowerPoint without macros")).to_be_visible()
    await _upload(documents, SHEET)
    await expect(page.get_by_role("link", name="Data sheet.pdf")).to_be_visible()


async def _take_the_logo_away(page: Page) -> None:
    await page.goto(f"{VOLTBUS}/edit")
    logo = page.get_by_role("region", name="Logo", exact=True)
    await logo.get_by_role("button", name="Remove the logo").click()
    await expect(page.get_by_text("The logo is removed.")).to_be_visible()
    await expect(logo.get_by_role("button", name="Upload")).to_be_visible()
    await expect(logo.locator("img")).to_have_count(0)


async def _upload(part: Locator, file: FilePayload, label: str = "Documents") -> None:
    await part.get_by_label(label, exact=True).set_input_files(file)  # which sends it


async def _takes_the_sheet(page: Page) -> None:
    """The browser keeps it, and fetches it once: the page does not ask for it too, as it does for pages."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    assert await taken(page, "Data sheet.pdf") == ("Data sheet.pdf", SHEET["buffer"])
    assert not [url for url in asked if "/documents/" in url]


async def _share_words(page: Page) -> None:
    """Two for colleagues, and one for oneself."""
    await page.goto(HYDRO)
    await page.get_by_role("link", name="Notes and lists").click()
    for whose, words in (("Everybody at Voltbus", "met in Essen, pilot 2027"), ("Only me", "too early")):
        form = page.locator("form").filter(has=page.get_by_label(whose))
        await form.get_by_label(whose).fill(words)
        await form.get_by_role("button", name="Save the words").click()
        await expect(page.get_by_text("The words are saved.")).to_be_visible()
        await page.reload()
        await expect(form.get_by_label(whose)).to_have_value(words)


async def _finds_by_a_shared_word(page: Page) -> None:
    """A colleague reads what is shared and nothing private, and sees by it which of the bookmarks are meant."""
    for path in (VOLTBUS, HYDRO):
        await page.goto(path)
        await page.get_by_role("button", name="Bookmark").click()
        await expect(page.get_by_role("button", name="Bookmarked")).to_be_visible()
    await expect(page.get_by_text("met in Essen")).to_be_visible()
    await expect(page.get_by_text("too early")).to_have_count(0)
    await page.get_by_role("button", name="Aylin Demir").click()
    await page.get_by_role("link", name="Lists", exact=True).click()
    await page.get_by_role("link", name="Bookmarks").click()
    await expect(page.get_by_role("link", name="Voltbus")).to_be_visible()
    await page.get_by_role("link", name="pilot 2027").click()
    await expect(page.get_by_text("Only those with your word")).to_be_visible()
    await expect(page.get_by_role("link", name="Hydrolumière")).to_be_visible()
    await expect(page.get_by_role("link", name="Voltbus")).to_have_count(0)
    await page.get_by_role("button", name="Take along as a file").click()
    name, content = await taken(page, "Comma-separated values (CSV)")
    assert name.endswith(".csv")
    assert [line.split(",")[0] for line in content.decode("utf-8-sig").splitlines()] == ["Name", "Hydrolumière"]


async def _takes_it_off_and_shows_it_again(page: Page) -> None:
    await page.goto(VOLTBUS)
    await page.get_by_role("button", name="Take it off the directory").click()
    await page.get_by_role("dialog").get_by_role("button", name="Take it off").click()
    await expect(page.get_by_text("This organisation is not shown in the directory.")).to_be_visible()
    await page.get_by_role("button", name="Aylin Demir").click()
    await page.get_by_role("link", name="Your organisations").click()
    await page.get_by_role("button", name="Show Voltbus again").click()
    await expect(page.get_by_text("The organisation is shown again.")).to_be_visible()


async def _goes_when_somebody_else_decides(page: Page) -> None:
    """The last administrator is told why not, where somebody else can be made one."""
    await page.goto(f"{VOLTBUS}/people")
    await _leave(page)
    await expect(page.locator(".quiet-line-refused")).to_have_text("Somebody else must be administrator first.")
    await page.get_by_label("Role of Edda Brandt").select_option("Administrator")
    row = page.get_by_role("listitem").filter(has_text="Edda Brandt")
    await row.get_by_role("button", name="Set", exact=True).click()
    await expect(page.get_by_text("The role is changed.")).to_be_visible()
    await _leave(page)
    await expect(page.get_by_text("You have left the organisation.")).to_be_visible()
    await expect(page.get_by_role("heading", name="Voltbus")).to_be_visible()
    await expect(page.get_by_role("link", name="Change this page")).to_have_count(0)


async def _leave(page: Page) -> None:
    await page.get_by_role("button", name="Leave", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name="Leave", exact=True).click()
