"""The chores by name; each is a row here and a target in the Makefile."""

import errno
import subprocess
import sys
from collections.abc import Callable, Sequence

from bin import check, start, system_parts
from bin.console import ChoreError, say
from bin.lint import lint
from bin.pins import pins
from bin.places import PYTHON, ROOT, environment
from bin.setup import setup


def run(arguments: Sequence[str]) -> int:
    """Do the chore that the first argument names; the exit code says how it went, and a ChoreError is one sentence."""
    name, *rest = arguments or ["help"]
    if name not in CHORES:
        sys.stderr.write(f"There is no chore {name!r}: `make help` lists them.\n")
        return 2
    try:
        return CHORES[name](rest) or 0
    except ChoreError as stop:
        _complain(str(stop))
    except OSError as error:
        _complain(_disk_sentence(error))
    except KeyboardInterrupt:
        return 130
    return 1


def _complain(sentence: str) -> None:
    if sys.stdout.isatty():
        say()  # the progress line is still open
    sys.stderr.write(f"{sentence}\n")


def _disk_sentence(error: OSError) -> str:
    where = error.filename or ROOT
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full ({where}): make room and run this again."
    return f"{where} cannot be used ({error.strerror or error}): check the rights of this folder and run this again."


def _setup(_rest: list[str]) -> None:
    setup()


def _run(rest: list[str]) -> None:
    port, data = rest
    start.start(port, data)


def _lint(_rest: list[str]) -> int:
    setup(for_tests=True)
    return 1 if lint() else 0


def _pins(_rest: list[str]) -> None:
    pins()


def _module(module: str, *first: str) -> Callable[[list[str]], int]:
    """A chore that is a program of the project, run in its environment."""

    def chore(rest: list[str]) -> int:
        setup(for_tests=True)
        command = [str(PYTHON), "-m", module, *first, *rest]
        return subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode

    return chore


def _screenshots(rest: list[str]) -> int:
    system_parts.ensure(system_parts.FOR_PICTURES)
    return _module("bin.screenshots")(rest)


CHORES: dict[str, Callable[[list[str]], int | None]] = {
    "setup": _setup,
    "run": _run,
    "test": check.check,
    "unit": check.unit,
    "lint": _lint,
    "pins": _pins,
    "messages": _module("web.messages", "--add"),
    "docs": _module("bin.reference"),
    "screenshots": _screenshots,
    "icons": _module("bin.app_icons"),
    "bench": _module("bench"),
}
