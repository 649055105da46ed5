"""The two grounds on which the suite stands, and which tests each of them can change.

`FAIRMATCH_TEST_BACKEND` names the ground of a run: "embedded" (SQLite and the memory bus, the default), "cluster"
(PostgreSQL, Redis, two workers), or "both", as `make test` has it. On the embedded ground every test runs. On the
cluster only those run that use the fixture `backend`, directly or through others: for the rest a second run would be
the same run again. A test of what a page looks like says so by `same_on_both_grounds`.
"""

import os
from typing import Literal, get_args

import pytest

Ground = Literal["embedded", "cluster"]
GROUNDS: tuple[Ground, ...] = get_args(Ground)
# Fixtures that start processes; `make unit` leaves their tests out.
_SLOW = {"browser", "serve", "postgresql_url"}
same_on_both_grounds = pytest.mark.same_on_both_grounds


def grounds() -> tuple[Ground, ...]:
    """The grounds of this run. Raises pytest.UsageError for an unknown name."""
    name = os.environ.get("FAIRMATCH_TEST_BACKEND", "embedded")
    if name == "both":
        return GROUNDS
    if name not in GROUNDS:
        raise pytest.UsageError(f"FAIRMATCH_TEST_BACKEND is {name!r}: it must be embedded, cluster or both")
    return (name,)


def pytest_configure(config: pytest.Config) -> None:
    """Know the markers that runs select by."""
    config.addinivalue_line("markers", "same_on_both_grounds: what it is about no ground can change, only a page can")
    config.addinivalue_line("markers", "slow: starts servers, browsers or PostgreSQL (set by itself)")


def pytest_report_header() -> str:
    """Say in the first lines on which ground the run stands."""
    return f"ground: {' and '.join(grounds())}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that the ground can change on each of them."""
    if "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", grounds(), indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the slow tests; keep each on the grounds that can change it."""
    for item in items:
        if _SLOW & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")
    again = [item for item in items if _would_be_the_same(item)]
    items[:] = [item for item in items if not _would_be_the_same(item)]
    config.hook.pytest_deselected(items=again)


def _would_be_the_same(item: pytest.Item) -> bool:
    """Whether the embedded ground says of this test what this run of it would."""
    call = getattr(item, "callspec", None)
    match call.params.get("backend") if call else None:
        case "embedded":
            return False
        case "cluster":
            return item.get_closest_marker("same_on_both_grounds") is not None
        case _:
            return "embedded" not in grounds()
