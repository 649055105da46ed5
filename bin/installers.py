"""The two programs that install pinned Python packages: uv, which is quick, and pip, which every Python brings."""

import platform
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bin import pip_settings, stamps
from bin.console import ChoreError, Progress
from bin.places import PYTHON, REQUIREMENTS, VAR, VENV
from bin.programs import note, run_logged

_Words = tuple[str | Path, ...]
PIP: _Words = (PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "--retries", "2")
# Nothing but what is listed, and only with the checksum that is listed with it.
_AS_PINNED = ("--require-hashes", "--no-deps")
_UV_PLACE = VAR / "uv"
_UV = _UV_PLACE / "bin" / "uv"
# Lies in the environment while uv puts packages into it. Where that is broken off, nobody can tell whole packages from
# halves afterwards.
HALF_DONE = VENV / ".half-done"


def install(pinned: Path, progress: Progress, begin_anew: Callable[[], None]) -> None:
    """Install what the file lists into the virtual environment, which `begin_anew` makes anew. Raises ChoreError."""
    try:
        _install_with_uv(pinned, progress)
    except ChoreError as reason:
        # pip knows this machine, and if it cannot do it either, its reason is the one to tell.
        note(f"Not with uv: {reason}")
        if HALF_DONE.exists():
            begin_anew()
        progress.what += " (with pip)"
        progress.show("")
        _install_with_pip(pinned, progress)


def uv() -> Path:
    """The program, fetched by pip into the data folder where it is not there yet. Raises ChoreError."""
    pins = REQUIREMENTS / "pins.txt"
    machine = f"{sys.platform} {platform.machine()} {platform.libc_ver()[0]}"
    stamp, wanted = _UV_PLACE / ".made-from", stamps.digest(pins, also=machine)
    if not (_UV.exists() and stamps.current(stamp, wanted)):
        # Ready or not at all: to build it would take longer than pip takes for everything. And soon or not at all.
        ready = ("--only-binary", ":all:", "--no-compile", "--progress-bar", "off", "--retries", "0", "--timeout", "15")
        run_logged("pip", [*PIP, "install", *_AS_PINNED, *ready, "--upgrade", "--target", _UV_PLACE, "-r", pins])
        stamps.put(stamp, wanted)
    return _UV


def _install_with_uv(pinned: Path, progress: Progress) -> None:
    settings = pip_settings.for_uv(pinned)
    # What has to be built is built with the setuptools that is pinned for the server.
    built: _Words = ("--build-constraints", REQUIREMENTS / "run.txt", "--require-build-hashes")
    built += ("--preview-features", "build-dependency-hashes")
    # Of the places that pip is told to look in none goes before another, and a checksum tells right from wrong.
    found = ("--system-certs", "--no-config", "--index-strategy", "unsafe-best-match")
    command: _Words = (uv(), "pip", "install", "--python", PYTHON, *_AS_PINNED, *built, *found, "-r", pinned)
    run_logged("uv", command, _Downloads(progress).see, settings)
    HALF_DONE.unlink(missing_ok=True)


def _install_with_pip(pinned: Path, progress: Progress) -> None:
    total = len(re.findall(r"^\S+==", pinned.read_text(), re.MULTILINE))
    # Python compiles a module when it is first imported; most of them never are.
    options = ("--no-compile", "--progress-bar", "off")
    run_logged("pip", [*PIP, "install", *_AS_PINNED, *options, "-r", pinned], _Counter(progress, total).see)


class _Counter:
    """Counts the packages in what pip prints."""

    BEGUN = re.compile(r"(?:Collecting|Requirement already satisfied:|Ignoring|Processing) (?:\S*/)?([^\s=:]+)")

    def __init__(self, progress: Progress, total: int) -> None:
        self._count = partial(progress.count, total=total)
        self._begun = 0

    def see(self, line: str) -> None:
        if found := self.BEGUN.match(line):
            self._begun += 1
            self._count(done=self._begun, name=found[1])


class _Downloads:
    """Counts the downloads that uv speaks of: the large ones, which begin together and are done one by one. Notes when
    it has found everything: from then on it may put something into the environment."""

    FOUND = re.compile(r"Resolved \d+ package")
    SAID = re.compile(r" *Download(ing|ed) (\S+)")

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._begun = 0
        self._done = 0

    def see(self, line: str) -> None:
        if self.FOUND.match(line):
            HALF_DONE.touch()
        if not (found := self.SAID.match(line)):
            return
        if found[1] == "ing":
            self._begun += 1
        else:
            self._done += 1
            self._progress.count(self._done, max(self._begun, self._done), found[2])
