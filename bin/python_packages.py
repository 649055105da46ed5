"""The virtual environment, the pinned Python packages, and the project itself in it."""

import importlib.util
import re
import sys
from functools import partial
from pathlib import Path

from bin import stamps
from bin.console import ChoreError, Progress, step
from bin.places import PYTHON, REQUIREMENTS, ROOT, VENV
from bin.programs import run_logged

_PIP: tuple[str | Path, ...] = (PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "--retries", "2")
_MADE_FOR = VENV / ".made-for"
_PROJECT = VENV / ".project"


# What a set of packages has in it: who installs it has these, too.
_INCLUDED = {"test": ("run",)}


def ensure(name: str) -> bool:
    """Have the environment, this set of packages (`requirements/NAME.txt`) and the project installed.

    True when something had to be done. Raises ChoreError.
    """
    made = _ensure_venv()
    installed = _ensure_set(name)
    return _ensure_project() or made or installed


def _ensure_venv() -> bool:
    """Make it where there is none, and anew where it was made for another folder: its programs name their place."""
    if PYTHON.exists() and stamps.current(_MADE_FOR, str(ROOT)):
        return False
    _make_venv()
    stamps.put(_MADE_FOR, str(ROOT))
    return True


def _make_venv() -> None:
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise ChoreError(
            f"This Python has no venv module: install it (on Debian and Ubuntu: apt-get install python{version}-venv) "
            "and run this again."
        )
    with step("Virtual environment in .venv"):
        run_logged("python3 -m venv", [sys.executable, "-m", "venv", "--clear", VENV])


def _ensure_set(name: str) -> bool:
    sets = (name, *_INCLUDED.get(name, ()))
    if all(stamps.current(_stamp(each), stamps.digest(_pinned(each))) for each in sets):
        return False
    pinned = _pinned(name)
    total = len(re.findall(r"^\S+==", pinned.read_text(), re.MULTILINE))
    with step(f"Python packages for {name}") as progress:
        # Python compiles a module when it is first imported; most of them never are.
        options = ["--require-hashes", "--no-deps", "--no-compile", "--progress-bar", "off"]
        run_logged("pip", [*_PIP, "install", *options, "-r", pinned], _Counter(progress, total).see)
    for each in sets:
        stamps.put(_stamp(each), stamps.digest(_pinned(each)))
    return True


def _pinned(name: str) -> Path:
    return REQUIREMENTS / f"{name}.txt"


def _stamp(name: str) -> Path:
    return VENV / f".packages-{name}"


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


def _ensure_project() -> bool:
    """Install the work tree itself, editable: the code is used from where it lies."""
    wanted = stamps.digest(ROOT / "pyproject.toml")
    if stamps.current(_PROJECT, wanted):
        return False
    with step("Fairmatch itself"):
        # Nothing is downloaded: setuptools is among the pinned packages. "compat" is a plain path entry, which
        # imports faster than a finder and is understood by the type checker.
        command = [*_PIP, "install", "--no-index", "--no-deps", "--no-build-isolation"]
        run_logged("pip", [*command, "--config-settings", "editable_mode=compat", "--editable", ROOT])
    stamps.put(_PROJECT, wanted)
    return True
