"""People call one another, with picture and sound both ways; and meet in a room through the media node."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import ViewportSize, expect

from tests.e2e.calls import KEEP_CONNECTIONS, OTHERS_VIDEOS, Caller
from tests.e2e.conftest import Come
from tests.e2e.stage import LOBBY, Stage
from tests.support.axe import assert_accessible
from tests.support.browser import DESK, PHONE
from tests.support.ground import same_on_both_grounds
from tests.support.server_process import Servers

ROOM = f"{LOBBY}/rooms/round-table"
WIDE: ViewportSize = {"width": 1440, "height": 900}


async def calling(come: Come, stage: Stage, name: str, path: str, url: str = "", **tab: Any) -> Caller:
    """Somebody before a page, whose connections can be looked into."""
    talk = await come(stage[name], url, path=LOBBY, **tab)
    await talk.tab.context.add_init_script(KEEP_CONNECTIONS)
    await talk.open(path)
    return Caller(talk.page)


@same_on_both_grounds
async def test_on_a_phone_the_call_is_in_sight_once_one_has_joined(stage: Stage, come: Come) -> None:
    """The button stands below picture and devices, all of which give way to the call; and much can stand below it."""
    ben = await come(stage["ben"], path=ROOM, size=PHONE)
    await ben.page.evaluate(
        """() => {
          const below = document.createElement("div");
          below.style.setProperty("block-size", "200vh");
          document.querySelector("main").append(below);
        }"""
    )
    await Caller(ben.page).join()
    await expect(ben.page.locator(".call-tile").first).to_be_in_viewport(ratio=0.9)
    assert await ben.page.locator("fm-call").evaluate("(call) => call.getBoundingClientRect().top") > 0


# What is said, with the parts of the page that it lies on.
_COVERED = """async (parts) => {
  const { toast } = await import("fairmatch/kit/toast");
  toast("Your camera is gone: it was pulled out, or another program took it.", { error: true, action: "Turn on" });
  const box = (part) => document.querySelector(part)?.getBoundingClientRect();
  const said = box(".toast");
  return parts.filter((part) => {
    const at = box(part);
    return !at || !(at.bottom <= said.top || said.bottom <= at.top || at.right <= said.left || said.right <= at.left);
  });
}"""


@same_on_both_grounds
@pytest.mark.parametrize("size", [PHONE, DESK])
async def test_what_is_said_covers_no_button_of_a_calls_small_window(
    stage: Stage, come: Come, size: ViewportSize
) -> None:
    """It may stand there for long; and its buttons stand in one line, also with German words."""
    ben = await come(stage["ben"], path=ROOM, size=size, locale="de")
    await Caller(ben.page).join()
    for path, parts in {"/me/notices": [".dock-call"], stage.direct: [".dock-call", ".composer"]}.items():
        await ben.page.evaluate("(path) => Turbo.visit(path)", path)
        await expect(ben.page).to_have_url(re.compile(f"{path}$"))
        await ben.page.locator(parts[-1]).wait_for()
        await expect(ben.page.locator(".dock-call")).to_be_visible()
        assert await ben.page.evaluate(_COVERED, parts) == []
    row = ben.page.locator(".dock-call .row > *")
    assert len(await row.evaluate_all("(all) => [...new Set(all.map((one) => one.offsetTop))]")) == 1


async def test_a_call_is_left_also_from_a_page_that_is_not_there(stage: Stage, come: Come) -> None:
    ben = await come(stage["ben"], path=ROOM)
    ben.tab.watch.expect("status of 404")
    await Caller(ben.page).join()
    for path, title in {"/me/notices": "Notices", "/fairs/nowhere": "There is nothing here"}.items():
        await ben.page.evaluate("(path) => Turbo.visit(path)", path)
        await expect(ben.page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        await expect(ben.page.locator(".dock-call")).to_have_count(1)
    await ben.page.locator(".dock-call [data-does=leave]").click()
    await expect(ben.page.locator(".dock-call")).to_have_count(0)


async def test_a_call_and_the_live_line_go_on_over_a_page_that_knows_of_nobody(stage: Stage, come: Come) -> None:
    """Nobody is asked who they are where there is no route, or none for the method."""
    ben = await come(stage["ben"], path=ROOM)
    for status in (404, 405):
        ben.tab.watch.expect(f"status of {status}")
    await Caller(ben.page).join()
    line = await ben.page.evaluate_handle("import('fairmatch/live/start').then(({ session }) => session().line)")
    for path in ("/no/such/page", "/sign-out"):
        await ben.page.evaluate("(path) => Turbo.visit(path)", path)
        await expect(ben.page).to_have_url(re.compile(f"{path}$"))
        await expect(ben.page.get_by_role("heading", name="There is nothing here")).to_be_visible()
        await expect(ben.page.locator(".dock-call")).to_have_count(1)
        assert await line.evaluate("(line) => [line.state, line.stop]") == ["live", None]
    await ben.page.evaluate("(path) => Turbo.visit(path)", ROOM)
    await expect(ben.page.locator("fm-call.is-in")).to_be_visible()


async def test_two_people_see_and_hear_each_other_and_go_on_while_one_reads_another_page(
    stage: Stage, servers: Servers, come: Come
) -> None:
    aylin = await calling(come, stage, "aylin", f"{stage.direct}/call")
    ben = await calling(come, stage, "ben", "/messages", servers.other_url)
    await aylin.page.keyboard.press("t")
    await aylin.page.keyboard.type("Have you a minute?")
    await aylin.page.keyboard.press("Enter")
    await aylin.join()
    await ben.page.get_by_role("button", name="Accept the call").click()
    await expect(ben.page.locator(".beside")).to_contain_text("Have you a minute?")
    for one in (aylin, ben):
        assert (await one.sees_and_hears())["connections"] == 1
        quality = one.page.locator(".call-quality")
        await expect(quality.locator("summary")).to_have_text(re.compile("Connection: (good|fair|poor)"))
        await expect(quality.locator("dl")).to_have_text(re.compile(r"[0-9]+ %.*[0-9]+ ms.*direct", re.DOTALL))

    # No more lines of a camera come than are shown: few beside what is written, more at half the screen's height.
    await ben.sees_lines(aylin, 180)
    await ben.page.keyboard.press("g")
    await ben.sees_lines(aylin, 360)
    await ben.page.get_by_role("link", name="To your conversation").click()
    await expect(ben.page.locator(".dock-call")).to_be_visible()
    await ben.sees_lines(aylin, 180)
    for one in (aylin, ben):
        assert (await one.sees_and_hears())["connections"] == 1
    assert len(await ben.page.evaluate("window.connections")) == 1

    await aylin.page.keyboard.press("s")
    await expect(aylin.page.locator("[data-does=another-screen]")).to_be_visible()
    await aylin.page.keyboard.press("a")
    await aylin.page.keyboard.press("b")
    await aylin.page.keyboard.press("m")
    await ben.page.locator(".dock-picture").click()
    for source in ("screen", "screen_2"):
        await ben.shows(f"{stage['aylin'].id}.{source}")
    await ben.hears("screen_sound")
    # Chromium's second camera delivers depths, which no picture is made of.
    await expect(ben.tile(f"{stage['aylin'].id}.camera_2").locator("video")).to_have_count(1)
    await aylin.page.locator("[data-stop=screen]").click()
    await expect(ben.tile(f"{stage['aylin'].id}.screen")).to_have_count(0)
    await ben.shows(f"{stage['aylin'].id}.screen_2")
    muted = ben.tile(stage["aylin"].id).get_by_role("img", name="microphone off")
    await expect(muted).to_be_visible()
    await ben.page.locator("[data-does=leave]").click()
    await expect(aylin.page.get_by_text("Ben Krüger has left.")).to_be_visible()


async def test_whoever_opens_a_call_of_two_in_another_window_goes_on_there_and_comes_back_likewise(
    stage: Stage, servers: Servers, come: Come
) -> None:
    """On the cluster the other window is at another worker."""
    aylin = await calling(come, stage, "aylin", f"{stage.direct}/call")
    ben = await calling(come, stage, "ben", f"{stage.direct}/call", servers.other_url)
    at_her_desk = await calling(come, stage, "aylin_at_her_desk", f"{stage.direct}/call", servers.other_url)
    for one in (aylin, ben):
        await one.join()
    for one in (aylin, ben):
        await one.sees_and_hears()
    for before, now in ((aylin, at_her_desk), (at_her_desk, aylin)):
        told = expect(before.page.get_by_text("The call goes on where you joined it last.")).to_be_visible()
        await asyncio.gather(told, now.join())
        await before.page.locator("[data-does=join]").wait_for()
        for part in ("microphone", "camera"):  # nobody is filmed where they have left
            button = before.page.locator(f"[data-does={part}]")
            await expect(button).to_have_text(f"Turn the {part} on")
            await button.click()
            await expect(button).not_to_have_text(f"Turn the {part} on")
        await expect(before.page.locator(".call-door")).to_contain_text("The call goes on where you joined it last.")
        for one in (now, ben):
            assert (await one.sees_and_hears())["connections"] == 1
        await expect(ben.page.locator(".call-tile")).to_have_count(2)


async def test_three_meet_in_a_room_and_whom_a_moderator_removes_is_out(
    stage: Stage, servers: Servers, come: Come
) -> None:
    """On the cluster Ben is at another worker than the others, with Redis between them, and the node found in it."""
    urls = {"aylin": servers.url, "ben": servers.other_url, "olga": servers.url}
    people = {name: await calling(come, stage, name, ROOM, url) for name, url in urls.items()}
    for one in people.values():
        await one.join()
    for one in people.values():
        await expect(one.page.locator(".call-tile video")).to_have_count(3)
        await one.sees_and_hears()

    aylin, ben = people["aylin"].page, people["ben"].page
    # What goes away by itself is looked for before it comes: it may be gone before a busy machine looks.
    wants = expect(ben.get_by_text("Aylin Demir wants to speak.")).to_be_visible()
    await asyncio.gather(wants, aylin.keyboard.press("h"))
    await expect(people["ben"].tile(stage["aylin"].id).get_by_role("img", name="wants to speak")).to_be_visible()
    await aylin.keyboard.press("r")
    clapping = expect(people["ben"].tile(stage["aylin"].id).locator(".call-reaction")).to_have_text("👏")
    await asyncio.gather(clapping, aylin.keyboard.press("Enter"))
    # All are small on all screens: the larger encodings are sent to nobody, until somebody wants one.
    await people["aylin"].sends(["q"])
    await people["ben"].tile(stage["aylin"].id).get_by_role("button", name="Keep Aylin Demir large").click()
    await people["aylin"].sends(["h", "q"])
    await expect(ben.locator(".call-main .call-tile")).to_have_attribute("data-tile", stage["aylin"].id)
    await _write_beside_the_call(people["aylin"], people["ben"])
    await _silence(people["olga"], people["ben"], stage["ben"].id)

    await people["olga"].page.keyboard.press("l")
    here = people["olga"].page.get_by_role("dialog", name="Who is here")
    await expect(here.locator("li")).to_have_count(2)
    await assert_accessible(people["olga"].page)
    await here.get_by_role("button", name="Remove Ben Krüger from the call").press("Enter")
    await expect(here.get_by_role("button", name="Let them in again")).to_be_visible()
    await people["olga"].page.keyboard.press("Escape")
    await expect(people["ben"].page.get_by_text("A moderator has removed you from this call.")).to_be_visible()
    assert await people["ben"].counted() == {"frames": 0, "sound": 0, "connections": 0}
    await expect(people["ben"].page.locator("#beside .composer-why")).to_be_visible()
    await expect(people["aylin"].tile(stage["ben"].id)).to_have_count(0)
    await people["aylin"].sees_and_hears()

    before = people["aylin"].page.locator(".call-tile[data-tile]")
    await expect(before).to_have_count(2)
    await people["aylin"].page.reload()
    await people["aylin"].page.locator(".call-bar").wait_for()
    await people["aylin"].sees_and_hears()
    await expect(people["olga"].page.locator(".call-tile")).to_have_count(2)
    await _broadcast(people["aylin"], people["ben"], people["olga"])


@same_on_both_grounds
async def test_screens_captions_and_keys_fit_every_window_and_the_call_goes_on_in_a_small_one(
    stage: Stage, servers: Servers, come: Come
) -> None:
    urls = {"aylin": servers.url, "olga": servers.other_url}
    people = {name: await calling(come, stage, name, ROOM, url) for name, url in urls.items()}
    aylin, olga = people["aylin"].page, people["olga"].page
    await aylin.get_by_role("button", name="Join without camera").press("Enter")
    for one in people.values():
        await one.join()
    await people["aylin"].sees_and_hears()
    await people["olga"].hears("microphone")
    await aylin.keyboard.press("v")
    await people["olga"].sees_and_hears()
    assert len(await aylin.evaluate("window.connections")) == 1  # with a camera that comes later as well

    await _all_fit(people["olga"])
    await olga.locator(".call-quality summary").click()
    await expect(olga.locator(".call-quality dd").nth(1)).to_contain_text("ms")
    await aylin.keyboard.press("s")
    await aylin.locator("[data-does=another-screen]").click()
    await people["olga"].shows(f"{stage['aylin'].id}.screen_2")
    await people["olga"].hears("screen_sound")
    await aylin.keyboard.press("s")
    await expect(people["olga"].tile(f"{stage['aylin'].id}.screen_2")).to_have_count(0)
    await olga.keyboard.press("c")
    await aylin.keyboard.press("c")
    await aylin.locator("[data-does=write-captions]").click()
    await aylin.locator("#call-caption").fill("Good morning")
    await aylin.locator("#call-caption").press("Enter")
    await expect(olga.locator(".call-captions")).to_contain_text("Aylin Demir Good morning")
    await aylin.keyboard.press("Escape")  # out of the line that she types
    await assert_accessible(olga)
    await olga.keyboard.press("?")
    await expect(olga.get_by_role("dialog", name="Keys in a call")).to_be_visible()
    await olga.keyboard.press("Escape")
    await expect(olga.get_by_role("dialog", name="Keys in a call")).to_have_count(0)
    await _go_on_in_a_small_window(people["aylin"], people["olga"], stage["aylin"].id)


async def _broadcast(one: Caller, encoder: Caller, viewer: Caller) -> None:
    """Somebody makes an address and a token in the call, and another page sends into it in their name (WHIP)."""
    await one.page.keyboard.press("d")
    await one.page.get_by_text("With another program").click()
    await one.page.get_by_role("button", name="Address for an encoder").click()
    address = await one.page.get_by_label("Address", exact=True).input_value()
    await encoder.broadcasts(address, await one.page.get_by_label("Token (bearer)").input_value())
    await one.page.keyboard.press("Escape")
    videos = viewer.page.locator(OTHERS_VIDEOS)
    await expect(videos).to_have_count(2)
    for at in range(2):
        await viewer.sees(OTHERS_VIDEOS, at)
    assert await encoder.ends_broadcast() == 200
    await expect(videos).to_have_count(1)


_MY_CAMERA = """(label) =>
    document.querySelector(".call-tile.is-own video")?.srcObject.getVideoTracks()[0].label === label"""


async def _go_on_in_a_small_window(one: Caller, other: Caller, person: str) -> None:
    """Another camera is chosen by keyboard, and the call goes on in a window of its own, in which it is left."""
    await one.page.keyboard.press("d")
    await one.page.get_by_label("Camera", exact=True).select_option(label="fake_device_2")
    await one.page.wait_for_function(_MY_CAMERA, arg="fake_device_2")
    await one.page.keyboard.press("Escape")
    await other.shows(person)

    async with one.page.context.expect_page() as opening:
        await one.page.keyboard.press("p")
    window = await opening.value
    await expect(window.locator(".popout-picture video")).to_be_visible()
    await expect(window.get_by_role("status")).to_have_text("Olga Brandt")
    await window.get_by_role("button", name="Microphone off").press("Enter")
    await expect(other.tile(person).get_by_role("img", name="microphone off")).to_be_visible()
    await window.keyboard.press("m")
    await expect(other.tile(person).get_by_role("img", name="microphone off")).to_have_count(0)

    await window.get_by_role("button", name="Leave").click()
    await expect(one.page.locator("[data-does=join]")).to_be_visible()
    if not window.is_closed():  # the browser closes it in its own time
        await window.wait_for_event("close")
    await expect(other.tile(person)).to_have_count(0)


# How it looks with so many people, as far as nothing has to be scrolled for the last of them.
_FIT = """(number) => {
  const grid = document.querySelector(".call-grid");
  const { count } = grid.dataset;
  const more = Array.from({ length: number - grid.children.length }, () => grid.lastElementChild.cloneNode(true));
  grid.append(...more);
  grid.dataset.count = String(Math.min(number, 10));
  const at = (selector) => document.querySelector(selector).getBoundingClientRect();
  const [first, last] = [grid.firstElementChild, grid.lastElementChild].map((one) => one.getBoundingClientRect());
  const [foot, tabs] = [at(".call-foot"), at(".rail-entry")];
  const below = tabs.top > innerHeight / 2 ? tabs.top : innerHeight;
  const columns = Math.round(at("fm-call").width / first.width);
  // The third of three stands below the middle of the others.
  const middles = [at(".call-grid"), last].map(({ left, right }) => Math.round((left + right) / 2));
  if (number === 3 && innerWidth > 1200 && Math.abs(middles[0] - middles[1]) > 1) return -1;
  more.forEach((one) => one.remove());
  grid.dataset.count = count;
  return scrollY === 0 && first.top > 0 && last.bottom <= foot.top && foot.bottom <= below ? columns : 0;
}"""
# People, and how many of them stand beside each other before a wide window.
_BESIDE = {3: 2, 4: 2, 6: 3, 9: 3, 12: 4}


async def _all_fit(one: Caller) -> None:
    """Also the last of them is seen with all buttons, without scrolling; where there is room, all are large."""
    await one.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert await one.page.evaluate(_FIT, 8)
    await one.page.set_viewport_size(WIDE)
    assert {number: await one.page.evaluate(_FIT, number) for number in _BESIDE} == _BESIDE
    await one.page.set_viewport_size(DESK)  # type: ignore[arg-type]


async def _silence(moderator: Caller, one: Caller, person: str) -> None:
    """A moderator turns somebody's camera off by keyboard; they cannot turn it on again before they are let. What can
    be done with somebody lies on no face before one means them."""
    button = moderator.tile(person).locator("[data-mutes=camera]")
    means = moderator.tile(person).locator(".call-moderation")
    await moderator.page.mouse.move(0, 0)
    await expect(means).to_have_css("opacity", "0")
    told = expect(one.page.get_by_text("A moderator has turned your camera off.")).to_be_visible()
    await asyncio.gather(told, button.press("Enter"))
    await expect(means).to_have_css("opacity", "1")
    await expect(moderator.tile(person).locator("video")).to_have_count(0)
    await assert_accessible(moderator.page)
    camera = one.page.locator("[data-does=camera]")
    await expect(camera).to_have_attribute("data-on", "false")
    await expect(button).to_have_accessible_name("Let Ben Krüger turn the camera on again")
    told = expect(one.page.get_by_text("You may turn your camera on again.")).to_be_visible()
    await asyncio.gather(told, button.press("Enter"))
    await one.page.keyboard.press("v")
    await moderator.shows(person)


async def _write_beside_the_call(writer: Caller, reader: Caller) -> None:
    """One writes beside the call; the other, on a phone, sees that, opens it, reads it, and is back in the call."""
    await reader.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await writer.page.keyboard.press("t")
    await writer.page.keyboard.type("The slides are here")
    await writer.page.keyboard.press("Enter")
    await writer.page.keyboard.press("Escape")
    await expect(writer.page.locator("[data-does=write]")).to_be_focused()
    unread = reader.page.locator("[data-does=write] [data-number]")
    await expect(unread).to_have_text("1")
    await expect(reader.page.locator("[data-does=leave]")).to_be_in_viewport()
    await reader.page.keyboard.press("t")
    await expect(reader.page.locator("#beside")).to_contain_text("The slides are here")
    await assert_accessible(reader.page)
    await reader.page.keyboard.press("Escape")
    await expect(reader.page.locator("#beside")).to_be_hidden()
    await expect(unread).to_be_hidden()
    await reader.page.set_viewport_size(DESK)  # type: ignore[arg-type]
