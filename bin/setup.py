"""`make setup`: everything that `make run` and `make test` stand on; the second time there is nothing to do."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bin import browser_packages, python_packages
from bin.console import say
from bin.places import SETUP_LOG, VAR


def setup(for_tests: bool = False) -> None:
    """Install what is pinned and not there yet. Raises ChoreError."""
    began = time.monotonic()
    VAR.mkdir(mode=0o700, exist_ok=True)
    with alone():
        browser_packages_done = browser_packages.begin(with_tools=for_tests)
        done = [python_packages.ensure("test" if for_tests else "run"), browser_packages_done()]
    if any(done):
        say(f"Everything is in place ({time.monotonic() - began:.0f} s; details in var/{SETUP_LOG.name}).")


@contextmanager
def alone() -> Iterator[None]:
    """Let one setup work at a time: two terminals may start one each."""
    with (VAR / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another setup is at work in this folder; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
