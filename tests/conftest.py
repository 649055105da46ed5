"""The tests' ground: what every test may use, and what is so for all of them. The parts are in tests/support."""

import gc
import importlib.util
import os
import sys

import pytest

from server.kernel import sweeping
from tests.support import connections, memory, statements
from tests.support.desk import Desk

pytest_plugins = [
    "pytester",
    "tests.support.ground",
    "tests.support.together",
    "tests.support.uncollected",
    "tests.support.trouble",
    "tests.support.loop",
    "tests.support.backend",
    "tests.support.server_process",
    "tests.support.redis_cluster",
    "tests.support.browser",
    "tests.support.search_index",
    "tests.support.turn",
    "tests.kernel_fixtures",
]

_DESK = pytest.StashKey[Desk]()

for _name in [name for name in os.environ if name.startswith("FAIRMATCH_") and not name.startswith("FAIRMATCH_TEST_")]:
    del os.environ[_name]  # the developer's own settings are none of the tests' business


memory.keep_files_there()
statements.keep_them()
connections.keep_them()

if importlib.util.find_spec("sniffio") is None:
    # Every request of httpx2 without a network asks for this package anew, and Python looks for it on the whole path.
    sys.modules["sniffio"] = None  # type: ignore[assignment]

sweeping.begin_start()


def pytest_configure(config: pytest.Config) -> None:
    """Host the desk of services, unless a process above this one does."""
    if not Desk.is_open():
        memory.forget_killed_runs()
        config.stash[_DESK] = Desk()


def pytest_collection_finish() -> None:
    """What stands by now stays for the whole run: some million objects that no search for garbage need walk."""
    gc.collect()
    sweeping.end_start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the services."""
    if desk := config.stash.get(_DESK, None):
        desk.close()
