"""Two people talk. On the cluster they are on different workers, so everything goes over the bus."""

import asyncio

from playwright.async_api import Route, expect

from tests.e2e.conftest import Come
from tests.e2e.stage import Stage
from tests.support.ground import same_on_both_grounds
from tests.support.server_process import Servers


async def test_what_one_says_the_other_reads_at_once_in_both_directions(
    stage: Stage, servers: Servers, come: Come
) -> None:
    aylin = await come(stage["aylin"])
    ben = await come(stage["ben"], servers.other_url)
    await aylin.say("Good morning")
    await ben.reads(["Good morning"])
    await ben.say("Good morning, Aylin", "Coffee?")
    for talk in (aylin, ben):
        await talk.reads(["Good morning", "Good morning, Aylin", "Coffee?"])


async def test_what_one_types_before_a_conversation_is_awake_is_sent_or_kept(stage: Stage, come: Come) -> None:
    """Its module comes with the first page that has one; here it takes its time."""
    aylin = await come(stage["aylin"], path=f"/people/{stage['ben'].id}")
    arrives = asyncio.Event()

    async def slowly(route: Route) -> None:
        await arrives.wait()
        await route.continue_()

    await aylin.page.route("**/chat/fm-chat.js", slowly)
    await aylin.page.get_by_role("button", name="Write a message").click()
    await aylin.field.press_sequentially("Good morning")
    await aylin.field.press("Enter")
    await aylin.reads(["Good morning"])
    await aylin.field.press_sequentially("Cof")
    arrives.set()
    await aylin.is_live()
    await aylin.field.press_sequentially("fee?")
    await aylin.field.press("Enter")
    await aylin.reads(["Good morning", "Coffee?"])


async def test_who_comes_and_goes_and_writes_is_seen(stage: Stage, servers: Servers, come: Come) -> None:
    aylin = await come(stage["aylin"])
    here = aylin.page.locator("fm-presence [data-presence-count]")
    await expect(here).to_have_text("1")
    ben = await come(stage["ben"], servers.other_url)
    await expect(here).to_have_text("2")
    await expect(aylin.page.locator(".presence-people")).to_contain_text("Ben Krüger")
    # What goes away by itself is looked for before it comes: it may be gone before a busy machine looks.
    writes = expect(aylin.page.locator(".typing")).to_contain_text("Ben Krüger is writing")
    await asyncio.gather(writes, ben.field.press_sequentially("Well"))
    await ben.field.press("Enter")
    await aylin.reads(["Well"])
    await expect(aylin.page.locator(".typing")).to_be_empty()
    olga = await come(stage["olga"])
    await expect(here).to_have_text("3")
    of_olga = aylin.page.locator(".presence-people").get_by_role("link", name="Olga Brandt")
    await of_olga.focus()
    await ben.tab.context.close()
    await expect(here).to_have_text("2")
    await expect(of_olga).to_be_focused()  # whoever stood before her in the list
    await olga.tab.context.close()
    await expect(here).to_have_text("1")


async def test_corrections_deletions_and_reactions_are_seen(stage: Stage, servers: Servers, come: Come) -> None:
    aylin = await come(stage["aylin"])
    ben = await come(stage["ben"], servers.other_url)
    await aylin.say("See you at ten", "At stand A1")
    await ben.reads(["See you at ten", "At stand A1"])
    await ben.message("See you at ten").hover()
    await ben.message("See you at ten").get_by_role("button", name="React").click()
    await ben.page.get_by_role("button", name="🎉").click()
    reaction = aylin.message("See you at ten").locator(".reaction")
    await expect(reaction).to_have_text("🎉 1")
    await reaction.click()
    await expect(ben.message("See you at ten").locator(".reaction")).to_have_text("🎉 2")

    await aylin.field.press("ArrowUp")
    await aylin.page.get_by_label("Correct the message").fill("At stand B7")
    await aylin.page.keyboard.press("Enter")
    await ben.reads(["See you at ten", "At stand B7 edited"])

    await aylin.message("See you at ten").hover()
    await aylin.message("See you at ten").get_by_role("button", name="Delete").click()
    await aylin.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await ben.reads(["This message was deleted.", "At stand B7 edited"])
    await expect(ben.page.locator(".reaction")).to_have_count(0)


async def test_a_call_by_name_and_a_direct_message_count_in_the_navigation_of_any_page(
    stage: Stage, servers: Servers, come: Come
) -> None:
    aylin = await come(stage["aylin"], path="/me")
    ben = await come(stage["ben"], servers.other_url)
    unread = aylin.page.locator("[data-count=unread]").first
    await expect(unread).to_be_hidden()
    await ben.field.press_sequentially("Ask @Ay")
    await ben.page.get_by_role("option", name="Aylin Demir").wait_for()
    await ben.field.press("Enter")  # chooses her
    await expect(ben.page.get_by_role("option")).to_have_count(0)
    await ben.field.press("Enter")  # and this one sends
    await expect(unread).to_contain_text("1")
    await expect(ben.page.locator(".mention")).to_have_text("@Aylin Demir")
    await ben.page.goto(stage.direct)
    await ben.is_live()
    await ben.say("Are you free at noon?", "Or at one?")
    await expect(unread).to_contain_text("3")
    await expect(aylin.page).to_have_title("(3) " + (await aylin.page.title()).removeprefix("(3) "))

    await aylin.open(stage.direct)
    await aylin.reads(["Are you free at noon?", "Or at one?"])
    await expect(unread).to_contain_text("1")


@same_on_both_grounds
async def test_more_than_half_of_what_a_phones_keyboard_leaves_is_what_was_said(stage: Stage, come: Come) -> None:
    aylin = await come(stage["aylin"], path=stage.direct, size={"width": 360, "height": 300})
    texts = [f"A message of several lines on a phone, and the number of it is {number}." for number in range(4)]
    await aylin.say(*texts)
    log, tabs = aylin.page.locator(".chat-log"), aylin.page.locator(".rail-nav")
    await expect(tabs).to_be_hidden()
    assert await log.evaluate("(log) => log.clientHeight") > 150
    await expect(log.get_by_text(texts[-1])).to_be_in_viewport(ratio=1)

    # One's own menu stays within reach, and lies on nothing of the conversation's head.
    own = aylin.page.locator(".rail-own > button")
    await expect(own).to_be_in_viewport(ratio=1)
    left = await own.evaluate("(own) => own.getBoundingClientRect().left")
    ends = await aylin.page.locator(".talk-head > *").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().right)"
    )
    assert max(ends) <= left

    # Nothing moves from under what presses while one writes, though the field is left by then.
    last = aylin.message(texts[-1])
    await last.evaluate(
        """(row) => row.addEventListener("mousedown", () => {
          const log = row.closest(".chat-log"), before = log.clientHeight;
          requestAnimationFrame(() => (window.shrunk = [document.activeElement === row, before - log.clientHeight]));
        })"""
    )
    await last.click()
    shrunk = await aylin.page.wait_for_function("() => window.shrunk")  # it is known a moment after the click
    assert await shrunk.json_value() == [True, 0]
    await expect(tabs).to_be_visible()
    await expect(tabs).to_be_in_viewport(ratio=1)
    await expect(aylin.field).to_be_in_viewport(ratio=1)
    await own.click()
    await expect(aylin.page.locator("#own-menu").get_by_role("link", name="Your profile")).to_be_in_viewport()


@same_on_both_grounds
async def test_what_somebody_writes_is_text_and_never_markup(stage: Stage, servers: Servers, come: Come) -> None:
    aylin = await come(stage["aylin"])
    ben = await come(stage["ben"], servers.other_url)
    evil = "<img src=x onerror=alert(1)> https://example.org/?a=1&b=<script>"
    await aylin.say(evil)
    await ben.reads([evil])
    await expect(ben.page.locator(".message-text a")).to_have_attribute("href", "https://example.org/?a=1&b=")
    await ben.page.reload()
    await ben.reads([evil])


async def test_the_list_of_conversations_is_true_while_one_looks_at_it(
    stage: Stage, servers: Servers, come: Come
) -> None:
    aylin = await come(stage["aylin"], path="/messages")
    ben = await come(stage["ben"], servers.other_url, path=stage.direct)
    await ben.say("Are you free at noon?")
    row = aylin.page.locator(".conversation").filter(has_text="Ben Krüger")
    await expect(row).to_contain_text("Are you free at noon?")
    await expect(row.locator("[data-unread]")).to_have_text("1")
    await row.click()
    await aylin.say("At noon")
    await expect(row).to_contain_text("At noon")
