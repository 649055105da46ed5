"""The real parts that the tests talk to: where they lie on this machine, and how they are installed."""

import fcntl
import glob
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager

from bin.console import ChoreError, say, step
from bin.places import VAR
from bin.programs import run_logged

# Programs by part, in the order of preference; any of a part's programs will do.
_PROGRAMS = {
    "redis": ("redis-server", "valkey-server"),
    "postgresql": ("postgres",),
    # The headless shell is the same browser without windows: it takes half the work for the same pages.
    "chromium": ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "coturn": ("turnserver",),
    "emoji": ("NotoColorEmoji.ttf",),  # a font, for pictures in which people react
}
FOR_TESTS = ("redis", "postgresql", "chromium", "coturn")
FOR_PICTURES = ("chromium", "emoji")
# Where programs lie that packages keep off the PATH.
_OTHER_PLACES = {
    "postgres": (
        "/usr/lib/postgresql/*/bin/postgres",
        "/usr/pgsql-*/bin/postgres",
        "/opt/homebrew/opt/postgresql*/bin/postgres",
        "/usr/local/opt/postgresql*/bin/postgres",
    ),
    "chromium": (
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ),
    "NotoColorEmoji.ttf": (
        "/usr/share/fonts/**/NotoColorEmoji.ttf",
        "/usr/share/fonts/**/Noto-COLRv1.ttf",
        "/System/Library/Fonts/Apple Color Emoji.ttc",
    ),
}
_DEBIAN = {"redis": "redis-server", "chromium": "chromium-headless-shell", "emoji": "fonts-noto-color-emoji"}
_FEDORA = {"postgresql": "postgresql-server", "emoji": "google-noto-color-emoji-fonts"}
# What each package program calls the parts, and the words before their names.
_PACKAGES = {
    "apt-get": ("apt-get install -y --no-install-recommends", _DEBIAN),
    "dnf": ("dnf install -y", _FEDORA),
    "pacman": ("pacman -S --noconfirm", {"emoji": "noto-fonts-emoji"}),
    "zypper": ("zypper install -y", {"postgresql": "postgresql-server", "emoji": "google-noto-coloremoji-fonts"}),
    "apk": ("apk add", {"emoji": "font-noto-emoji"}),
    "brew": ("brew install", {}),
}


def find(part: str) -> str | None:
    """The program of this part ("redis", "postgresql", "chromium"; for "emoji" the font), or None."""
    for program in _PROGRAMS[part]:
        if found := shutil.which(program):
            return found
        patterns = _OTHER_PLACES.get(program, ())
        if lying := [path for pattern in patterns for path in glob.glob(pattern, recursive=True)]:
            return max(lying, key=_numbers)
    return None


def _numbers(path: str) -> list[int]:
    """The numbers in a path, to take PostgreSQL 17 before 9."""
    return [int(piece) for piece in "".join(c if c.isdigit() else " " for c in path).split()]


def ensure(parts: Sequence[str]) -> None:
    """Have these parts, installing what is missing where that is allowed.

    Raises ChoreError with the line to type where it is not.
    """
    with beside(parts) as are_there:
        are_there()


@contextmanager
def beside(parts: Sequence[str]) -> Iterator[Callable[[], None]]:
    """The same while other work is done: what is given waits until they are there, and raises ChoreError where they
    cannot be had. What a person must install themselves is said at once, before anything else is done."""
    missing = [part for part in parts if not find(part)]
    if not missing:
        yield lambda: None
        return
    if not _allowed():
        raise ChoreError(f"This needs {_listed(missing)}: type `{_line(missing)}` and run this again.")
    VAR.mkdir(mode=0o700, exist_ok=True)
    say(f"-> This needs {_listed(missing)}, from the system's packages: {_line(missing)}")
    installing = ThreadPoolExecutor(1).submit(_install, missing)

    def are_there() -> None:
        with step("System packages"):
            error = installing.exception()
        still = [part for part in missing if not find(part)]
        if still and error:
            raise error
        if still:
            raise ChoreError(f"The system's packages did not bring {_listed(still)}: install it and run this again.")

    try:
        yield are_there
    finally:
        if not installing.done():
            say("Waiting for the system's packages: what is half installed is in the way of whoever goes on.")
            wait([installing])


def _allowed() -> bool:
    """Only Debian's way is taken by itself, as root or where sudo asks for no password."""
    if not shutil.which("apt-get"):
        return False
    if os.geteuid() == 0:
        return True
    sudo = shutil.which("sudo")
    return sudo is not None and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0


def _install(missing: Sequence[str]) -> None:
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    # RUNLEVEL=1 keeps Debian from starting the servers it installs: the tests start their own.
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    # A machine that has just come up, or another terminal, may be installing something itself.
    patient = ("-o", "DPkg::Lock::Timeout=300")
    command, names = _PACKAGES["apt-get"]
    program, *words = command.split()
    with (VAR / "parts.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if missing := [part for part in missing if not find(part)]:
            run_logged("apt-get update", [*sudo, program, *patient, "update"], more=quiet)
            run_logged("apt-get install", [*sudo, program, *patient, *words, *_packages(missing, names)], more=quiet)


def _line(missing: Sequence[str]) -> str:
    """The exact line with which a person installs the parts on this system."""
    for program, (command, names) in _PACKAGES.items():
        if shutil.which(program):
            sudo = "" if program == "brew" or os.geteuid() == 0 else "sudo "
            update = f"{sudo}apt-get update && " if program == "apt-get" else ""
            return f"{update}{sudo}{command} {' '.join(_packages(missing, names))}"
    return f"your system's package program for {' '.join(missing)}"


def _packages(parts: Sequence[str], names: dict[str, str]) -> list[str]:
    return [names.get(part, part) for part in parts]


def _listed(parts: Sequence[str]) -> str:
    return ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]
