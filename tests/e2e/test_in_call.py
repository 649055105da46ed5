"""By keyboard, on a phone that lies, and alone again: what one finds in a call."""

from playwright.async_api import Page, expect

from tests.e2e.calls import Caller
from tests.e2e.conftest import Come
from tests.e2e.stage import LOBBY, Stage
from tests.e2e.test_calls import ROOM, calling
from tests.support.axe import assert_accessible


async def _has_focus(page: Page, within: str) -> None:
    """Wait until the keyboard goes on there."""
    await expect(page.locator(f"{within}:focus-within")).to_be_visible()


async def test_the_keyboard_goes_on_where_one_has_joined_left_and_typed(stage: Stage, come: Come) -> None:
    """Each of these presses takes away the button that was pressed."""
    page = (await calling(come, stage, "ben", ROOM)).page
    join, leave = page.locator("[data-does=join]"), page.locator("[data-does=leave]")
    await join.press("Enter")
    await _has_focus(page, ".call-bar")
    await page.keyboard.press("Tab")
    await expect(page.locator("[data-does=microphone]")).to_be_focused()
    await page.keyboard.press("c")
    await page.locator("[data-does=write-captions]").press("Enter")
    await expect(page.locator("#call-caption")).to_be_focused()
    await page.keyboard.press("Escape")
    await _has_focus(page, ".call-bar")
    await leave.press("Enter")
    await _has_focus(page, ".call-door")
    await assert_accessible(page)
    # In the small window of a call as well
    await Caller(page).join()
    await page.evaluate("(path) => window.Turbo.visit(path)", f"{LOBBY}/programme")
    await page.locator(".dock-call [data-does=leave]").press("Enter")
    await expect(page.locator("#main")).to_be_focused()
