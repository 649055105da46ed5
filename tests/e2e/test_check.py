"""The check of a connection in the browser: what it measures is what goes through."""

from playwright.async_api import expect

from tests.e2e.conftest import Come
from tests.e2e.stage import Stage

# Bytes per second: enough for pictures to come in, and for sound only to go out.
IN, OUT = 750_000, 45_000
# The first microphone is missing, and nothing is measured twice.
WITHOUT = """() => {
  const devices = navigator.mediaDevices, open = devices.getUserMedia, ask = window.fetch;
  devices.getUserMedia = (asked) => {
    if (!asked.audio) return open.call(devices, asked);
    devices.getUserMedia = open;
    return Promise.reject(new DOMException("none", "NotFoundError"));
  };
  let failures = 2;
  window.fetch = (...asked) =>
    asked[0] === "/check/bytes" && failures-- > 0 ? Promise.reject(new TypeError("failed")) : ask(...asked);
}"""
FIGURES = r"""() => document.querySelector(".figures").textContent.match(/[\d.]+/g).map(Number)"""


async def test_a_line_that_lets_little_out_is_enough_for_sound_only(stage: Stage, come: Come) -> None:
    talk = await come(stage["aylin"], path="/check")
    page = talk.page
    network = await talk.tab.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": IN, "uploadThroughput": OUT}
    await network.send("Network.emulateNetworkConditions", slow)
    # A first try without a microphone and without a measurement, a second one without the measurement alone.
    await page.evaluate(WITHOUT)
    verdict, again = page.locator(".call-verdict"), page.get_by_role("button", name="Check again")
    await page.get_by_role("button", name="Begin the check").click()
    await expect(again).to_be_visible()
    await expect(verdict).to_contain_text("You would not be heard")
    await again.click()
    await expect(verdict).to_contain_text("The measurement did not come to an end")
    await again.click()
    await expect(verdict).to_contain_text("Enough for sound only")
    into, out, _trip = await page.evaluate(FIGURES)
    assert 0.6 * IN < into * 125_000 < 1.3 * IN
    assert 0.6 * OUT < out * 125_000 < 1.3 * OUT

    saved = page.locator("#saved-checks")
    await expect(saved).to_contain_text("Too little gets out")
    await saved.get_by_role("button", name="Delete my checks").click()
    await expect(saved).to_be_empty()
