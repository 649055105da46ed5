"""A fair at real browsers: going in and out, keeping order before everybody's eyes, and all of it without scripts."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import Come
from tests.e2e.stage import LOBBY, SLUG, Stage
from tests.support.axe import assert_accessible
from tests.support.browser import PHONE, OpenTab
from tests.support.ground import same_on_both_grounds
from tests.support.server_process import Servers


async def test_out_of_the_fair_and_in_again_from_the_start_page(stage: Stage, servers: Servers, come: Come) -> None:
    ben = await come(stage["ben"])
    page = ben.page
    await page.get_by_role("button", name="More about the fair").click()
    await page.get_by_role("button", name="Leave the fair").click()
    await page.get_by_role("dialog").get_by_role("button", name="Leave the fair").click()
    await expect(page.get_by_text("You have left Energy Days.")).to_be_visible()
    await page.get_by_role("link", name="Today").click()
    await page.get_by_role("button", name="Join the fair").click()
    await expect(page.get_by_text("You are in: Energy Days.")).to_be_visible()
    await ben.is_live()
    await ben.say("Here again")
    await ben.reads(["Here again"])


@same_on_both_grounds
async def test_a_whole_visit_without_scripts(stage: Stage, servers: Servers, open_tab: OpenTab) -> None:
    tab = await open_tab(servers.url, java_script_enabled=False)
    cookie = {"name": "fairmatch_session", "value": stage["aylin"].cookie, "url": servers.url}
    await tab.context.add_cookies([cookie])  # type: ignore[list-item]
    page = tab.page
    await page.goto("/")
    await page.get_by_role("link", name="Enter the lobby").click()
    await page.get_by_label("Write to everybody in the lobby").fill("By hand")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".message-text")).to_have_text(["By hand"])
    await page.goto(f"{LOBBY}/people")
    await page.get_by_role("link", name="Ben Krüger").click()
    await page.get_by_role("button", name="Write a message").click()
    await page.get_by_label("Write to Ben Krüger").fill("A word between us")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".message-text")).to_have_text(["A word between us"])
    await page.get_by_role("link", name="Messages").first.click()
    await expect(page.get_by_text("You: A word between us")).to_be_visible()
    await _write_beside_a_call(page)


async def _write_beside_a_call(page: Page) -> None:
    """On a phone, too, where scripts would open a sheet, one sees what was refused and why, and what was sent."""
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await page.goto(f"{LOBBY}/rooms/round-table")
    field = page.get_by_label("Write to everybody in the room")
    await field.fill(" ")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("There is nothing to send yet.")).to_be_visible()
    await field.fill("Beside the call")
    await page.get_by_role("button", name="Send").click()
    said = page.locator(".message-text")
    await expect(said).to_have_text(["Beside the call"])
    await expect(said).to_be_in_viewport()


@same_on_both_grounds
async def test_who_is_here_opens_from_a_button_on_a_phone(stage: Stage, servers: Servers, come: Come) -> None:
    aylin = await come(stage["aylin"], size=PHONE, has_touch=True, is_mobile=True)
    button = aylin.page.get_by_role("button", name="1 here")
    await button.tap()
    await expect(aylin.page.locator(".here")).to_be_visible()
    await come(stage["mia"], servers.other_url)
    await expect(aylin.page.locator(".presence-people").get_by_text("Mia Sommer")).to_be_visible()
    await expect(aylin.page.locator(".talk-here")).to_have_text("2 here")
    await assert_accessible(aylin.page)


@same_on_both_grounds
async def test_on_a_phone_the_way_into_a_fair_stands_below_what_it_leads_to(stage: Stage, come: Come) -> None:
    """Also while somebody is in the lobby, whom the start page shows."""
    await come(stage["aylin"])
    page = (await come(stage["ben"], path="/", size=PHONE)).page
    while not await page.locator(".fair-here").is_visible():
        await page.reload()  # who is in the lobby is known a moment after they came
    words, action = [await page.locator(part).first.bounding_box() for part in (".fair-here", ".fair-action")]
    assert words
    assert action
    assert words["y"] < action["y"]


@same_on_both_grounds
@pytest.mark.parametrize("locale", ["en", "de"])
async def test_axe_finds_nothing_where_an_organiser_is_refused_and_somebody_is_banned(
    stage: Stage, servers: Servers, come: Come, locale: str
) -> None:
    olga = (await come(stage["olga"], locale=locale)).page
    ben = f"{LOBBY}/people/{stage['ben'].id}"
    await olga.goto(f"{LOBBY}/plan")
    await olga.locator("#ends_on").fill("2020-01-01")
    await olga.locator('form[action$="/plan"] button').last.click()
    await expect(olga.locator(".field-error")).to_be_visible()
    await assert_accessible(olga)
    await olga.goto(ben)
    await olga.locator('form[action$="/ban"] button').click()
    await expect(olga.locator(".field-error")).to_be_visible()
    await assert_accessible(olga)
    await olga.locator("#reason").fill("Spam")
    await olga.locator('form[action$="/ban"] button').click()
    await expect(olga.locator('form[action$="/unban"]')).to_be_visible()
    await _are_accessible(olga, [ben, f"{LOBBY}/people"])
    banned = (await come(stage["ben"], locale=locale, path="/")).page
    await _are_accessible(banned, ["/", f"/fairs/{SLUG}"])


async def _are_accessible(page: Page, paths: list[str]) -> None:
    for path in paths:
        await page.goto(path)
        await assert_accessible(page)
