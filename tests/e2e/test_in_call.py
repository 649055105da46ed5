"""By keyboard, on a phone that lies, and alone again: what one finds in a call."""

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.e2e.calls import Caller
from tests.e2e.conftest import Come
from tests.e2e.stage import LOBBY, Stage
from tests.e2e.test_calls import ROOM, calling
from tests.support.axe import assert_accessible
from tests.support.browser import DESK, PHONE
from tests.support.ground import same_on_both_grounds

LYING: ViewportSize = {"width": 740, "height": 360}
# Whether each picture is seen whole, between the page's head and the buttons.
_SEEN_WHOLE = """() => {
  const at = (one) => one.getBoundingClientRect();
  const [above, below] = [at(document.querySelector(".rail")).bottom, at(document.querySelector(".call-foot")).top];
  const tiles = [...document.querySelectorAll(".call-tile")].map(at);
  return tiles.length === 2 && tiles.every(({ top, bottom }) => above <= top && bottom <= below);
}"""

LOW: ViewportSize = {"width": 1280, "height": 560}
# The next meeting beside the call, as its module draws it.
_IS_NEXT = """() => document.getElementById("dock").insertAdjacentHTML("beforeend",
  '<div><a class="dock-meeting" href="/meetings"><span>Mia Sommer<br>in 4:58</span></a></div>')"""
# Whether what is up next lies on no picture.
_IS_CLEAR = """() => {
  const at = (one) => one.getBoundingClientRect();
  const next = at(document.querySelector(".dock-meeting"));
  const isBeside = ({ left, right }) => right <= next.left || next.right <= left;
  const isBelow = ({ top }) => next.bottom <= top;
  return [...document.querySelectorAll(".call-tile")].map(at).every((tile) => isBeside(tile) || isBelow(tile));
}"""
_IS_ABOVE_COMPOSER = """() => {
  const at = (one) => one.getBoundingClientRect();
  return at(document.querySelector(".dock-meeting")).bottom <= at(document.querySelector(".beside .composer")).top;
}"""
_RINGS = """async () => {
  const { show } = await import("fairmatch/call/ring-card");
  show({ cid: "1", call: "call:1", path: "/", name: "Mia Sommer", sender: "mia", state: "ringing" }, () => {});
  return document.querySelector(".dock-ring").getBoundingClientRect().top;
}"""


async def _has_focus(page: Page, within: str) -> None:
    """Wait until the keyboard goes on there."""
    await expect(page.locator(f"{within}:focus-within")).to_be_visible()


@same_on_both_grounds
async def test_the_keyboard_goes_on_where_one_has_joined_left_and_typed(stage: Stage, come: Come) -> None:
    """Each of these presses takes away the button that was pressed."""
    page = (await calling(come, stage, "ben", ROOM)).page
    join, leave = page.locator("[data-does=join]"), page.locator("[data-does=leave]")
    await join.press("Enter")
    await _has_focus(page, ".call-bar")
    await page.locator("[data-does=microphone]").wait_for()  # as soon as the server has said what Ben may do
    await page.keyboard.press("Tab")
    await expect(page.locator("[data-does=microphone]")).to_be_focused()
    await page.keyboard.press("c")
    await expect(page.locator(".call-captions")).to_be_visible()
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


@same_on_both_grounds
async def test_on_a_phone_that_lies_one_sees_the_other_whole_and_reads_everywhere_that_they_have_left(
    stage: Stage, come: Come
) -> None:
    """The two stood below each other, each of them higher than what the buttons leave of such a window."""
    aylin = await calling(come, stage, "aylin", ROOM, size=LYING)
    ben = await calling(come, stage, "ben", ROOM)
    await ben.join()
    await aylin.join()
    await aylin.page.wait_for_function(_SEEN_WHOLE)
    await aylin.page.evaluate(_IS_NEXT)
    assert await aylin.page.evaluate(_IS_CLEAR)
    await aylin.page.wait_for_function(_SEEN_WHOLE)
    await aylin.page.evaluate("() => document.querySelector('#dock > div:has(.dock-meeting)').remove()")
    await expect(aylin.tile(stage["ben"].id)).to_contain_text("Ben Krüger")  # who is in a room is told on its own way
    await aylin.page.evaluate("(path) => window.Turbo.visit(path)", f"{LOBBY}/programme")
    dock = aylin.page.locator(".dock-call")
    await expect(dock).to_be_visible()
    await expect(dock.get_by_role("status")).to_have_text("")
    await ben.page.locator("[data-does=leave]").click()
    await expect(dock.get_by_role("status")).to_have_text("Ben Krüger has left.")
    await dock.get_by_role("link", name="Return").click()
    await expect(aylin.page.locator(".call-line")).to_have_text("Ben Krüger has left.")


@same_on_both_grounds
@pytest.mark.parametrize("size", [DESK, LOW])
async def test_what_is_up_next_lies_not_on_what_one_writes_with_beside_a_call(
    stage: Stage, come: Come, size: ViewportSize
) -> None:
    ben = (await come(stage["ben"], path=ROOM, size=size)).page
    await ben.evaluate(_IS_NEXT)
    await expect(ben.locator(".beside .composer-send")).to_be_visible()
    assert await ben.evaluate(_IS_ABOVE_COMPOSER)


@same_on_both_grounds
@pytest.mark.parametrize("size", [PHONE, LYING, LOW])
async def test_beside_a_call_the_end_of_a_page_can_be_pressed_and_who_rings_is_seen_whole(
    stage: Stage, come: Come, size: ViewportSize
) -> None:
    """The small window lay on the buttons of the last rows for good; and a ring above it began above the screen."""
    ben = await calling(come, stage, "ben", ROOM, size=size)
    await ben.join()
    await ben.page.evaluate("(path) => window.Turbo.visit(path)", f"{LOBBY}/people")
    await expect(ben.page.locator(".dock-call")).to_be_visible()
    await ben.page.evaluate(_IS_NEXT)
    await ben.page.locator(".main :is(a, button)").last.click(trial=True)
    assert await ben.page.evaluate(_RINGS) >= 0
