"""Every page there is, found by following links as people do: in order for axe, on a phone and in both languages."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from typing import Literal

import httpx2
import pytest
from playwright.async_api import Browser, Page
from sqlalchemy import select

from people import sessions
from people.admins import grant_admin
from people.model import Person
from server.access import ROUTES
from server.app import create_kernel
from server.demo import fill
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.browser import DESK, FLAGS, PHONE, TIMEOUT_MS, UNOPTIMISED, OpenTab, Tab, chromium
from tests.support.ground import same_on_both_grounds
from tests.support.server_process import Serve
from web.frame import LOCALE_COOKIE

# Who walks, in this order, and where they begin. Edda organises the fair, and here she runs the platform, too.
STRANGER = ""
WALKERS = (STRANGER, "Edda Brandt", "Aylin Demir", "Bernd Kowalski")
ORGANISER = "Edda Brandt"
# English before a desk, German on a phone: scripts and forms are the same, words and room are not.
Locale = Literal["en", "de"]
READERS: tuple[tuple[Locale, dict[str, int]], ...] = (("en", DESK), ("de", PHONE))
# Ways in and pages that no link of the demo leads to; the rest is found from these.
BEGINNINGS = (
    "/",
    "/register",
    "/sign-in/password",
    "/data-notice",
    "/discover",
    "/partners",
    "/meetings",
    "/meetings/past",
    "/contacts",
    "/check",
)
# What is not a page: files, streams and pieces of pages.
NO_PAGES = {
    "/healthz",
    "/readyz",
    "/metrics",
    "/assets/{hash}/{path:path}",
    "/photos/{name}",
    "/pictures/{name}",
    "/sitemap.xml",
    "/sitemaps/{file}",
    "/robots.txt",
    "/o/{slug}/documents/{document}",
    "/o/{slug}/products/{product}/documents/{document}",
    "/needs/{need}/files/{file}",
    "/recordings/{recording}/file",
    "/partners/{slug}/look.css",
    "/notices/worker.js",
    "/tls/ask",
    "/discover/suggestions",
    "/check/bytes",
    "/imports/{batch}/progress",
    "/fairs/{fair}/meetings/timetable/progress",
    "/fairs/{fair}/meetings/marks/{of}",
    "/calendar/{token}",
    "/meetings/{meeting}/meeting.ics",
    "/meetings/{meeting}/files/{file}",
    "/meetings/{meeting}/missing",
    "/sign-in/oidc",
    "/sign-in/oidc/return",
}
FILES = (".csv", ".xlsx", ".json", ".ics", ".vcf", ".xml", ".txt", ".css", ".{format}")
# Pages behind a token of a mail, and those of what nobody in the demo has.
ELSEWHERE = {
    "/sign-in/link",
    "/sign-in/sent",
    "/invitation",
    "/needs/end/{token}",
    "/news/mails/{token}",
    "/needs/{need}/answer",
    "/imports/{batch}",
    "/lists/{list}",
    "/o/{slug}/news",
    "/fairs/{fair}/meetings/timetable/repair",
    "/meetings/day",
    "/meetings/rescues/{rescue}",
    "/meetings/{meeting}/later/{days}",
    "/recordings/{recording}",
}
DEVELOPERS, PROGRAMS = "/dev/", "/api/"
OK = 200
# What a browser says that asks for a page.
PAGE = {"accept": "text/html"}
_PARAMETER = re.compile(r"{\w+(:path)?}")
_LINK = re.compile(r'href="(/[^"#?]*)')
# How many pages of a kind are asked for where links lead: one need leads to its answers, another one does not.
OF_A_KIND = 3
# As a link does it: the scripts stay, and with them axe, which its second page finds optimised already.
_VISIT = """([path, within]) => new Promise(async (arrived, failed) => {
    const { visit } = await import("@hotwired/turbo");
    const answered = ({ detail: { fetchResponse } }) => {
        if (fetchResponse.location.pathname !== path) return;
        removeEventListener("turbo:before-fetch-response", answered);
        addEventListener("turbo:load", () => arrived(fetchResponse.statusCode), { once: true });
    };
    addEventListener("turbo:before-fetch-response", answered);
    setTimeout(() => failed(new Error(`${path} does not come`)), within);
    visit(path);
})"""
# What a page must be beyond axe's rules, told in words where it is not.
_FAULTS = """() => {
    const wider = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    const tooWide = () => [...document.querySelectorAll("body *")]
        .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
        .slice(0, 3).map((each) => each.outerHTML.slice(0, 120)).join(" ");
    // What the browser would hold back with what the page itself put there: nobody could send such a form.
    const stuck = [...document.querySelectorAll("form:not([novalidate]) :is(input, select, textarea)")]
        .filter((each) => each.willValidate && !each.validity.valid)
        .filter((each) => !each.validity.valueMissing || each.localName === "select")
        .map((each) => each.outerHTML.slice(0, 120)).join(" ");
    // The link of a row or card lies over all of it; what else can be pressed there must be placed above.
    const covered = [...document.querySelectorAll(".card-link")]
        .flatMap((link) => [...(link.offsetParent?.querySelectorAll("a, button, input, select, summary") ?? [])]
            .filter((each) => each !== link && each.offsetParent === link.offsetParent)
            .filter((each) => getComputedStyle(each).position === "static"))
        .map((each) => each.outerHTML.slice(0, 120)).join(" ");
    // An icon among words, as in "[lock] Only people who are signed in": not on a line of its own.
    const alone = [...document.querySelectorAll("svg.icon")]
        .filter((each) => each.checkVisibility() && getComputedStyle(each).display === "block")
        .filter((each) => /^(block|inline|list-item)$/.test(getComputedStyle(each.parentElement).display))
        .filter((each) => [...each.parentElement.childNodes].some((word) => word.nodeType === 3 && word.data.trim()))
        .map((each) => each.parentElement.outerHTML.slice(0, 120)).join(" ");
    // The bar of a section on the line of tabs looks as if two of them were chosen.
    const lines = [...document.querySelectorAll(".tabs")].map((each) => each.getBoundingClientRect().bottom);
    const touching = [...document.querySelectorAll(".section")]
        .filter((each) => lines.some((line) => Math.abs(each.getBoundingClientRect().top - line) < 8))
        .map((each) => each.outerHTML.slice(0, 120)).join(" ");
    const heads = document.querySelectorAll("h1").length;
    return [
        wider > 0 && `${wider} px wider than the window: ${tooWide()}`,
        heads !== 1 && `${heads} elements h1`,
        !document.title.trim() && "no title",
        covered && `cannot be pressed: ${covered}`,
        alone && `an icon stands on a line of its own: ${alone}`,
        touching && `touches the tabs: ${touching}`,
        stuck && `cannot be sent as it stands: ${stuck}`,
    ].filter(Boolean);
}"""


def _matcher(pattern: str) -> re.Pattern[str]:
    parts = _PARAMETER.split(pattern)[::2]
    return re.compile("[^/]+".join(map(re.escape, parts)))


# The plainest pattern first: /needs/new is no need.
PAGES = {
    path: _matcher(path)
    for path in sorted((path for method, path in ROUTES if method == "GET"), key=lambda path: path.count("{"))
    if path not in NO_PAGES and not path.startswith((DEVELOPERS, PROGRAMS)) and not path.endswith(FILES)
}


def page_of(path: str) -> str | None:
    """The pattern of a page's address; None for what is no page."""
    if path.endswith(FILES):  # /needs/export.csv is no need
        return None
    return next((pattern for pattern, matcher in PAGES.items() if matcher.fullmatch(path)), None)


@dataclass
class Walk:
    """Somebody's way: all that they are led to is asked for, and of each kind that is new one page is looked at."""

    cookies: dict[str, str]
    url: str
    faults: list[str] = field(default_factory=list)

    async def find(self, seen: set[str]) -> dict[str, str]:
        """An address for each kind of page that is not among the seen, by following links: three of a kind at most."""
        waiting, asked = list(BEGINNINGS), Counter[str]()
        found: dict[str, str] = {}
        async with httpx2.AsyncClient(
            base_url=self.url, cookies=self.cookies, headers=PAGE, follow_redirects=True, timeout=TIMEOUT_MS / 1000
        ) as client:
            while waiting:
                path = waiting.pop(0)
                pattern = page_of(path)
                if pattern is None or asked[pattern] == OF_A_KIND:
                    continue
                asked[pattern] += 1
                answer = await client.get(path)
                if pattern not in seen and page_of(answer.url.path) == pattern:
                    found.setdefault(pattern, path)
                waiting += [target for target in _LINK.findall(answer.text) if target not in waiting]
        return found

    async def look(self, tab: Tab, locale: Locale, paths: Collection[str]) -> None:
        """See these pages in a browser, in this language, coming from one another."""
        cookies = self.cookies | {LOCALE_COOKIE: locale}
        await tab.context.add_cookies(
            [{"name": name, "value": value, "url": self.url} for name, value in cookies.items()]
        )
        await tab.page.goto(BEGINNINGS[0])
        for path in paths:
            status = await tab.page.evaluate(_VISIT, [path, TIMEOUT_MS])
            self._note(path, f"answered with {status}" if status != OK else "")
            await self._judge(tab.page, path)

    async def load(self, page: Page, paths: Collection[str]) -> None:
        """See these pages, each as the first one of a visit."""
        for path in paths:
            answer = await page.goto(path, wait_until="load")
            self._note(path, f"loaded with {answer and answer.status}" if not answer or answer.status != OK else "")
            self._note(path, *await page.evaluate(_FAULTS))

    async def _judge(self, page: Page, path: str) -> None:
        self._note(path, *await page.evaluate(_FAULTS))
        try:
            await assert_accessible(page)
        except AssertionError as broken:
            self.faults.append(str(broken))

    def _note(self, path: str, *found: str) -> None:
        self.faults += [f"{path}: {fault}" for fault in found if fault]


async def _tokens(backend: Backend) -> dict[str, str]:
    """The demo fair in the database, and for each who walks the cookie that signs them in."""
    kernel = create_kernel(backend.settings())
    try:
        await fill(kernel)
        async with kernel.database.write() as uow:
            found = await uow.session.scalars(select(Person).where(Person.name.in_(WALKERS)))
            people = {person.name: person for person in found}
            await grant_admin(uow, people[ORGANISER].id, by=None)
            return {name: (await sessions.start(uow, one, sessions.Method.LINK, ""))[1] for name, one in people.items()}
    finally:
        await kernel.database.close()


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A Chromium that optimises scripts: axe looks at page after page here."""
    async with chromium(flag for flag in FLAGS if flag != UNOPTIMISED) as started:
        yield started


@same_on_both_grounds
@pytest.mark.timeout(1200)
async def test_every_page_is_in_order_for_everybody(backend: Backend, serve: Serve, open_tab: OpenTab) -> None:
    tokens = await _tokens(backend)
    url = (await serve(dev=True)).url
    strangers: set[str] = set()  # pages that look different: they count for strangers alone
    seen: set[str] = set()
    faults: list[str] = []
    for name in WALKERS:
        walk = Walk({"fairmatch_session": tokens[name]} if name else {}, url)
        so_far = seen if name else strangers
        found = await walk.find(so_far)
        for locale, size in READERS:
            tab = await open_tab(url, locale=locale, size=size)
            await walk.look(tab, locale, found.values())
            await walk.load(tab.page, found.values())
        so_far.update(found)
        faults += walk.faults
    faults += [f"{path} was not come upon" for path in sorted(PAGES.keys() - seen - strangers - ELSEWHERE)]
    assert not faults, "\n".join(faults)
