"""A real Chromium, a context of its own for each person, and an eye on what goes wrong in their pages."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, async_playwright, expect

from bin.places import TEST_RESULTS
from tests.support.server_process import Servers
from tests.support.services import program_of

# A page lives too short here for its scripts to be worth what it costs to optimise them: a quarter of what axe takes.
UNOPTIMISED = "--js-flags=--no-opt --no-maglev"
# Without the others Chromium looks for hosts of its maker at every start. Names for examples, which are nobody's, lead
# to this machine: a partner has one of its own. The last two are three cameras and microphones; pictures come a quarter
# as often as Chromium would make them, since nobody looks and each is encoded and decoded: calls starve what stands
# beside them.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    UNOPTIMISED,
    "--host-resolver-rules=MAP *.example 127.0.0.1",
    "--use-fake-device-for-media-stream=device-count=3,fps=5",
    "--use-fake-ui-for-media-stream",
]
# What people have allowed, since a browser tells its addresses to pages that may use a microphone, and makes names of
# them for others, which have to be found by multicast: the fake devices are there without being allowed. To allow
# anything is to forbid the rest, and everybody may copy.
ALLOWED = ("camera", "microphone", "clipboard-write")
# What a page may wait for at most, in milliseconds: two cores are shared with servers and other tests. Five seconds, as
# is usual, would be a test of the machine; a word between two pages of a call was seen to take 16 s on slow cores.
TIMEOUT_MS = 30_000
expect.set_options(timeout=TIMEOUT_MS)
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
# A form that was not accepted comes back with 422, and Chromium calls every such answer an error.
_USUAL = r"status of 422"


@dataclass
class Watch:
    """What went wrong in one person's pages; a test says beforehand what it expects to go wrong."""

    found: list[str] = field(default_factory=list)
    _expected: list[str] = field(default_factory=lambda: [_USUAL])
    _origins: set[str] = field(default_factory=set)

    def expect(self, pattern: str) -> None:
        """Do not count problems that match this regular expression."""
        self._expected.append(pattern)

    def allow(self, *urls: str) -> None:
        """Let pages ask these origins; the live line of an origin is part of it."""
        self._origins |= {urlsplit(url).netloc for url in urls}

    def follow(self, context: BrowserContext) -> None:
        """Begin to watch."""
        context.on("console", self._see_message)
        context.on("weberror", lambda error: self.found.append(f"uncaught: {error.error}"))
        context.on("request", self._see_request)
        context.on("page", lambda page: page.on("websocket", lambda socket: self._see_address(socket.url)))

    @property
    def problems(self) -> list[str]:
        """All that was not expected; refused by the content security policy is an error on the console, too."""
        return [text for text in self.found if not any(re.search(pattern, text) for pattern in self._expected)]

    def _see_message(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.found.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _see_request(self, request: Request) -> None:
        self._see_address(request.url)

    def _see_address(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc not in self._origins:
            self.found.append(f"asked another origin: {url}")


@dataclass
class Tab:
    """One person's browser: `page` is the tab in front, `watch` sees all of them."""

    page: Page
    context: BrowserContext
    watch: Watch


OpenTab = Callable[..., Awaitable[Tab]]


@asynccontextmanager
async def chromium(flags: Iterable[str] = FLAGS) -> AsyncIterator[Browser]:
    """The system's Chromium."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=program_of("chromium"), args=list(flags))
        yield started
        await started.close()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, started once per test process."""
    async with chromium() as started:
        yield started


@pytest.fixture
async def open_tab(request: pytest.FixtureRequest, browser: Browser) -> AsyncIterator[OpenTab]:
    """A new person at a browser of their own: `tab = await open_tab(servers.url, locale="de")`.

    Relative addresses lead to the first url; the others may be asked, too. At the end the test fails with everything
    that went wrong in the pages, and a failed test leaves pictures in var/test-results.
    """
    tabs: list[Tab] = []

    async def open_one(
        url: str,
        *others: str,
        locale: Literal["en", "de"] = "en",
        dark: bool = False,
        size: dict[str, int] | None = None,
        **more: Any,
    ) -> Tab:
        context = await browser.new_context(
            base_url=url,
            locale=locale,
            color_scheme="dark" if dark else "light",
            viewport=size or DESK,  # type: ignore[arg-type]
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
            permissions=list(ALLOWED),
            **more,
        )
        context.set_default_timeout(TIMEOUT_MS)
        watch = Watch()
        watch.allow(url, *others)
        watch.follow(context)
        tabs.append(Tab(await context.new_page(), context, watch))
        return tabs[-1]

    yield open_one
    if request.node.stash.get(FAILED, False):
        await _take_pictures(request.node.name, tabs)
    for tab in tabs:
        await tab.context.close()
    problems = [problem for tab in tabs for problem in tab.watch.problems]
    assert not problems, "in the pages:\n" + "\n".join(problems)


@pytest.fixture
async def tab(open_tab: OpenTab, servers: Servers) -> Tab:
    """One person before the running product."""
    return await open_tab(servers.url)


async def _take_pictures(test: str, tabs: list[Tab]) -> None:
    """A page that is too busy for one must not hide why the test failed, nor stay open beside those that follow."""
    TEST_RESULTS.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w-]+", "-", test)
    for number, tab in enumerate(tabs):
        with suppress(Error):
            await tab.page.screenshot(path=TEST_RESULTS / f"{name}-{number}.png")


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Let the fixtures know that their test has failed."""
    report = yield
    if report.failed and call.when == "call":
        item.stash[FAILED] = True
    return report
