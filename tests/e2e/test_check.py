"""The check of a connection in the browser: what it measures is what goes through."""

import json
import re
import socket

import pytest
from playwright.async_api import Route, expect

from signaling.media.stun import BINDING_REQUEST
from tests.e2e.conftest import Come
from tests.e2e.stage import Stage
from tests.support.server_process import Serve, Servers
from tests.support.turn import SECRET, Coturn

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
# The media node's port, as its answer announces it.
PORT = re.compile(r"(?<= 127\.0\.0\.1 )\d+(?= typ host)")
# What goes through is a matter of time: a machine that stands still for a moment measures too little.
TRIES = 3
FAST = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
# A check is what starts the node; a way that does not answer is waited for.
NODE_STARTS_MS, WALKED_MS = 40_000, 30_000
FIGURES = r"""() => document.querySelector(".figures").textContent.match(/[\d.]+/g).map(Number)"""


@pytest.fixture
async def servers(stage: Stage, serve: Serve, coturn: Coturn) -> Servers:
    """The running product, with a relay by UDP."""
    assert stage.guests
    return await serve(dev=True, turn_urls=json.dumps([coturn.urls["udp"]]), turn_secret=SECRET)


async def test_the_verdict_rests_on_what_was_tried_the_nodes_own_port_and_what_the_line_carries(
    stage: Stage, come: Come
) -> None:
    talk = await come(stage["aylin"], path="/check")
    page = talk.page
    network = await talk.tab.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": IN, "uploadThroughput": OUT}
    await network.send("Network.emulateNetworkConditions", slow)
    # A first try without a microphone and without a measurement, a second one without the measurement alone.
    await page.evaluate(WITHOUT)
    verdict, again = page.locator(".call-verdict"), page.get_by_role("button", name="Check again")
    node = page.locator(".call-check-row").filter(has_text="Media server, UDP")
    await page.get_by_role("button", name="Begin the check").click()
    await expect(again).to_be_visible(timeout=NODE_STARTS_MS)
    await expect(verdict).to_contain_text("You would not be heard")
    await again.click()
    await expect(verdict).to_contain_text("The measurement did not come to an end")
    relay = page.locator(".call-check-row").filter(has_text="Relayed, UDP")

    async def finds_what_goes_through() -> None:
        await expect(verdict).to_contain_text("Enough for sound only", timeout=WALKED_MS)
        await expect(node).to_contain_text("Open in this network.")
        into, out, _trip = await page.evaluate(FIGURES)
        assert 0.6 * IN < into * 125_000 < 1.3 * IN
        assert 0.6 * OUT < out * 125_000 < 1.3 * OUT
        await expect(relay).to_contain_text("Open in this network.")

    for left in reversed(range(TRIES)):
        await again.click()
        try:
            await finds_what_goes_through()
            break
        except AssertionError:
            if not left:
                raise
    saved = page.locator("#saved-checks")
    await expect(saved).to_contain_text("Too little gets out")
    await expect(saved).to_contain_text("Open: Media server, UDP · Relayed, UDP")

    # A network that swallows what is sent to the node, and a relay that leads there: then one that does not.
    await network.send("Network.emulateNetworkConditions", FAST)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wall:
        wall.bind(("127.0.0.1", 0))
        wall.setblocking(False)

        async def to_the_wall(route: Route) -> None:
            answer = await route.fetch()
            text, announced = PORT.subn(str(wall.getsockname()[1]), await answer.text())
            assert announced
            await route.fulfill(response=answer, body=text)

        await page.route("**/check/node", to_the_wall, times=1)
        await again.click()
        await expect(verdict).to_contain_text("Calls should work here.", timeout=WALKED_MS)
        assert wall.recv(2_000)[:2] == BINDING_REQUEST.to_bytes(2)  # the browser has tried
        await expect(node).to_contain_text("Blocked in this network.")
        await expect(relay).to_contain_text("Open in this network.")
        await page.route("**/check/node", to_the_wall)
        await again.click()
        await expect(verdict).to_contain_text("This network lets no call through", timeout=WALKED_MS)
    await expect(relay).to_contain_text("does not lead to the media server")
    await expect(saved).to_contain_text("Not enough for a call")
    await expect(saved).to_contain_text("Blocked: Media server, UDP · Relayed, UDP")
    await saved.get_by_role("button", name="Delete my checks").click()
    await expect(saved).to_be_empty()
