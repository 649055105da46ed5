"""An organiser makes what is on at a fair, and the others see it: talks, and rooms that close and open."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.directory.needs.network import organisation
from tests.e2e.conftest import Come
from tests.e2e.stage import LOBBY, Stage, set_up, writing
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.ground import same_on_both_grounds
from tests.support.server_process import Servers

SIDE, STAND = "Side stage", "Stand 12"
TALK, NEXT = "Depots without new cables", "Who pays the grid?"

# Pixels between what a form says of its errors and its first field.
APART = """() => document.querySelector("main form label").getBoundingClientRect().top
  - document.querySelector("main .notice").getBoundingClientRect().bottom"""


@pytest.fixture
async def stage(backend: Backend) -> Stage:
    """The fair, and an organisation that speaks there."""
    made = await set_up(backend)
    async with writing(backend) as uow:
        await organisation(uow, "Voltbus", "startup", "TR", "voltbus.example")
    return made


async def at_the_desk(come: Come, stage: Stage) -> Page:
    """Olga, where the programme is made."""
    page = (await come(stage["olga"])).page
    await page.get_by_role("link", name="Programme", exact=True).click()
    await page.get_by_role("link", name="Make the programme").first.click()
    await expect(page.get_by_role("heading", name="Make the programme")).to_be_visible()
    return page


@same_on_both_grounds
async def test_a_talk_is_entered_found_by_others_moved_and_keeps_its_stage_open_and_a_stand_is_given(
    stage: Stage, servers: Servers, come: Come
) -> None:
    olga = await at_the_desk(come, stage)
    for kind, name in (("Stage", "Main stage"), ("Stage", SIDE), ("Stand", STAND)):
        await olga.get_by_label("What it is").select_option(kind)
        await olga.get_by_label("Its name").fill(name)
        await olga.get_by_role("button", name="Open it").click()
        await expect(olga.get_by_role("button", name=f"Close “{name}”")).to_be_visible()
        await expect(olga.locator("#rooms")).to_be_focused()  # where one goes on, not the top of a long page
        await expect(olga.get_by_role("heading", name="Rooms", exact=True)).to_be_in_viewport()
    await olga.get_by_label("People who speak").fill("Aylin Demir, head of charging")
    await olga.get_by_label("English").fill("How a depot charges at night with **60 kW**.")
    await _enter(olga, TALK, "10:00")
    await expect(olga.get_by_role("link", name=TALK)).to_be_visible()
    await _enter(olga, NEXT, "10:15")
    await expect(olga.locator(".field-error")).to_have_text("Somebody else speaks on this stage then.")
    await assert_accessible(olga)
    await expect(olga.get_by_label("Title")).to_have_value(NEXT)
    await olga.get_by_label("Begins").fill("10:30")
    await olga.get_by_role("button", name="Enter the talk").click()
    await expect(olga.get_by_role("link", name=NEXT)).to_be_visible()

    ben = (await come(stage["ben"], path=f"{LOBBY}/programme")).page
    await expect(ben.get_by_role("article")).to_have_count(2)
    await ben.get_by_role("link", name=TALK).click()
    await expect(ben.get_by_text("How a depot charges at night with 60 kW.")).to_be_visible()
    await expect(ben.get_by_role("listitem").filter(has_text="Aylin Demir")).to_contain_text("head of charging")
    await ben.get_by_role("link", name="Voltbus").click()
    await expect(ben.get_by_role("region", name="Upcoming").get_by_role("link", name=NEXT)).to_be_visible()

    await _give_the_stand(olga)
    await _move(olga, NEXT)
    await ben.reload()
    upcoming = ben.get_by_role("region", name="Upcoming")
    await upcoming.get_by_role("link", name="Stand at “Energy Days”").click()
    await expect(ben.get_by_role("listitem").filter(has_text=STAND)).to_contain_text("Voltbus")
    moved = ben.get_by_role("article").filter(has_text=NEXT)
    await expect(moved).to_contain_text(SIDE)
    await expect(moved).to_contain_text("10:15")
    await expect(ben.get_by_role("article")).to_have_count(2)
    await ben.get_by_role("link", name="Voltbus").last.click()

    await _close(olga, "Main stage")
    await expect(olga.get_by_role("alert")).to_contain_text("Talks are entered for this stage.")
    for title in (TALK, NEXT):
        taking_out = olga.get_by_role("button", name=f"Take “{title}” out of the programme")
        await taking_out.click()
        await olga.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        await expect(olga.get_by_role("link", name=title)).to_be_visible()
        await taking_out.click()
        await olga.get_by_role("dialog").get_by_role("button", name="Take it out").click()
        await expect(olga.get_by_role("link", name=title)).to_have_count(0)
    await _close(olga, "Main stage")
    await expect(olga.get_by_role("button", name="Open again")).to_be_visible()
    await ben.reload()
    await expect(ben.get_by_role("heading", name="Voltbus")).to_be_visible()
    await expect(upcoming.get_by_role("article")).to_have_count(0)


async def _close(page: Page, name: str) -> None:
    """A room; the page asks first."""
    await page.get_by_role("button", name=f"Close “{name}”").click()
    await page.get_by_role("dialog").get_by_role("button", name="Close it").click()


async def _enter(page: Page, title: str, begins: str) -> None:
    """Enter a talk on the last day of the fair."""
    await page.get_by_label("Title").fill(title)
    await page.get_by_label("Who speaks").fill("/o/voltbus")
    await page.get_by_label("Stage", exact=True).select_option("Main stage")
    await page.get_by_label("Day").select_option(index=2)
    await page.get_by_label("Begins").fill(begins)
    await page.get_by_role("button", name="Enter the talk").click()


async def _give_the_stand(page: Page) -> None:
    """To the one exhibitor of the fair; not to an address that nobody has."""
    whose = page.get_by_label(f"Whose stand “{STAND}” is")
    save = page.get_by_role("listitem").filter(has=whose).get_by_role("button", name="Save")
    await whose.fill("/o/nobody")
    await save.click()
    await expect(page.locator(".field-error")).to_have_text("No organisation has this name or address.")
    await expect(whose).to_be_focused()
    await assert_accessible(page)
    await whose.fill("volt")
    await expect(page.locator("#organisations option[value='/o/voltbus']")).to_have_text("Voltbus")
    await whose.fill("/o/voltbus")
    await save.click()
    await expect(page.get_by_role("listitem").filter(has=whose)).to_contain_text("Voltbus")


async def _move(page: Page, title: str) -> None:
    """To the other stage, at a time when somebody speaks on the one it was on."""
    await page.get_by_role("link", name=title).click()
    await expect(page.get_by_role("heading", name="Change the talk")).to_be_visible()
    await page.get_by_label("Begins").fill("10:15")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".field-error")).to_have_text("Somebody else speaks on this stage then.")
    await assert_accessible(page)
    assert await page.evaluate(APART) >= 16
    await page.get_by_label("Stage", exact=True).select_option(SIDE)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Make the programme")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text=title)).to_contain_text(f"10:15–10:45 · {SIDE}")


async def test_whoever_is_in_a_room_that_closes_is_out_at_once_and_in_when_it_opens_again(
    stage: Stage, servers: Servers, come: Come
) -> None:
    olga = await at_the_desk(come, stage)
    aylin = await come(stage["aylin"], servers.other_url, path=f"{LOBBY}/rooms/round-table")
    here = aylin.page.get_by_role("button", name=re.compile(r"^\d here$"))
    await expect(here).to_have_text("1 here")
    await _close(olga, "Round table")
    await expect(here).to_have_text("0 here")
    await expect(aylin.page.locator(".composer-why")).to_have_text("You cannot write here.")
    await expect(aylin.field).not_to_be_editable()
    await aylin.page.get_by_role("link", name="Rooms").click()
    await expect(aylin.page.get_by_text("No rooms yet")).to_be_visible()
    await olga.get_by_role("button", name="Open again").click()
    await expect(olga.get_by_role("button", name="Close “Round table”")).to_be_visible()
    await aylin.page.reload()
    await aylin.page.get_by_role("link", name="Round table").click()
    await expect(here).to_have_text("1 here")
    await expect(aylin.field).to_be_editable()
