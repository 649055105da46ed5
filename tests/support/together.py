"""Which tests one test process makes, one after another, while the others make the rest.

Tests are handed out one by one, so that no process has nothing left while another has many. Some stay together: what
shares something that was made for its module; and all that looks at pages, which is the longest chain and begins at
once. Two browsers side by side on two cores starve each other: on a slow machine pictures of calls came too late.
"""

from typing import Any

import pytest

_browsers = pytest.mark.xdist_group("browsers")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what stands on one thing; the longest chain stands first."""
    for item in items:
        if item.get_closest_marker("xdist_group") is not None:
            continue
        if _looks(item):
            item.add_marker(_browsers)
        elif _shares(item):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    items.sort(key=_looks, reverse=True)


def _looks(item: pytest.Item) -> bool:
    """Whether it looks at pages."""
    return "browser" in getattr(item, "fixturenames", ())


def _shares(item: pytest.Item) -> bool:
    """Whether something stands for all tests of its module."""
    found: dict[str, Any] = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009 - pytest's own, and nowhere told
    return any(one.scope in ("module", "class") for every in found.values() for one in every)
