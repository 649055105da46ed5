"""Which tests one test process makes, one after another, while the others make the rest.

Tests are handed out one by one, so that no process has nothing left while another has many. Three things stay together.
What is in calls does: two browsers in calls side by side on two cores starve each other and the servers beside them,
and on a slow machine pictures came too late. What else looks at pages does, beside the calls: these two are the longest
chains, and xdist hands out the largest parts first. And what shares something does that would be made anew in each
process.

xdist's own marks for this, `xdist_group` with `--dist loadgroup`, do nothing with this pytest: they change a node's id
in a way that pytest 9.2 does not read any more. So it is told here by the ids, which are all that its controller knows.
"""

from typing import Any

import pytest

# Where sound and pictures go through browsers: tests/support/test_together.py knows of none elsewhere.
IN_CALLS = (
    "tests/e2e/test_calls.py",
    "tests/e2e/test_check.py",
    "tests/e2e/test_day.py",
    "tests/e2e/test_forgetting.py",
    "tests/e2e/test_in_call.py",
    "tests/e2e/test_meetings.py",
    "tests/e2e/test_networks.py",
    "tests/e2e/test_node.py",
    "tests/e2e/test_on_stage.py",
    "tests/e2e/test_recordings.py",
    "tests/e2e/test_relay.py",
    "tests/e2e/test_shared_port.py",
    "tests/e2e/test_vanishing.py",
    "tests/signaling/test_browser.py",
)
# Where tests look at pages.
LOOKING = (
    *IN_CALLS,
    "tests/e2e/",
    "tests/support/test_browser.py",
    "tests/support/test_server_process.py",
    "tests/web/js/",
    "tests/web/test_kit.py",
    "tests/web/test_visits.py",
)
# Modules in which the first test makes for all others what takes seconds: each process that had one would make it.
SHARING = ("tests/web/test_translations.py",)


def chain_of(nodeid: str) -> str:
    """The name of what is handed out together with a test."""
    if nodeid.startswith(IN_CALLS):
        return "calls"
    if nodeid.startswith(LOOKING):
        return "pages"
    module = nodeid.partition("::")[0]
    return module if module in SHARING else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The chains of calls and of pages, one for each module that shares something, and every other test by itself."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return chain_of(nodeid)

    return Scheduling(config, log)
