"""The two grounds on which the suite stands, and which tests each of them can change.

`FAIRMATCH_TEST_BACKEND` names the ground of a run: "embedded" (SQLite and the memory bus, the default) or "cluster"
(PostgreSQL, Redis, two workers). On the embedded ground every test runs. On the cluster only those run that use the
fixture `backend`, directly or through others: for the rest a second run would be the same run again. A test of what a
page looks like says so by `same_on_both_grounds`.
"""

import os
from typing import Literal, cast

import pytest

Ground = Literal["embedded", "cluster"]
# Fixtures that start processes; `make unit` leaves their tests out.
_SLOW = {"browser", "serve", "postgresql_url"}
same_on_both_grounds = pytest.mark.same_on_both_grounds


def ground() -> Ground:
    """The ground of this run. Raises pytest.UsageError for an unknown name."""
    name = os.environ.get("FAIRMATCH_TEST_BACKEND", "embedded")
    if name not in ("embedded", "cluster"):
        raise pytest.UsageError(f"FAIRMATCH_TEST_BACKEND is {name!r}: it must be embedded or cluster")
    return cast(Ground, name)


def pytest_configure(config: pytest.Config) -> None:
    """Know the markers that runs select by."""
    config.addinivalue_line("markers", "same_on_both_grounds: what it is about no ground can change, only a page can")
    config.addinivalue_line("markers", "slow: starts servers, browsers or PostgreSQL (set by itself)")


def pytest_report_header() -> str:
    """Say in the first lines on which ground the run stands."""
    return f"ground: {ground()}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the slow tests; on the cluster keep those that it can change."""
    for item in items:
        if _SLOW & _fixtures(item):
            item.add_marker("slow")
    if ground() == "cluster":
        same = [item for item in items if not _depends_on_ground(item)]
        items[:] = [item for item in items if _depends_on_ground(item)]
        config.hook.pytest_deselected(items=same)


def _depends_on_ground(item: pytest.Item) -> bool:
    return "backend" in _fixtures(item) and not item.get_closest_marker("same_on_both_grounds")


def _fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))
