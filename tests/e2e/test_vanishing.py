"""A direct call of two, of whom one has a browser of their own that can be stopped, and a worker that can be killed."""

import os
import secrets
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.calls import KEEP_CONNECTIONS, Caller
from tests.e2e.conftest import Come
from tests.e2e.stage import Guest, Stage
from tests.e2e.test_breaks import BROKEN_NETWORK
from tests.support.browser import ALLOWED, FLAGS, chromium
from tests.support.ground import same_on_both_grounds
from tests.support.server_process import Servers

pytestmark = same_on_both_grounds

PROMISED_S = 15.0
# A machine that is busy beside it may break one of them.
TRIES = 2


class OwnBrowser:
    """A Chromium that no other test uses, with all its processes."""

    def __init__(self, browser: Browser, mark: str) -> None:
        self._browser = browser
        self._group = os.getpgid(_marked(mark))
        assert self._group != os.getpgid(0), "it would stop this test as well"

    async def calls(self, guest: Guest, url: str, path: str) -> Caller:
        """Somebody before a page, whose connections can be looked into."""
        context = await self._browser.new_context(base_url=url, locale="en", permissions=list(ALLOWED))
        await context.add_init_script(KEEP_CONNECTIONS)
        await context.add_cookies([{"name": "fairmatch_session", "value": guest.cookie, "url": url}])
        page = await context.new_page()
        await page.goto(path)
        return Caller(page)

    def stop(self) -> None:
        """It stands still, with all that is open: nobody is told."""
        os.killpg(self._group, signal.SIGSTOP)

    def go_on(self) -> None:
        """As if nothing had been."""
        os.killpg(self._group, signal.SIGCONT)


def _marked(mark: str) -> int:
    """The process that was started with a mark: the one from which the others are."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            program = line.read_bytes()
        except OSError:
            continue  # it has ended meanwhile
        if mark.encode() in program and b"--type=" not in program:
            found.append(int(line.parent.name))
    return min(found)


@pytest.fixture
async def own_browser() -> AsyncIterator[OwnBrowser]:
    """It goes on before it ends, whatever became of the test."""
    mark = f"--of-one-test={secrets.token_hex(8)}"
    async with chromium([*FLAGS, mark]) as started:
        made = OwnBrowser(started, mark)
        try:
            yield made
        finally:
            made.go_on()


async def _calls(come: Come, guest: Guest, url: str, path: str) -> Caller:
    talk = await come(guest, url)
    talk.tab.watch.expect(BROKEN_NETWORK)
    await talk.tab.context.add_init_script(KEEP_CONNECTIONS)
    await talk.open(path)
    return Caller(talk.page)


async def _ben_and_aylin(stage: Stage, servers: Servers, come: Come, own_browser: OwnBrowser) -> tuple[Caller, Caller]:
    """The two in their call; Aylin in the browser of her own."""
    path = f"{stage.direct}/call"
    ben = await _calls(come, stage["ben"], servers.other_url, path)
    aylin = await own_browser.calls(stage["aylin"], servers.url, path)
    for one in (ben, aylin):
        await one.join()
    for one in (ben, aylin):
        await one.sees_and_hears()
    return ben, aylin


async def test_a_killed_worker_ends_no_direct_call_and_whose_browser_stands_still_vanishes_within_15_s_and_returns(
    stage: Stage, servers: Servers, come: Come, own_browser: OwnBrowser
) -> None:
    ben, aylin = await _ben_and_aylin(stage, servers, come, own_browser)
    await servers.kill()
    for one in (ben, aylin):
        assert (await one.sees_and_hears())["connections"] == 1
    await servers.start()
    for one in (ben, aylin):
        await expect(one.page.locator("html")).to_have_attribute("data-live", "live")
        assert len(await one.page.evaluate("window.connections")) == 1, "the line is back, and nothing was built anew"

    for _ in range(TRIES):
        stopped_at = time.monotonic()
        own_browser.stop()
        await expect(ben.tile(stage["aylin"].id)).to_have_count(0)
        took = time.monotonic() - stopped_at
        own_browser.go_on()
        for one in (ben, aylin):
            await one.sees_and_hears()
        if took < PROMISED_S:
            return
    raise AssertionError(f"it takes {took} s")


async def test_a_browser_that_wakes_up_leaves_the_call_where_its_person_has_taken_it(
    stage: Stage, servers: Servers, come: Come, own_browser: OwnBrowser
) -> None:
    """A laptop that was closed hears of nothing, and is forgotten by the time its person goes in at another place."""
    ben, closed = await _ben_and_aylin(stage, servers, come, own_browser)
    own_browser.stop()
    await expect(ben.tile(stage["aylin"].id)).to_have_count(0)

    taken = await _calls(come, stage["aylin_at_her_desk"], servers.url, f"{stage.direct}/call")
    await taken.join()
    await ben.sees_and_hears()
    own_browser.go_on()
    await expect(closed.page.get_by_text("The call goes on where you joined it last.")).to_be_visible()
    for one in (ben, taken):
        assert (await one.sees_and_hears())["connections"] == 1
