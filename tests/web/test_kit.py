"""The kit in a real browser: accessible in both languages and schemes, on a phone, by keyboard, under the policy."""

import asyncio
from io import BytesIO
from typing import Literal

import pytest
from PIL import Image
from playwright.async_api import Route, expect

from tests.support.axe import assert_accessible
from tests.support.browser import DESK, PHONE, Tab
from tests.web.conftest import Show

PAGES = ["/", "/dev/kit", "/error/404"]
NARROW = {"width": 320, "height": 640}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize("path", PAGES)
async def test_axe_finds_nothing(show: Show, path: str, locale: str):
    tab = await show(path, locale=locale)
    await assert_accessible(tab.page)


@pytest.mark.parametrize("path", PAGES)
async def test_nothing_scrolls_sideways_on_a_phone(show: Show, path: str):
    tab = await show(path, locale="de", size=PHONE, has_touch=True)
    assert await tab.page.evaluate(SIDEWAYS) == 0
    await tab.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert await tab.page.evaluate(SIDEWAYS) == 0


LONG = [
    ".page-head h1",
    ".breadcrumb a",
    ".breadcrumb li:last-child",
    ".card-line",
    ".card-facts li",
    ".list-title",
    ".notice li",
    ".quiet-line span",
    ".bar-words span:first-child",
    ".empty-title",
    ".field-error span",
]


@pytest.mark.parametrize("where", LONG)
async def test_a_long_word_breaks_on_a_phone(show: Show, where: str):
    tab = await show(size=PHONE)
    word = "Energieversorgungsunternehmensdigitalisierungsfachkräftemesse2027"
    written = tab.page.locator(where).locator("visible=true").first
    await written.evaluate("(element, word) => { element.textContent = word; }", word)
    assert await tab.page.evaluate(SIDEWAYS) == 0


async def test_a_long_word_in_what_is_asked_leaves_the_answers_where_they_are(show: Show):
    tab = await show(size=PHONE)
    title = tab.page.locator("#example-confirm .dialog-title")
    word = "Energieversorgungsunternehmensdigitalisierungsfachkräftemesse2027"
    await title.evaluate("(element, word) => { element.textContent = word; }", word)
    await tab.page.get_by_role("button", name="Remove the photo").click()
    await tab.page.wait_for_function("() => document.querySelector('#example-confirm').open")
    dialog = "document.querySelector('#example-confirm')"
    assert await tab.page.evaluate(f"{dialog}.scrollWidth - {dialog}.clientWidth") == 0


async def test_text_of_twice_the_size_does_not_scroll_sideways(show: Show):
    tab = await show(locale="de", size={"width": DESK["width"] // 2, "height": DESK["height"] // 2})
    assert await tab.page.evaluate(SIDEWAYS) == 0


async def test_on_touch_everything_that_is_pressed_is_44_pixels_high(show: Show):
    tab = await show(size=PHONE, has_touch=True, is_mobile=True)
    small = await tab.page.evaluate(
        """() => [...document.querySelectorAll("main button, main .button, .rail-entry, .tab, select, input.input")]
            .filter((element) => element.checkVisibility() && !element.closest("p, dialog, [popover]"))
            .filter((element) => {
                const { height } = element.getBoundingClientRect();
                const more = parseFloat(getComputedStyle(element, "::after").top);  // an area beyond the edge
                return height - 2 * Math.min(0, more || 0) < 43.5;
            })
            .map((element) => element.className + " " + element.textContent.trim())"""
    )
    assert small == []


async def test_on_touch_a_line_at_the_foot_of_the_page_has_room_above_and_below_what_it_says(show: Show):
    tab = await show(size=PHONE, has_touch=True, is_mobile=True)
    tab.watch.expect("ERR_INTERNET_DISCONNECTED|Failed to fetch")
    await tab.context.set_offline(True)
    await tab.page.locator(".rail").get_by_role("link", name="Messages").click()
    line = await tab.page.locator("#toasts .toast").bounding_box()
    assert line
    size = await tab.page.locator("#toasts .toast span").evaluate(
        """(span) => { const range = document.createRange(); range.selectNodeContents(span);
                       const { top, bottom } = range.getBoundingClientRect(); return { top, bottom }; }"""
    )
    assert size["top"] - line["y"] >= 8
    assert line["y"] + line["height"] - size["bottom"] >= 8


async def test_the_first_stop_of_the_keyboard_leads_past_the_frame(tab: Tab):
    await tab.page.keyboard.press("Tab")
    assert await _focused(tab) == "skip"
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    await tab.page.keyboard.press("Enter")
    await tab.page.wait_for_function("() => document.activeElement.id === 'main'")
    assert tab.page.url.endswith("/dev/kit#main")
    assert not any("/dev/kit" in url for url in asked)


async def test_a_link_within_the_page_leaves_what_was_typed(tab: Tab):
    await tab.page.fill("#composer", "half a sentence")
    link = "<a href=#composer>To it</a>"
    await tab.page.evaluate("link => document.getElementById('main').insertAdjacentHTML('afterbegin', link)", link)
    await tab.page.get_by_role("link", name="To it").click()
    await tab.page.wait_for_function("() => document.activeElement.id === 'composer'")
    await tab.page.keyboard.press("!")
    await tab.page.wait_for_timeout(100)  # a visit would have begun by now
    assert await tab.page.input_value("#composer") == "half a sentence!"


async def test_every_stop_of_the_keyboard_can_be_seen(tab: Tab):
    stops = await tab.page.evaluate("document.querySelectorAll('main a, main button, main input').length")
    assert stops > 50
    for _ in range(60):
        await tab.page.keyboard.press("Tab")
        seen = await tab.page.evaluate(
            """() => {
                const here = document.activeElement;
                const around = [here, here.closest(".card, .list-row, .composer"), here.nextElementSibling];
                const marked = around.some((one) => one && getComputedStyle(one).outlineStyle !== "none");
                const box = here.getBoundingClientRect();
                return marked && box.bottom > 0 && box.top < innerHeight ? "" : here.outerHTML;
            }"""
        )
        assert seen == ""


async def test_a_dialog_keeps_the_focus_and_gives_it_back(tab: Tab):
    opener = tab.page.locator("[commandfor=example-dialog]")
    await opener.focus()
    await tab.page.keyboard.press("Enter")
    await tab.page.locator("#example-dialog[open]").wait_for()
    assert await tab.page.evaluate("document.activeElement.closest('dialog') !== null")
    await assert_accessible(tab.page)
    await tab.page.keyboard.press("Escape")
    await tab.page.locator("#example-dialog:not([open])").wait_for(state="attached")
    assert await opener.evaluate("element => element === document.activeElement")


async def test_a_press_beside_a_dialog_closes_it_where_the_browser_does_not_know_that(tab: Tab):
    opener, dialog = tab.page.locator("[commandfor=example-dialog]"), tab.page.locator("#example-dialog")
    await tab.page.evaluate("delete HTMLDialogElement.prototype.closedBy")
    await dialog.evaluate("element => element.removeAttribute('closedby')")
    await opener.click()
    box = await dialog.bounding_box()
    assert box is not None
    await tab.page.mouse.move(box["x"] + 30, box["y"] + 30)
    await tab.page.mouse.down()  # letters are selected, and the finger slips
    await tab.page.mouse.move(5, 5)
    await tab.page.mouse.up()
    await tab.page.mouse.click(box["x"] + 3, box["y"] + 30)
    assert await dialog.is_visible()
    await tab.page.mouse.click(5, 5)
    await expect(dialog).to_be_hidden()
    assert await opener.evaluate("element => element === document.activeElement")


async def test_an_older_browser_on_a_dark_device_shows_what_is_written_and_says_that_it_is_older(show: Show):
    tab = await show("/error/404", dark=True)
    told, letters = tab.page.locator(".too-old"), "getComputedStyle(document.body).color"
    await expect(told).to_be_hidden()
    dark = await tab.page.evaluate(letters)

    async def know_less(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, body=(await answer.text()).replace("light-dark(", "unheard-of("))

    await tab.page.route("**/css/app.css", know_less)
    await tab.page.reload()
    await expect(told).to_contain_text("This browser is older")
    assert await tab.page.evaluate(letters) not in {dark, "rgb(0, 0, 0)"}
    assert await tab.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    await assert_accessible(tab.page)


async def test_a_menu_opens_beside_its_button_and_obeys_the_arrows(tab: Tab):
    button = tab.page.locator("[popovertarget=example-menu]")
    await button.click()
    menu = tab.page.locator("#example-menu")
    await menu.wait_for()
    near, box = await button.bounding_box(), await menu.bounding_box()
    assert near is not None
    assert box is not None
    assert abs(box["y"] - (near["y"] + near["height"])) < 16 or abs(box["y"] + box["height"] - near["y"]) < 16
    await tab.page.keyboard.press("Tab")
    await tab.page.keyboard.press("ArrowDown")
    assert (await tab.page.evaluate("document.activeElement.textContent.trim()")) == "Copy the address"
    await tab.page.keyboard.press("Escape")
    await menu.wait_for(state="hidden")
    assert await button.evaluate("element => element === document.activeElement")


async def test_a_button_that_cannot_be_used_says_why_and_does_nothing(tab: Tab):
    button = tab.page.locator("button[aria-disabled=true]").first
    await tab.page.evaluate("document.body.addEventListener('click', () => { window.reached = true })")
    await button.click(force=True)
    assert await tab.page.evaluate("window.reached") is None
    described = await button.get_attribute("aria-describedby")
    assert await tab.page.locator(f"#{described}").inner_text() == "They have no free time on Thursday."


@pytest.mark.parametrize("keys", ["/", "Control+k"])
async def test_the_search_box_is_one_key_away(tab: Tab, keys: str):
    await tab.page.keyboard.press(keys)
    assert await tab.page.evaluate("document.activeElement.id") == "search"
    assert await tab.page.input_value("#search") == ""


async def test_a_slash_in_a_field_is_a_slash(tab: Tab):
    await tab.page.locator("#composer").press("/")
    assert await tab.page.input_value("#composer") == "/"


async def test_the_scheme_changes_at_once_and_stays(tab: Tab):
    paper, earlier_may_go = await _background(tab), asyncio.Event()
    choices = tab.page.locator("main [data-theme-switch]")
    async with tab.page.expect_response("**/theme"):
        await choices.get_by_role("button", name="Dark").click()
        coal = await _background(tab)
        assert paper != coal
    await tab.page.reload()
    assert await tab.page.get_attribute("html", "data-theme") == "dark"
    assert await _background(tab) == coal

    asked, kept = list[Route](), asyncio.Queue[Route]()

    async def earlier_is_late(route: Route) -> None:
        asked.append(route)
        if len(asked) == 1:
            await earlier_may_go.wait()
        await route.fulfill(response=await route.fetch(max_redirects=0))
        kept.put_nowait(route)

    await tab.page.route("**/theme", earlier_is_late)
    await choices.get_by_role("button", name="Dark").click()
    await choices.get_by_role("button", name="Light").click()
    earlier_may_go.set()
    for _choice in range(2):
        await kept.get()
    await tab.page.reload()
    assert await _background(tab) == paper


async def test_the_language_changes_and_comes_back_to_the_page(tab: Tab):
    await tab.page.locator("main").get_by_role("button", name="Deutsch").click()
    await tab.page.get_by_role("heading", name="Musterseite").wait_for()
    assert tab.page.url.endswith("/dev/kit")
    assert await tab.page.get_attribute("html", "lang") == "de"


async def test_the_countdown_counts_down(tab: Tab):
    left = tab.page.locator("[data-left]")
    before = await left.inner_text()
    assert before.startswith("12:")
    await tab.page.wait_for_function(
        "(before) => document.querySelector('[data-left]').textContent !== before", arg=before
    )


async def test_a_line_is_said_by_a_script(tab: Tab):
    line = tab.page.locator("#toasts .toast")
    said = tab.page.evaluate(
        """import("fairmatch/kit/toast").then(({ toast }) =>
            toast("Deleted", { action: "Undo", run: () => { window.undone = true } }))"""
    )
    # It goes away by itself, and may be gone before a busy machine looks: so it is waited for before it comes.
    await asyncio.gather(line.filter(has_text="Deleted").get_by_role("button", name="Undo").click(), said)
    assert await tab.page.evaluate("window.undone")
    await line.wait_for(state="detached")


async def test_a_line_that_stays_is_closed_and_the_keyboard_goes_on_where_it_was(tab: Tab):
    line, start = tab.page.locator("#toasts .toast"), tab.page.locator(".rail a").first
    await start.focus()
    await tab.page.evaluate(
        """import("fairmatch/kit/toast").then(({ toast }) => toast("The camera does not start.", { error: true }))"""
    )
    close = line.get_by_role("button", name="Close")
    await assert_accessible(tab.page)
    await close.focus()
    await close.press("Enter")
    await line.wait_for(state="detached")
    await expect(start).to_be_focused()


async def test_scripts_speak_the_readers_language(show: Show):
    tab = await show("/", locale="de")
    said = await tab.page.evaluate(
        """import("fairmatch/i18n").then(({ _, ngettext, ago, time }) => [
            _("%(left)s characters left", { left: 3 }), _("Not translated %% %(a)s"),
            ngettext("%(num)s new", "%(num)s new", 1),
            ago(new Date(0), new Date(5 * 60e3)), ago(new Date(0), new Date(86400e3)),
            time(new Date("2026-12-12T09:20:00Z"), { zone: "Europe/Berlin", named: true })])"""
    )
    assert said == ["Noch 3 Zeichen", "Not translated % %(a)s", "1 neue", "vor 5 Minuten", "vor 1 Tag", "10:20 MEZ"]


async def test_an_avatar_made_by_a_script_looks_like_one_of_the_server(tab: Tab):
    made = await tab.page.evaluate(
        """Promise.all([import("fairmatch/kit/avatar"), import("lit")]).then(([{ avatar }, { render }]) => {
            const place = document.createElement("div");
            render(avatar({ id: "0193a1", name: "Aylin Yıldız", size: "large", here: true }), place);
            const here = place.querySelector(".presence-here") !== null;
            return [place.firstElementChild.className, place.textContent.trim(), here];
        })"""
    )
    server = tab.page.locator(".avatar-large").first
    assert made == [await server.get_attribute("class"), await server.inner_text(), True]


async def test_without_colours_of_our_own_edges_are_still_there(show: Show):
    tab = await show(forced_colors="active")
    bare = await tab.page.evaluate(
        """() => ["button", "input", "tag", "count", "notice", "toast", "new-pill", "avatar", "tick"].filter((name) =>
            getComputedStyle(document.querySelector("." + name)).borderTopStyle === "none")"""
    )
    assert bare == []


@pytest.mark.parametrize("colours", ["none", "active"])
async def test_a_bar_is_filled_to_its_foot_also_without_colours_of_our_own(
    show: Show, colours: Literal["none", "active"]
):
    """Chromium drew half of what fills a meter beyond its edge, and nothing at all in the colours of a reader."""
    tab = await show(forced_colors=colours)
    for bar in (tab.page.locator("meter").first, tab.page.locator("progress").first):
        shot = Image.open(BytesIO(await bar.screenshot())).convert("RGB")
        full, empty = (shot.getpixel((shot.width * at // 16, shot.height * 3 // 4)) for at in (1, 15))
        assert full != empty


async def _focused(tab: Tab) -> str:
    name: str = await tab.page.evaluate("document.activeElement.className")
    return name


async def _background(tab: Tab) -> str:
    colour: str = await tab.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    return colour
