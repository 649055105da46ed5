"""`make test`: the parts, the lint, and the whole suite on both kinds of ground."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from bin import system_parts
from bin.console import say
from bin.lint import lint
from bin.places import PYTHON, ROOT, TEST_RESULTS, environment
from bin.setup import setup

# One more than the cores of the smallest machine that this is meant for: tests also wait, for browsers and timeouts.
# With a fourth, pictures of calls came too late for their browsers.
TEST_PROCESSES = 3


@dataclass(frozen=True)
class Count:
    """How many tests ended how; a run that broke off counts as one failure."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __str__(self) -> str:
        line = f"{self.passed} passed, {self.failed} failed"
        return f"{line}, {self.skipped} skipped" if self.skipped else line


def check(arguments: list[str]) -> int:
    """Run everything; further arguments go to pytest. The exit code is 0 only if tests ran and nothing failed."""
    began = time.monotonic()
    with system_parts.beside(system_parts.FOR_TESTS) as parts_are_there:
        setup(for_tests=True)
        with _compiling():
            found = lint()
        parts_are_there()
    total = _run(arguments)
    say(f"\nDone in {time.monotonic() - began:.0f} s.")
    if found:
        say(f"Lint found something in: {', '.join(found)}.")
    say(str(total))
    return 1 if found or total.failed or not total.passed else 0


@contextmanager
def _compiling() -> Iterator[None]:
    """On a fresh clone: have Python compile what tests import, once, beside the lint; else every test process does."""
    if (ROOT / "tests" / "__pycache__").exists():
        yield
        return
    command = [str(PYTHON), "-m", "pytest", "--collect-only", "-qq"]
    nowhere = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdin=nowhere, stdout=nowhere, stderr=nowhere):
        yield


def unit(arguments: list[str]) -> int:
    """Run the fast part on the embedded ground: no browser, no server process, no PostgreSQL."""
    setup(for_tests=True)
    return _pytest("embedded", ["-m", "not slow", *arguments])


def _run(arguments: list[str]) -> Count:
    say("\n-> Tests on SQLite and the memory bus, and on PostgreSQL, Redis and two workers")
    report = TEST_RESULTS / "tests.xml"
    TEST_RESULTS.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    code = _pytest("both", [f"--junitxml={report}", "-o", "junit_suite_name=fairmatch", *arguments])
    return counted(report, code)


def _pytest(grounds: str, arguments: list[str]) -> int:
    sys.stdout.flush()
    command: list[str | Path] = [PYTHON, "-m", "pytest", "-n", str(TEST_PROCESSES), *arguments]
    chosen = environment(FAIRMATCH_TEST_BACKEND=grounds)
    return subprocess.run(command, cwd=ROOT, env=chosen, stdin=subprocess.DEVNULL, check=False).returncode


def counted(report: Path, code: int) -> Count:
    """What a JUnit report says; a failure more where pytest's exit code tells of one that the report does not."""
    try:
        suite = ElementTree.parse(report).getroot().find("testsuite")  # noqa: S314 - pytest's own file
    except (OSError, ElementTree.ParseError):
        suite = None
    if suite is None:
        return Count(failed=1)
    tests, failures, errors, skipped = (int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped"))
    failed = failures + errors
    return Count(tests - failed - skipped, max(failed, 1) if code else failed, skipped)
