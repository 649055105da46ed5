"""What a page held goes with it: a browser's memory does not grow from visit to visit."""

import asyncio

from playwright.async_api import CDPSession, expect

from tests.e2e.calls import Caller
from tests.e2e.conftest import Come
from tests.e2e.stage import LOBBY, Stage
from tests.e2e.talk import Talk
from tests.support.ground import same_on_both_grounds
from tests.support.patience import PATIENCE_S

ROOM = f"{LOBBY}/rooms/round-table"
VISITS = 4
# A page with a call has more than a thousand nodes. What is looked at in between, a hint that comes and goes, has few.
GROWS_MOST = 300


async def _nodes(session: CDPSession, talk: Talk) -> int:
    """How many nodes the page holds, but for those that Turbo keeps for going back."""
    await talk.page.evaluate("Turbo.cache.clear()")
    await session.send("HeapProfiler.collectGarbage")
    await session.send("HeapProfiler.collectGarbage")
    return int((await session.send("Memory.getDOMCounters"))["nodes"])


async def _settled(session: CDPSession, talk: Talk, before: int) -> None:
    """Wait until the page holds no more than before: the one that was left is let go of a moment later, when what was
    under way on it has ended."""
    held = await _nodes(session, talk)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while held - before >= GROWS_MOST:
                await asyncio.sleep(0.05)
                held = await _nodes(session, talk)
    except TimeoutError:
        raise AssertionError(f"{before} nodes before, {held} now") from None


async def _visit(talk: Talk, path: str, shows: str) -> None:
    await talk.page.evaluate("(path) => Turbo.visit(path)", path)
    await talk.page.locator(shows).first.wait_for()
    await expect(talk.page.locator("html")).not_to_have_attribute("aria-busy", "true")


async def _leave(talk: Talk) -> None:
    await _visit(talk, "/me/notices", "h1:has-text('Notices')")


@same_on_both_grounds
async def test_a_page_with_a_preview_goes_when_one_leaves_it(stage: Stage, come: Come) -> None:
    aylin = await come(stage["aylin"], path="/me/notices")
    session = await aylin.tab.context.new_cdp_session(aylin.page)
    before = await _nodes(session, aylin)
    for _ in range(VISITS):
        await _visit(aylin, ROOM, ".call-mirror video")
        await _visit(aylin, "/check", "fm-check")
        await aylin.page.get_by_role("button", name="Begin").click()
        await aylin.page.locator("fm-check video").wait_for()
        await _leave(aylin)
        await _settled(session, aylin, before)


@same_on_both_grounds
async def test_a_call_holds_none_of_the_pages_on_which_one_was_in_it(stage: Stage, come: Come) -> None:
    aylin = await come(stage["aylin"], path=ROOM)
    session = await aylin.tab.context.new_cdp_session(aylin.page)
    await aylin.page.locator(".call-mirror video").wait_for()
    await _leave(aylin)
    before = await _nodes(session, aylin)
    await _visit(aylin, ROOM, ".call-mirror video")
    await Caller(aylin.page).join()
    for _ in range(VISITS):
        await _leave(aylin)
        await aylin.page.locator(".dock-call").wait_for()
        await _settled(session, aylin, before)
        await _visit(aylin, ROOM, ".call-tile")
