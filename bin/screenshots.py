"""`make screenshots`: the pictures of the documents, taken from a demo server of its own.

`--all` takes every page in every size, language and colour scheme instead, into var/screenshots, to be looked at.
"""

import asyncio
import io
import itertools
import re
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bin.console import say
from bin.places import ROOT, VAR
from server.demo.cast import CAST, EDITION
from tests.support.browser import DESK, FLAGS, PHONE
from tests.support.desk import scratch
from tests.support.guard import Guard
from tests.support.server_process import ServerProcess
from tests.support.services import program_of
from web.frame import LOCALE_COOKIE

DOCUMENTS = ROOT / "docs" / "screenshots"
WHO = "Aylin Demir"
OTHERS = [role.name for role in CAST if role.link and role.name != WHO]
LOBBY = f"/fairs/{EDITION}"
# Pages that are worth a look, and whether somebody must be signed in.
PAGES = {
    "landing": ("/", False),
    "sign-in": ("/sign-in", False),
    "register": ("/register", False),
    "today": ("/", True),
    "fairs": ("/fairs", True),
    "lobby": (LOBBY, True),
    "people": (f"{LOBBY}/people", True),
    "discover": ("/discover", True),
    "organisation": ("/o/voltbus", True),
    "needs": ("/needs", True),
    "meetings": ("/meetings", True),
    "lists": ("/lists", True),
    "partner": ("/partners/wirtschaftskammer-mittelruhr", False),
    "messages": ("/messages", True),
    "profile": ("/me", True),
    "devices": ("/me/devices", True),
    "own-data": ("/me/data", True),
}
# A palette is enough for pages of type and line, and a third of the size.
COLOURS = 256


@dataclass(frozen=True)
class Picture:
    """One picture: which page, as it looks where."""

    page: str
    phone: bool = False
    dark: bool = False
    locale: str = "en"

    @property
    def name(self) -> str:
        """Its file's name, without what is usual."""
        marks = {"phone": self.phone, "dark": self.dark, self.locale: self.locale != "en"}
        return "-".join([self.page, *(mark for mark, unusual in marks.items() if unusual)]) + ".png"


FOR_DOCUMENTS = (
    Picture("lobby"),
    Picture("lobby", phone=True, dark=True, locale="de"),
    Picture("today", dark=True),
    Picture("discover"),
    Picture("organisation", phone=True),
    Picture("meetings", dark=True, locale="de"),
)


class Demo(ServerProcess):
    """The demo fair, with a fresh data folder."""

    def __init__(self, folder: Path, guard: Guard) -> None:
        super().__init__("demo", folder, guard, {"data": folder / "data", "demo": True})

    def link_of(self, name: str) -> str:
        """The sign-in link that was printed for this person."""
        found = re.search(rf"^ *{re.escape(name)},.*\n *(\S+)$", self.log.read_text(), re.MULTILINE)
        assert found, f"no link was printed for {name}"
        return found[1]


def every_picture() -> Iterable[Picture]:
    """All pages in all ways to see them."""
    ways = itertools.product(PAGES, (False, True), (False, True), ("en", "de"))
    return (Picture(*way) for way in ways)


async def take(pictures: Iterable[Picture], folder: Path) -> None:
    """Take the pictures into this folder, as WHO where a page needs somebody; the others stand in the lobby."""
    async with _demo() as demo, _chromium() as browser:
        for name in OTHERS:
            there = await _sign_in(browser, demo, name)
            await there.goto(LOBBY, wait_until="networkidle")
        signed_in = await _sign_in(browser, demo, WHO)
        cookies = await signed_in.context.cookies()
        for picture in pictures:
            context = await _context(browser, demo, picture)
            path, needs_somebody = PAGES[picture.page]
            if needs_somebody:
                await context.add_cookies([{"name": c["name"], "value": c["value"], "url": demo.url} for c in cookies])
            _keep(await _shot(context, path), folder / picture.name)
            await context.close()


@asynccontextmanager
async def _demo() -> AsyncIterator[Demo]:
    guard, folder = Guard(), scratch()
    guard.remove(folder)
    try:
        with Demo(folder, guard) as demo:
            yield demo
    finally:
        guard.close()


@asynccontextmanager
async def _chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program_of("chromium"), args=FLAGS)
        yield browser
        await browser.close()


async def _sign_in(browser: Browser, demo: Demo, who: str) -> Page:
    """The page of somebody who has just followed their link, in a context of their own."""
    context = await browser.new_context(base_url=demo.url)
    page = await context.new_page()
    await page.goto(demo.link_of(who))
    await page.locator("form[action='/sign-in/link'] button[type=submit]").click()
    await page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


async def _context(browser: Browser, demo: Demo, picture: Picture) -> BrowserContext:
    width, height = (PHONE if picture.phone else DESK).values()
    context = await browser.new_context(
        base_url=demo.url,
        viewport={"width": width, "height": height},
        color_scheme="dark" if picture.dark else "light",
        locale=picture.locale,
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
    )
    await context.add_cookies([{"name": LOCALE_COOKIE, "value": picture.locale, "url": demo.url}])
    return context


async def _shot(context: BrowserContext, path: str) -> bytes:
    page = await context.new_page()
    await page.goto(path, wait_until="networkidle")
    await page.evaluate("document.fonts.ready")
    return await page.screenshot()


def _keep(png: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    image.save(path, "PNG", optimize=True)
    say(f"   {path.relative_to(ROOT)}")


if __name__ == "__main__":
    if "--all" in sys.argv[1:]:
        asyncio.run(take(every_picture(), VAR / "screenshots"))
    else:
        asyncio.run(take(FOR_DOCUMENTS, DOCUMENTS))
