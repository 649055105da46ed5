"""Every way to take part: a phone, a keyboard alone, a screen reader, either language, by day and by night."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import Come
from tests.e2e.stage import LOBBY, Stage
from tests.support.axe import assert_accessible
from tests.support.browser import DESK, PHONE
from tests.support.ground import same_on_both_grounds
from tests.support.server_process import Servers

pytestmark = same_on_both_grounds


async def test_a_conversation_by_keyboard_alone(stage: Stage, servers: Servers, come: Come) -> None:
    aylin = await come(stage["aylin"])
    ben = await come(stage["ben"], servers.other_url)
    keys = aylin.page.keyboard
    await _tab_to(aylin.page, "document.activeElement.matches('.composer textarea')")
    await keys.type("Helo")
    await keys.press("Enter")
    await aylin.reads(["Helo"])
    await aylin.has_sent_everything()
    await keys.press("ArrowUp")
    await keys.press("Control+a")
    await keys.type("Hello")
    await keys.press("Enter")
    await ben.reads(["Hello edited"])
    await ben.say("Hi")
    await aylin.reads(["Hello edited", "Hi"])
    await keys.press("End")
    await expect(aylin.message("Hi")).to_be_focused()
    await keys.press("Tab")
    await keys.press("Enter")
    await keys.press("ArrowRight")
    await keys.press("Enter")
    await expect(ben.message("Hi").locator(".reaction")).to_have_text("❤️ 1")
    await expect(aylin.message("Hi").get_by_role("button", name="React")).to_be_focused()
    await keys.press("Escape")
    await keys.press("Escape")
    await expect(aylin.field).to_be_focused()
    await keys.type("@Be")
    await keys.press("Enter")
    await keys.type("bye")
    await keys.press("Enter")
    await ben.reads(["Hello edited", "Hi", "@Ben Krüger bye"])


async def test_a_conversation_on_a_phone(stage: Stage, servers: Servers, come: Come) -> None:
    aylin = await come(stage["aylin"], size=PHONE, has_touch=True, is_mobile=True)
    ben = await come(stage["ben"], servers.other_url)
    await ben.say("A word that is as long as theElectricChargingInfrastructureOfAWholeCountry" * 2)
    await expect(aylin.page.locator(".message")).to_have_count(1)
    await aylin.field.tap()
    await aylin.field.fill("On my way")
    await aylin.field.press("Enter")
    await aylin.field.type("to the hall")
    await aylin.page.get_by_role("button", name="Send").tap()
    await expect(ben.page.locator(".message-text").last).to_have_text("On my way\nto the hall")
    await aylin.page.locator(".message").first.tap()
    await aylin.page.locator(".message").first.get_by_role("button", name="React").tap()
    await aylin.page.get_by_role("button", name="👍").tap()
    await expect(ben.page.locator(".reaction")).to_have_text("👍 1")
    assert await aylin.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    # Chips are found by fingers around themselves, which the kit's own tests measure.
    small = await aylin.page.evaluate(
        """[...document.querySelectorAll("fm-chat :is(button:not(.reaction), textarea)")]
            .filter((one) => one.checkVisibility())
            .filter((one) => Math.min(one.getBoundingClientRect().width, one.getBoundingClientRect().height) < 44)
            .map((one) => one.outerHTML)"""
    )
    assert small == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_what_floats_on_a_page_leaves_what_one_writes_with_free(
    stage: Stage, come: Come, size: dict[str, int]
) -> None:
    """The next meeting and a call's window in the dock, and what is said meanwhile."""
    aylin = await come(stage["aylin"], size=size)
    for path in (LOBBY, stage.direct):
        await aylin.open(path)
        await aylin.page.evaluate(
            """async () => {
              for (const [shape, height] of [["dock-meeting", "3rem"], ["dock-call", "15rem"]]) {
                const one = Object.assign(document.createElement("section"), { className: shape });
                one.style.setProperty("block-size", height);
                one.style.setProperty("inline-size", "18rem");
                document.getElementById("dock").append(one);
              }
              (await import("fairmatch/kit/toast")).toast("In five minutes you meet Ben Krüger.", { error: true });
            }"""
        )
        await expect(aylin.page.locator("#toasts .toast")).to_be_visible()
        covered = await aylin.page.evaluate(
            """() => {
              const { left, right, top, bottom } = document.querySelector(".composer").getBoundingClientRect();
              const points = [left + 4, (left + right) / 2, right - 4].map((x) => [x, (top + bottom) / 2]);
              return points.map(([x, y]) => document.elementFromPoint(x, y)).filter((one) => !one?.closest(".composer"))
                .map((one) => one?.outerHTML);
            }"""
        )
        assert covered == []


async def test_the_tab_that_is_open_is_in_sight_on_a_phone(stage: Stage, come: Come) -> None:
    aylin = await come(stage["aylin"], size=PHONE, locale="de", path=f"{LOBBY}/people?role=organiser")
    await expect(aylin.page.locator(".tabs [aria-current=page]")).to_be_in_viewport(ratio=1)
    # And nothing is cut off the words below, of which the one of this page is bold.
    await aylin.page.goto("/messages")
    words = await aylin.page.locator(".rail-word:visible").evaluate_all(
        """(words) => words.map((one) => {
          const shown = one.getBoundingClientRect().width;
          one.style.setProperty("max-inline-size", "none");
          return [one.textContent, shown, one.getBoundingClientRect().width, one.closest("li").clientWidth];
        })"""
    )
    assert [word for word, shown, whole, room in words if shown < whole or whole > room] == []


async def test_needs_are_below_discover_on_a_phone_and_stand_for_themselves_on_a_desk(stage: Stage, come: Come) -> None:
    for size, names in ((PHONE, ["Discover, you are in it"]), (DESK, ["Needs"])):
        aylin = await come(stage["aylin"], size=size, path="/needs")
        marked = await aylin.page.locator(".rail-nav a:visible").evaluate_all(
            """(entries) => entries
                .filter((one) => ["", '""'].includes(getComputedStyle(one, "::before").content))
                .map((one) => one.innerText.replaceAll("\\n", ""))"""
        )
        assert marked == names


async def test_what_a_page_ends_with_is_read_above_the_next_meeting(stage: Stage, come: Come) -> None:
    aylin = await come(stage["aylin"], size=PHONE, path="/meetings")
    gap = await aylin.page.evaluate(
        """() => {
          const one = Object.assign(document.createElement("section"), { className: "dock-meeting" });
          one.style.setProperty("block-size", "3.5rem");
          document.getElementById("dock").append(one);
          scrollTo(0, document.body.scrollHeight);
          const last = [...document.querySelectorAll("#main *")].filter((each) => each.getClientRects().length);
          const bottoms = last.map((each) => each.getBoundingClientRect().bottom);
          return one.getBoundingClientRect().top - Math.max(...bottoms);
        }"""
    )
    assert gap >= 0


async def test_no_stop_of_the_keyboard_lies_below_a_bar(stage: Stage, come: Come) -> None:
    """At twice the size the bars of a phone stand above and below the page."""
    aylin = await come(stage["aylin"], size={"width": 640, "height": 400}, path="/me")
    for key in ("Tab", "Shift+Tab"):
        for _ in range(40):
            await aylin.page.keyboard.press(key)
            covered = await aylin.page.evaluate(
                """() => {
                  const one = document.activeElement;
                  if (!one.closest("main")) return "";
                  const { left, top, width, height } = one.getBoundingClientRect();
                  const [x, y] = [left + Math.min(width / 2, 20), top + Math.min(height / 2, 10)];
                  const above = document.elementFromPoint(x, y);
                  return above?.closest(".rail") ? one.outerHTML : "";
                }"""
            )
            assert covered == ""


@pytest.mark.parametrize("locale", ["en", "de"])
async def test_axe_finds_nothing_in_conversations(stage: Stage, servers: Servers, come: Come, locale: str) -> None:
    aylin = await come(stage["aylin"], locale=locale)
    await expect(aylin.page.locator("html")).to_have_attribute("lang", locale)
    ben = await come(stage["ben"], servers.other_url)
    await ben.field.press_sequentially("Ask @Ay")
    await ben.page.get_by_role("option", name="Aylin Demir").click()
    await ben.field.press("Enter")
    await ben.say("https://example.org", "A mistake")
    await ben.message("A mistake").hover()
    await ben.message("A mistake").get_by_role("button", name="Delete").click()
    await ben.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(aylin.page.locator(".message-gone")).to_be_visible()
    first = aylin.page.locator(".message").first
    await first.hover()
    await first.locator(".message-tools button").first.click()
    await assert_accessible(aylin.page)
    await aylin.page.get_by_role("button", name="👍").click()
    await expect(first.locator(".reaction")).to_be_visible()
    await aylin.field.press_sequentially("@B")
    await expect(aylin.page.get_by_role("option")).to_have_count(1)
    await assert_accessible(aylin.page)
    await aylin.open(stage.direct)
    await assert_accessible(aylin.page)
    for name, path in (("noah", LOBBY), ("olga", f"{LOBBY}/people/{stage['aylin'].id}")):
        await assert_accessible((await come(stage[name], path=path, locale=locale)).page)


async def test_what_arrives_is_read_out_and_what_one_types_is_not(stage: Stage, servers: Servers, come: Come) -> None:
    aylin = await come(stage["aylin"])
    ben = await come(stage["ben"], servers.other_url)
    said = aylin.page.locator(".chat-announcer")
    await aylin.say("My own words")
    await ben.reads(["My own words"])
    await expect(said).to_be_empty()
    await ben.say("Hello")
    await expect(said).to_have_text("Ben Krüger: Hello")
    await expect(aylin.page.locator(".chat-log")).to_have_attribute("aria-live", "off")


async def _tab_to(page: Page, reached: str) -> None:
    """Press Tab until something has the focus, as somebody without a mouse does."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate(reached):
            return
    raise AssertionError("Tab does not lead there")
