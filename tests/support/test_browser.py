"""The eye on the browser sees what it must, and the browser does what other tests build on."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Route

from tests.support.axe import assert_accessible
from tests.support.browser import OpenTab, Tab
from tests.support.patience import PATIENCE_S

HERE = "http://hall.localhost"
GOOD = """<!doctype html><html lang="en"><title>Hall</title><main><h1>Hall</h1><p>Come in.</p></main></html>"""

Show = Callable[..., Awaitable[Tab]]


@pytest.fixture
def show(open_tab: OpenTab) -> Show:
    """A tab that shows the page which the test has written, without a server."""

    async def open_with(html: str, **headers: str) -> Tab:
        tab = await open_tab(HERE)

        async def answer(route: Route) -> None:
            await route.fulfill(body=html, content_type="text/html", headers={"content-type": "text/html"} | headers)

        await tab.context.route("**/*", answer)
        await tab.page.goto("/")
        return tab

    return open_with


async def test_a_quiet_page_has_no_problems(show: Show) -> None:
    tab = await show(GOOD)
    assert tab.watch.problems == []


@pytest.mark.parametrize(
    ("script", "seen"),
    [
        ("console.error('no seats')", "no seats"),
        ("setTimeout(() => { throw new Error('thrown late') })", "thrown late"),
        ("fetch('http://elsewhere.localhost/pixel')", "elsewhere.localhost/pixel"),
        ("new WebSocket('ws://elsewhere.localhost/')", "elsewhere.localhost"),
    ],
)
async def test_what_goes_wrong_in_a_page_is_seen(show: Show, script: str, seen: str) -> None:
    tab = await show(GOOD.replace("</main>", f"</main><script>{script}</script>"))
    await is_seen(tab, seen)
    tab.watch.expect(".*")


async def is_seen(tab: Tab, problem: str) -> None:
    """Wait for a problem: the browser tells of it beside what it answers."""
    async with asyncio.timeout(PATIENCE_S):
        while not any(problem in each for each in tab.watch.problems):
            await tab.page.wait_for_timeout(20)


async def test_what_the_content_security_policy_refuses_is_seen(show: Show) -> None:
    tab = await show(
        GOOD.replace("</main>", "</main><script>1</script>"), **{"content-security-policy": "default-src 'self'"}
    )
    await is_seen(tab, "Content Security Policy")
    tab.watch.expect("Content Security Policy")


async def test_axe_passes_a_good_page(show: Show) -> None:
    await assert_accessible((await show(GOOD)).page)


async def test_axe_names_the_rule_and_the_element_of_a_bad_page(show: Show) -> None:
    tab = await show(GOOD.replace("Come in.", "<img src='data:,' class=map>"))
    with pytest.raises(AssertionError, match=r"image-alt[\s\S]*img"):
        await assert_accessible(tab.page)


async def test_axe_looks_at_a_page_by_day_and_by_night(show: Show) -> None:
    night = "<style>@media (prefers-color-scheme: dark) { p { color: #222; background: #111; } }</style>"
    tab = await show(GOOD.replace("<main>", night + "<main>"))
    with pytest.raises(AssertionError, match=r"\(dark\)[\s\S]*color-contrast"):
        await assert_accessible(tab.page)


async def test_a_tab_has_the_language_and_the_colours_that_were_asked_for(open_tab: OpenTab) -> None:
    tab = await open_tab(HERE, locale="de", dark=True)
    assert await tab.page.evaluate("navigator.language") == "de"
    assert await tab.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
