"""Accessibility as axe-core sees it."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

# The rules of WCAG 2.2 on the levels A and AA, and axe's advice beyond them.
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


async def assert_accessible(page: Page) -> None:
    """Fail with every rule that the page breaks and the elements that break it."""
    results = await Axe().run(page, options=_RULES)
    broken = results.response["violations"]
    assert not broken, f"axe on {page.url}:\n" + "\n".join(map(_told, broken))


def _told(violation: dict[str, object]) -> str:
    nodes = violation["nodes"]
    assert isinstance(nodes, list)
    places = "\n".join(f"    {' '.join(map(str, node['target']))}: {node['html'][:160]}" for node in nodes)
    return f"  {violation['id']}: {violation['help']}\n{places}"
