"""Accessibility as axe-core sees it."""

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

# The rules of WCAG 2.2 on the levels A and AA, and axe's advice beyond them.
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# Only what is broken comes back: all that was found in order would take longer to bring over than to find.
_RUN = "rules => axe.run(document, rules).then(({ violations }) => violations)"
_IS_LIGHT = "matchMedia('(prefers-color-scheme: light)').matches"


async def assert_accessible(page: Page) -> None:
    """Fail with every rule that the page breaks and the elements that break it, by day and by night."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(Axe().axe_script)
    light = await page.evaluate(_IS_LIGHT)
    await _assert_accessible(page)
    await page.emulate_media(color_scheme="dark" if light else "light")
    await _assert_accessible(page)
    await page.emulate_media(color_scheme="light" if light else "dark")


async def _assert_accessible(page: Page) -> None:
    scheme = "light" if await page.evaluate(_IS_LIGHT) else "dark"
    broken = await page.evaluate(_RUN, _RULES)
    assert not broken, f"axe on {page.url} ({scheme}):\n" + "\n".join(map(_told, broken))


def _told(violation: dict[str, Any]) -> str:
    places = "\n".join(f"    {' '.join(map(str, node['target']))}: {node['html'][:160]}" for node in violation["nodes"])
    return f"  {violation['id']}: {violation['help']}\n{places}"
