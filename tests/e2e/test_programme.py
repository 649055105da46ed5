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

TALK, NEXT = "Depots without new cables", "Who pays the grid?"


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
async def test_a_talk_is_entered_found_by_others_and_keeps_its_stage_open(
    stage: Stage, servers: Servers, come: Come
) -> None:
    olga = await at_the_desk(come, stage)
    await olga.get_by_label("Its name").fill("Main stage")
    await olga.get_by_role("button", name="Open it").click()
    await expect(olga.get_by_text("The room is open.")).to_be_visible()
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

    await olga.get_by_role("button", name="Close “Main stage”").click()
    await expect(olga.get_by_role("alert")).to_contain_text("Talks are entered for this stage.")
    for title in (TALK, NEXT):
        await olga.get_by_role("button", name=f"Take “{title}” out of the programme").click()
        await expect(olga.get_by_role("link", name=title)).to_have_count(0)
    await olga.get_by_role("button", name="Close “Main stage”").click()
    await expect(olga.get_by_role("button", name="Open again")).to_be_visible()
    await ben.reload()
    await expect(ben.get_by_role("heading", name="Voltbus")).to_be_visible()
    await expect(ben.get_by_role("region", name="Upcoming")).to_have_count(0)


async def _enter(page: Page, title: str, begins: str) -> None:
    """Enter a talk on the last day of the fair."""
    await page.get_by_label("Title").fill(title)
    await page.get_by_label("Who speaks").fill("/o/voltbus")
    await page.get_by_label("Stage", exact=True).select_option("Main stage")
    await page.get_by_label("Day").select_option(index=2)
    await page.get_by_label("Begins").fill(begins)
    await page.get_by_role("button", name="Enter the talk").click()


async def test_whoever_is_in_a_room_that_closes_is_out_at_once_and_in_when_it_opens_again(
    stage: Stage, servers: Servers, come: Come
) -> None:
    olga = await at_the_desk(come, stage)
    aylin = await come(stage["aylin"], servers.other_url, path=f"{LOBBY}/rooms/round-table")
    here = aylin.page.get_by_role("button", name=re.compile(r"^\d here$"))
    await expect(here).to_have_text("1 here")
    await olga.get_by_role("button", name="Close “Round table”").click()
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
