"""Finding at a real browser: from anywhere by a key, while typing, and by what the server made alone."""

from playwright.async_api import Page, expect

from tests.e2e.conftest import Come
from tests.e2e.stage import SLUG, Stage
from tests.support.axe import assert_accessible
from tests.support.browser import OpenTab
from tests.support.ground import same_on_both_grounds
from tests.support.server_process import Servers


@same_on_both_grounds
async def test_a_key_leads_to_the_box_and_what_is_typed_to_somebody(stage: Stage, servers: Servers, come: Come) -> None:
    page = (await come(stage["aylin"], path="/fairs")).page
    await _is_known(page, f"/people/{stage['ben'].id}", "krug")
    await page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="What are you looking for?")
    await expect(box).to_be_focused()
    await box.press_sequentially("krug", delay=20)
    option = page.get_by_role("option", name="Ben Krüger")
    await expect(option).to_be_visible()
    await page.route("**/discover/suggestions?*", lambda _route: None)  # the answer to what is typed now comes late
    async with page.expect_request("**/discover/suggestions?*"):
        await box.press("Backspace")
    async with page.expect_event("requestfailed"):  # who chooses waits for none: it would take the list away
        await box.press("ArrowDown")
    await expect(option).to_have_attribute("aria-selected", "true")
    await assert_accessible(page)
    await box.press("Enter")
    await expect(page).to_have_url(f"{servers.url}/people/{stage['ben'].id}")


@same_on_both_grounds
async def test_a_search_is_saved_without_leaving_the_page(stage: Stage, servers: Servers, come: Come) -> None:
    page = (await come(stage["aylin"], path="/discover")).page
    await _is_known(page, f"/fairs/{SLUG}", "enrgy")
    await page.goto("/discover?q=enrgy")
    found = page.get_by_role("link", name="Energy Days")
    await expect(page.locator("mark")).to_have_text(["Energy"])
    await assert_accessible(page)
    await page.get_by_role("button", name="Save this search").click()
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Your search is saved.")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="Show results").click()
    await expect(found).to_be_visible()


@same_on_both_grounds
async def test_finding_needs_no_scripts(stage: Stage, servers: Servers, open_tab: OpenTab) -> None:
    page = (await open_tab(servers.url, java_script_enabled=False)).page
    await _is_known(page, f"/fairs/{SLUG}", "energy days")
    await page.goto("/discover")
    await page.get_by_label("What are you looking for?").fill("energy days")
    await page.get_by_role("button", name="Find").click()
    await page.get_by_role("link", name="Energy Days").click()
    await expect(page).to_have_url(f"{servers.url}/fairs/{SLUG}")


async def _is_known(page: Page, path: str, asked: str) -> None:
    """Wait until the index, which the server makes beside its first answers, leads from this to that."""
    while (
        f'data-href="{path}"' not in await (await page.request.get("/discover/suggestions", params={"q": asked})).text()
    ):
        await page.wait_for_timeout(100)
