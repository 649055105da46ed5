"""What breaks between two people costs neither of them a word."""

import asyncio

from playwright.async_api import expect

from tests.e2e.conftest import Come
from tests.e2e.stage import LOBBY, Stage
from tests.e2e.talk import Talk
from tests.support.browser import Tab
from tests.support.proxy import Proxy
from tests.support.server_process import Servers

# What a browser says of a network that a test has broken.
BROKEN_NETWORK = r"ERR_|WebSocket connection|Failed to fetch|Failed to load resource"


def _expect_breaks(*talks: Talk) -> None:
    for talk in talks:
        talk.tab.watch.expect(BROKEN_NETWORK)


async def test_a_reload_in_the_middle_misses_nothing(stage: Stage, servers: Servers, come: Come) -> None:
    aylin = await come(stage["aylin"])
    ben = await come(stage["ben"], servers.other_url)
    said = [f"Number {number}" for number in range(1, 21)]
    saying = asyncio.create_task(ben.say(*said))
    await expect(aylin.page.locator(".message-text").nth(3)).to_be_visible()
    await aylin.page.reload()
    await saying
    await aylin.reads(said)


async def test_who_was_offline_has_everything_once_and_in_order_and_their_own_words_arrive(
    stage: Stage, servers: Servers, come: Come, network: Proxy
) -> None:
    aylin = await come(stage["aylin"], network.url)
    ben = await come(stage["ben"], servers.other_url)
    _expect_breaks(aylin)
    await aylin.say("Before")
    await ben.reads(["Before"])

    network.cut()
    await aylin.tab.context.set_offline(True)
    await aylin.is_not_live()
    await aylin.say("From the tunnel", "Still in it")
    await ben.say("One", "Two", "Three")
    await expect(aylin.page.locator(".connection-offline")).to_contain_text("You are offline")
    await expect(aylin.message("From the tunnel").locator(".message-note")).to_contain_text("once you are connected")

    network.mend()
    await aylin.tab.context.set_offline(False)
    everything = ["Before", "One", "Two", "Three", "From the tunnel", "Still in it"]
    await ben.reads(everything)
    await aylin.reads(everything)
    await aylin.has_sent_everything()
    await aylin.page.reload()
    await aylin.reads(everything)


async def test_what_was_written_offline_survives_a_reload_and_a_closed_tab(
    stage: Stage, servers: Servers, come: Come, network: Proxy
) -> None:
    aylin = await come(stage["aylin"], network.url)
    ben = await come(stage["ben"], servers.other_url)
    _expect_breaks(aylin)
    network.cut()
    await aylin.is_not_live()
    await aylin.say("Do not lose me")
    await aylin.field.fill("half a sentence")
    network.mend()
    again = await aylin.tab.context.new_page()
    await aylin.page.close()
    later = Talk(Tab(again, aylin.tab.context, aylin.tab.watch))
    await later.open(LOBBY)
    await ben.reads(["Do not lose me"])
    await later.reads(["Do not lose me"])
    await expect(later.field).to_have_value("half a sentence")


async def test_an_acknowledgement_that_is_lost_makes_no_second_message(
    stage: Stage, servers: Servers, come: Come, network: Proxy
) -> None:
    """The message gets through, the answer does not: the client cannot know, and asks again with the same id."""
    aylin = await come(stage["aylin"], network.url)
    ben = await come(stage["ben"], servers.other_url)
    _expect_breaks(aylin)
    for number in range(1, 6):
        network.swallow_answers()
        await aylin.say(f"Number {number}")
        await ben.reads([f"Number {one}" for one in range(1, number + 1)])
        network.mend()
        await aylin.is_live()
        await aylin.has_sent_everything()
    everything = [f"Number {number}" for number in range(1, 6)]
    await aylin.reads(everything)
    await ben.reads(everything)


async def test_a_line_that_is_dead_without_a_word_is_found_out_when_the_network_changes(
    stage: Stage, servers: Servers, come: Come, network: Proxy
) -> None:
    aylin = await come(stage["aylin"], network.url)
    ben = await come(stage["ben"], servers.other_url)
    _expect_breaks(aylin)
    before = await aylin.connection()
    network.blackhole()
    await ben.say("Are you there?")
    await aylin.page.evaluate("dispatchEvent(new Event('online'))")
    await aylin.is_not_live()
    network.mend()
    await aylin.reads(["Are you there?"])
    assert await aylin.connection() != before


async def test_a_network_that_stalls_delivers_everything_once_it_moves_again(
    stage: Stage, servers: Servers, come: Come, network: Proxy
) -> None:
    aylin = await come(stage["aylin"], network.url)
    ben = await come(stage["ben"], servers.other_url)
    network.hold()
    await aylin.say("One", "Two")
    await expect(aylin.message("One").locator(".message-note")).to_contain_text("Sending")
    await ben.say("Three")
    network.mend()
    await ben.page.get_by_text("Two", exact=True).wait_for()
    everything = await ben.page.locator(".chat-log .message-text").all_inner_texts()
    assert sorted(everything) == ["One", "Three", "Two"]
    await aylin.reads(everything)


async def test_a_server_that_restarts_loses_nothing_that_was_acknowledged_or_written(
    stage: Stage, servers: Servers, come: Come
) -> None:
    aylin = await come(stage["aylin"])
    ben = await come(stage["ben"], servers.other_url)
    _expect_breaks(aylin, ben)
    await aylin.say("Before")
    await ben.reads(["Before"])
    await servers.stop()
    await aylin.is_not_live()
    await aylin.say("During")
    await servers.start()
    for talk in (aylin, ben):
        await talk.reads(["Before", "During"])
    await ben.say("After")
    await aylin.reads(["Before", "During", "After"])


async def test_a_worker_that_is_killed_in_the_middle_of_sending_loses_and_doubles_nothing(
    stage: Stage, servers: Servers, come: Come
) -> None:
    aylin = await come(stage["aylin"])
    ben = await come(stage["ben"], servers.other_url)
    _expect_breaks(aylin, ben)
    said = [f"Number {number}" for number in range(1, 31)]
    saying = asyncio.create_task(aylin.say(*said))
    await expect(aylin.page.locator(".message-text").nth(9)).to_be_visible()
    await servers.kill()
    await servers.start()
    await saying
    for talk in (aylin, ben):
        await talk.reads(said)
    await aylin.has_sent_everything()
