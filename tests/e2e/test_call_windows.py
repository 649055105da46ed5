"""A call beside other work: in a small window of its own."""

from playwright.async_api import expect

from tests.e2e.calls import Caller
from tests.e2e.conftest import Come
from tests.e2e.stage import LOBBY, Stage
from tests.support.together import cameras

pytestmark = cameras

_MY_CAMERA = """(label) =>
    document.querySelector(".call-tile.is-own video")?.srcObject.getVideoTracks()[0].label === label"""
ROOM = f"{LOBBY}/rooms/round-table"


async def test_a_call_goes_on_in_a_small_window(stage: Stage, come: Come) -> None:
    aylin, ben = [Caller((await come(stage[name], path=ROOM)).page) for name in ("aylin", "ben")]
    for one in (aylin, ben):
        await one.join()
    await expect(aylin.page.locator(".call-tile video")).to_have_count(2)

    await aylin.page.keyboard.press("d")
    await aylin.page.get_by_label("Camera", exact=True).select_option(label="fake_device_2")
    await aylin.page.wait_for_function(_MY_CAMERA, arg="fake_device_2")
    await aylin.page.keyboard.press("Escape")
    await ben.shows(stage["aylin"].id)

    async with aylin.page.context.expect_page() as opening:
        await aylin.page.keyboard.press("p")
    window = await opening.value
    await expect(window.locator(".popout-picture video")).to_be_visible()
    await expect(window.get_by_role("status")).to_have_text("Ben Krüger")
    await window.get_by_role("button", name="Microphone off").press("Enter")
    await expect(ben.tile(stage["aylin"].id).get_by_role("img", name="microphone off")).to_be_visible()
    await window.keyboard.press("m")
    await expect(ben.tile(stage["aylin"].id).get_by_role("img", name="microphone off")).to_have_count(0)

    await window.get_by_role("button", name="Leave").click()
    await expect(aylin.page.locator("[data-does=join]")).to_be_visible()
    if not window.is_closed():  # the browser closes it in its own time
        await window.wait_for_event("close")
    await expect(ben.tile(stage["aylin"].id)).to_have_count(0)
