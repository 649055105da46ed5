"""Finding at a real browser: from anywhere by a key, while typing, and by what the server made alone."""

import csv
import io
import json
import re
from typing import Any

import httpx2
from openpyxl import load_workbook
from playwright.async_api import Page, expect

from directory.search.alerts import EVERY_S
from tests.e2e.conftest import Come
from tests.e2e.mailbox import FOUND, links_to
from tests.e2e.place import taken
from tests.e2e.stage import LOBBY, SLUG, Guest, Stage
from tests.support.axe import assert_accessible
from tests.support.browser import PHONE, OpenTab
from tests.support.ground import same_on_both_grounds
from tests.support.patience import PATIENCE_S
from tests.support.server_process import Servers

ENERGY_NORD = "/o/energy-nord"
# The files that a list is taken along as, by what one presses, and the names that are in the content of each.
FILES = {
    "Comma-separated values (CSV)": lambda content: [
        row["Name"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    ],
    "Excel workbook (XLSX)": lambda content: [
        row[1] for row in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(min_row=2, values_only=True)
    ],
    "JSON, for programs": lambda content: [row["name"] for row in json.loads(content)],
}


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
async def test_what_one_can_do_is_done_from_the_box_by_keyboard_in_either_language(
    stage: Stage, servers: Servers, come: Come
) -> None:
    page = (await come(stage["aylin"], path="/fairs")).page
    await page.keyboard.press("/")
    box, options = page.get_by_role("combobox", name="What are you looking for?"), page.get_by_role("option")
    await expect(box).to_be_focused()
    await expect(options).to_contain_text(["Messages", "Meetings", "Write a need", "Dark appearance"])
    await assert_accessible(page)
    await box.press_sequentially("termin", delay=20)
    await expect(page.get_by_role("option", name="Meetings Command")).to_be_visible()
    await box.press("ArrowDown")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    assert await box.get_attribute("aria-activedescendant") == await options.first.get_attribute("id")
    await box.press("Enter")
    await expect(page).to_have_url(f"{servers.url}/meetings")
    await page.go_back()  # to a page that is shown from memory
    await expect(box).to_be_visible()
    await _commands(page, "termin", "Meetings")
    await expect(page).to_have_url(f"{servers.url}/meetings")

    await _commands(page, "dunkel", "Dark appearance")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(page.get_by_role("status").get_by_text("Dark appearance")).to_be_visible()
    await expect(box).to_have_value("")
    await box.press("ArrowDown")
    await expect(options.first).to_be_visible()
    await assert_accessible(page)
    await page.goto("/meetings")  # the choice is kept
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await _commands(page, "deutsch", "In German")
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await _commands(page, "abmel", "Abmelden")
    await expect(page.get_by_role("navigation", name="Hauptnavigation")).to_have_count(0)
    await page.goto("/meetings")
    await expect(page).to_have_url(re.compile("/sign-in"))


@same_on_both_grounds
async def test_only_who_runs_the_fair_finds_its_desks_and_a_finger_on_a_phone_opens_them(
    stage: Stage, servers: Servers, come: Come
) -> None:
    for name, found in (("aylin", 0), ("olga", 1)):
        page = (await come(stage[name], path="/discover", size=PHONE, has_touch=True)).page
        box = page.get_by_role("combobox", name="What are you looking for?")
        await box.tap()
        await expect(page.get_by_role("option", name="Meetings Command")).to_be_visible()
        await box.press_sequentially("timeta", delay=20)
        await expect(page.get_by_role("option", name="Messages Command")).to_have_count(0)
        await expect(page.get_by_role("option", name="How people meet at this fair Energy Days Command")).to_have_count(
            found
        )
        await assert_accessible(page)
    await box.fill("how energy")  # of several fairs one is named
    await expect(page.get_by_role("option", name="How people meet")).to_be_visible()
    await box.fill("energy days")  # whoever names the fair alone looks for the fair
    await expect(page.get_by_role("option", name="Command")).to_have_count(0)
    await box.fill("timeta")
    await page.get_by_role("option", name="How people meet").tap()
    await expect(page).to_have_url(f"{servers.url}{LOBBY}/meetings/plan")


async def _commands(page: Page, typed: str, name: str) -> None:
    """Somebody does something from anywhere, by keyboard."""
    await page.keyboard.press("Control+k")
    box = page.locator("[data-suggests]")
    await expect(box).to_be_focused()
    await box.press_sequentially(typed, delay=20)
    await expect(page.get_by_role("option").first).to_contain_text(name)
    await box.press("ArrowDown")
    await box.press("Enter")


@same_on_both_grounds
async def test_a_search_is_saved_without_leaving_the_page_tells_what_is_new_by_mail_and_is_turned_off(
    stage: Stage, servers: Servers, come: Come
) -> None:
    page = (await come(stage["aylin"], path="/discover")).page
    await _is_known(page, f"/fairs/{SLUG}", "enrgy")
    await page.goto("/discover?q=enrgy")
    found = page.get_by_role("link", name="Energy Days")
    await expect(page.locator("mark")).to_have_text(["Energy"])
    await assert_accessible(page)
    await page.get_by_role("button", name="Save this search").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Also by mail, at most once a day").check()
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Your search is saved.")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="Show results").click()
    await expect(found).to_be_visible()

    await _begin(servers, stage["ben"], "Energy Nord")
    told = await links_to(servers, "aylin@example.org", FOUND, within=2 * EVERY_S)
    assert told == [ENERGY_NORD, "/discover/saved"]
    await page.goto(told[1])
    await expect(page.get_by_role("button", name="1 new result")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="1 new result").click()
    await expect(page.get_by_role("link", name="Energy Nord")).to_be_visible()
    await expect(found).to_be_visible()
    await _takes_the_results(page)
    await page.goto(told[0])
    await expect(page.get_by_role("heading", name="Energy Nord")).to_be_visible()
    await _turns_it_off(page)


async def _begin(servers: Servers, by: Guest, name: str) -> None:
    """Somebody else puts an organisation into the directory."""
    cookies, headers = {"fairmatch_session": by.cookie}, {"origin": servers.url}
    asking: Any = {"base_url": servers.url, "cookies": cookies, "headers": headers, "timeout": PATIENCE_S}
    async with httpx2.AsyncClient(trust_env=False, **asking) as browser:
        fields = {"name": name, "kind": "startup", "visibility": "public", "country": "DE"}
        assert (await browser.post("/organisations", data=fields)).status_code == 303


async def _takes_the_results(page: Page) -> None:
    """What stands in the page stands in each of the files, in its order."""
    names = await page.locator(".cards").get_by_role("heading").all_inner_texts()
    assert len(names) == 2
    for link, names_in in FILES.items():
        await page.get_by_role("button", name="Take along as a file").click()
        _, content = await taken(page, link)
        assert names_in(content) == names


async def _turns_it_off(page: Page) -> None:
    """What was new has been seen; nothing more is told, on the page or by mail."""
    await page.goto("/discover/saved")
    await expect(page.get_by_role("button", name="Show results")).to_be_visible()
    choices = [page.get_by_label(name) for name in ("Tell me what is new", "Also by mail, at most once a day")]
    for choice in choices:
        await expect(choice).to_be_checked()
        await choice.uncheck()
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Your choice is saved.")).to_be_visible()
    for choice in choices:
        await expect(choice).not_to_be_checked()
    await page.get_by_role("button", name="Remove").click()
    await expect(page.get_by_text("No saved searches yet")).to_be_visible()


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
