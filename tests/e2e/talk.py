"""A conversation on one person's screen."""

import re
from collections.abc import Sequence
from typing import Literal

from playwright.async_api import Locator, expect

from tests.support.browser import Tab

TEXTS = ".chat-log .message-text"
# Longest that somebody may be away after the network is back: the client waits up to a few seconds between attempts.
BACK_MS = 30_000


class Talk:
    """What somebody does and sees in a conversation. Everything waits for what it needs, and no longer."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.page = tab.page

    async def open(self, path: str) -> None:
        """Go to a page by its address, and wait until it is live."""
        await self.page.goto(path)
        await self.is_live()

    async def is_live(self, within: float = BACK_MS) -> None:
        """Wait for the live line, and until what the page shows is awake."""
        await expect(self.page.locator("html")).to_have_attribute("data-live", "live", timeout=within)
        await expect(self.page.locator(":not(:defined)")).to_have_count(0, timeout=within)

    async def is_not_live(self) -> None:
        """Wait until the break is noticed."""
        gone = re.compile("connecting|reconnecting|offline")
        await expect(self.page.locator("html")).to_have_attribute("data-live", gone, timeout=BACK_MS)

    async def connection(self) -> str:
        """The server's name for the connection."""
        return await self.page.locator("html").get_attribute("data-connection") or ""

    @property
    def field(self) -> Locator:
        """Where one writes."""
        return self.page.locator("fm-chat textarea#composer")

    def message(self, text: str) -> Locator:
        """The row with this text."""
        return self.page.locator(".chat-log .message").filter(has=self.page.get_by_text(text, exact=True))

    async def say(self, *texts: str) -> None:
        """Send messages with the keyboard, once the conversation is awake."""
        await expect(self.page.locator("fm-chat:not(:defined)")).to_have_count(0)
        for text in texts:
            await self.field.fill(text)
            await self.field.press("Enter")

    async def reads(self, texts: Sequence[str], within: float = BACK_MS) -> None:
        """Wait until exactly these messages are there, each once and in this order."""
        await expect(self.page.locator(TEXTS)).to_have_text(list(texts), timeout=within)

    async def has_sent_everything(self) -> None:
        """Wait until nothing is under way any more."""
        kept = "() => Object.keys(localStorage).filter((key) => key.startsWith('fairmatch:outbox:')).length === 0"
        await self.page.wait_for_function(kept, timeout=BACK_MS)

    async def turn(self, visibility: Literal["hidden", "visible"]) -> None:
        """Look at another tab, or come back. (A browser without a screen shows all its tabs.)"""
        await self.page.evaluate(
            """(state) => {
                Object.defineProperty(document, "visibilityState", { get: () => state, configurable: true });
                document.dispatchEvent(new Event("visibilitychange"));
            }""",
            visibility,
        )
