"""The line outlives pages, ends with the session, and is quiet while nobody looks."""

import json
import re

import pytest
from playwright.async_api import Route, expect

from tests.e2e.conftest import Come
from tests.e2e.stage import LOBBY, Stage
from tests.support.ground import same_on_both_grounds
from tests.support.server_process import Servers

# Pages that lead to one another by links of the frame.
ROUND = ("Messages", "Fair")


async def test_the_socket_survives_ten_page_visits(stage: Stage, servers: Servers, come: Come) -> None:
    aylin = await come(stage["aylin"])
    ben = await come(stage["ben"], servers.other_url)
    before = await aylin.connection()
    await aylin.page.evaluate("window.sameDocument = true")
    sockets: list[str] = []
    aylin.page.on("websocket", lambda socket: sockets.append(socket.url))
    rail = aylin.page.get_by_role("navigation", name="Main")
    for visit in range(10):
        entry = rail.get_by_role("link", name=ROUND[visit % len(ROUND)])
        await entry.click()
        await expect(entry).to_have_attribute("aria-current", "page")
        # The visit is over: until then Turbo may still put the page in place of its preview, under the next press.
        await expect(aylin.page.locator("html")).not_to_have_attribute("aria-busy", "true")
        await aylin.is_live()
        assert await aylin.connection() == before
    assert await aylin.page.evaluate("window.sameDocument")
    assert sockets == []
    await ben.say("Still there?")
    await aylin.reads(["Still there?"])


async def test_what_is_said_while_one_looks_at_another_page_is_there_on_coming_back(
    stage: Stage, servers: Servers, come: Come
) -> None:
    aylin = await come(stage["aylin"])
    ben = await come(stage["ben"], servers.other_url)
    rail = aylin.page.get_by_role("navigation", name="Main")
    await aylin.field.fill("half a sentence")
    await rail.get_by_role("link", name="Messages").click()
    await expect(aylin.page).to_have_url(f"{servers.url}/messages")
    await ben.say("One", "Two")
    await ben.has_sent_everything()
    await aylin.page.go_back()
    await aylin.reads(["One", "Two"])
    await expect(aylin.page.locator(".new-line")).to_be_visible()
    await expect(aylin.field).to_have_value("half a sentence")


FIRST_SEEN = """() => {
  const log = document.querySelector(".chat-log");
  if (!log) return null;
  const edge = log.getBoundingClientRect().top;
  const row = [...log.querySelectorAll(".message")].find((one) => one.getBoundingClientRect().bottom > edge);
  const below = log.scrollHeight - log.clientHeight - log.scrollTop;
  return below > 200 ? [row.dataset.key, Math.round(row.getBoundingClientRect().top - edge)] : null;
}"""


@same_on_both_grounds
async def test_the_wheel_scrolls_over_messages_and_one_comes_back_to_where_one_read(stage: Stage, come: Come) -> None:
    aylin = await come(stage["aylin"])
    await aylin.say(*(f"Line {number}" for number in range(40)))
    await aylin.has_sent_everything()
    await aylin.message("Line 39").hover()
    await aylin.page.mouse.wheel(0, -120)  # a tick, which brings another row under the pointer
    await aylin.page.mouse.wheel(0, -400)
    read = await (await aylin.page.wait_for_function(FIRST_SEEN)).json_value()
    await aylin.page.get_by_role("navigation", name="Main").get_by_role("link", name="Messages").click()
    await expect(aylin.page).to_have_url(re.compile("/messages$"))
    await aylin.page.go_back()
    await aylin.is_live()
    await aylin.page.wait_for_function(f"(read) => JSON.stringify(({FIRST_SEEN})()) === JSON.stringify(read)", arg=read)


async def test_signing_out_elsewhere_ends_this_session_at_once(stage: Stage, servers: Servers, come: Come) -> None:
    aylin = await come(stage["aylin"])
    desk = await come(stage["aylin_at_her_desk"], servers.other_url, path="/me/devices")
    await desk.page.get_by_role("button", name="Sign out everywhere else").click()
    await expect(aylin.page).to_have_url(f"{servers.url}/sign-in?next=%2Ffairs%2Fenergy-days")
    await expect(aylin.page.locator("#toasts")).to_contain_text("You were signed out on this device")
    await expect(aylin.page.locator("html")).not_to_have_attribute("data-live", "live")
    await aylin.page.goto(LOBBY)
    await expect(aylin.page.locator("fm-chat")).to_have_count(0)


async def test_signing_out_leaves_nothing_of_ones_words_in_the_browser(
    stage: Stage, servers: Servers, come: Come
) -> None:
    aylin = await come(stage["aylin"])
    await aylin.field.fill("half a sentence")
    assert await aylin.page.evaluate("Object.keys(localStorage).length") == 1
    await aylin.page.locator("[popovertarget=own-menu]").click()
    await aylin.page.get_by_role("button", name="Sign out").click()
    await expect(aylin.page.locator("fm-chat")).to_have_count(0)
    assert await aylin.page.evaluate("Object.keys({ ...localStorage, ...sessionStorage })") == []


async def test_a_hidden_tab_gets_counts_only_and_catches_up_when_it_is_shown(
    stage: Stage, servers: Servers, come: Come
) -> None:
    aylin = await come(stage["aylin"])
    ben = await come(stage["ben"], servers.other_url)
    await ben.say("Before")
    await aylin.reads(["Before"])
    session = await aylin.tab.context.new_cdp_session(aylin.page)
    frames, told = list[str](), list[str]()
    session.on("Network.webSocketFrameReceived", lambda event: frames.append(event["response"]["payloadData"]))
    session.on("Network.webSocketFrameSent", lambda event: told.append(event["response"]["payloadData"]))
    await session.send("Network.enable")
    await aylin.turn("hidden")
    # Her worker knows it when it has answered; Ben's may be faster than that.
    while not any(f'"i":{number},' in frame for number in _asked("visible", told) for frame in frames):
        await aylin.page.wait_for_timeout(50)
    frames.clear()
    await ben.say("One", "Two", "Three")
    await ben.has_sent_everything()
    while not any('"k":"top"' in frame for frame in frames):
        await aylin.page.wait_for_timeout(50)
    assert not any("message.created" in frame for frame in frames)
    await aylin.turn("visible")
    await aylin.reads(["Before", "One", "Two", "Three"])
    await expect(aylin.page.locator(".new-line")).to_be_visible()


def _asked(method: str, told: list[str]) -> list[int]:
    """The numbers under which a page has asked for this so far."""
    return [asked["i"] for asked in map(json.loads, told) if isinstance(asked, dict) and asked["m"] == method]


@same_on_both_grounds
async def test_a_page_that_is_not_there_breaks_no_rule_and_the_document_stays(stage: Stage, come: Come) -> None:
    """Turbo puts the answer in place of everything, its import map included, which is another answer's."""
    aylin = await come(stage["aylin"])
    aylin.tab.watch.expect("status of 404")
    before = await aylin.connection()
    await aylin.page.evaluate("window.sameDocument = true")
    await aylin.page.evaluate("Turbo.visit('/fairs/nowhere')")
    await expect(aylin.page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    await aylin.page.get_by_role("link", name="To the start page").click()
    await expect(aylin.page.get_by_role("navigation", name="Main")).to_be_visible()
    await aylin.is_live()
    assert await aylin.connection() == before
    assert await aylin.page.evaluate("window.sameDocument")


@same_on_both_grounds
@pytest.mark.parametrize("status", [413, 503])
async def test_after_an_error_the_way_leads_back_to_the_form_with_what_was_typed(
    stage: Stage, come: Come, status: int
) -> None:
    """Turbo puts an error of the server in place of everything, and of any other in place of the page."""
    aylin = await come(stage["aylin"], path="/me")
    aylin.tab.watch.expect(f"status of {status}")
    page = aylin.page

    async def refuse(route: Route) -> None:
        await route.fulfill(response=await route.fetch(), status=status)

    await page.route("**/me", lambda route: refuse(route) if route.request.method == "POST" else route.continue_())
    position = page.get_by_label("What you do there")
    form = page.locator("form").filter(has=position)
    await form.evaluate(
        """(form) => {
          const large = Object.assign(document.createElement("input"), { type: "hidden", name: "large" });
          large.value = "x".repeat(1_200_000);
          form.append(large);
        }"""
    )
    await position.fill("Plans depots")
    await form.evaluate("(form) => form.requestSubmit()")
    await expect(page.get_by_role("heading", name="That was too large")).to_be_visible()
    await page.get_by_role("link", name="Back to the form").click()
    await expect(position).to_have_value("Plans depots")
