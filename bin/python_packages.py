"""The virtual environment, the pinned Python packages, and the project itself in it."""

import importlib.util
import sys
from pathlib import Path

from bin import installers, stamps
from bin.console import ChoreError, step
from bin.places import PYTHON, REQUIREMENTS, ROOT, VENV
from bin.programs import run_logged

_MADE_FOR = VENV / ".made-for"
_PROJECT = VENV / ".project"


# What a set of packages has in it: who installs it has these, too.
_INCLUDED = {"test": ("run",)}


def ensure(name: str) -> bool:
    """Have the environment, this set of packages (`requirements/NAME.txt`) and the project installed.

    True when something had to be done. Raises ChoreError.
    """
    made = ensure_environment()
    installed = _ensure_set(name)
    return _ensure_project() or made or installed


def ensure_environment() -> bool:
    """Make it where there is none, and anew where something was broken off in it, or where it was made for another
    folder, whose place its programs name, or for a Python that the system has replaced since: its successor does not
    look where the packages lie."""
    if PYTHON.exists() and stamps.current(_MADE_FOR, _made_for()) and not installers.HALF_DONE.exists():
        return False
    _make_venv()
    return True


def _make_venv() -> None:
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise ChoreError(
            f"This Python has no venv module: install it (on Debian and Ubuntu: apt-get install python{version}-venv) "
            "and run this again."
        )
    if VENV.is_symlink():
        VENV.unlink()  # another work tree's: what is cleared would be theirs
    with step("Virtual environment in .venv"):
        run_logged("python3 -m venv", [sys.executable, "-m", "venv", "--clear", VENV])
    stamps.put(_MADE_FOR, _made_for())


def _made_for() -> str:
    return f"{ROOT} {PYTHON.resolve()}"


def _ensure_set(name: str) -> bool:
    sets = (name, *_INCLUDED.get(name, ()))
    if all(stamps.current(_stamp(each), stamps.digest(_pinned(each))) for each in sets):
        return False
    with step(f"Python packages for {name}") as progress:
        installers.install(_pinned(name), progress, _make_venv)
    for each in sets:
        stamps.put(_stamp(each), stamps.digest(_pinned(each)))
    return True


def _pinned(name: str) -> Path:
    return REQUIREMENTS / f"{name}.txt"


def _stamp(name: str) -> Path:
    return VENV / f".packages-{name}"


def _ensure_project() -> bool:
    """Install the work tree itself, editable: the code is used from where it lies."""
    wanted = stamps.digest(ROOT / "pyproject.toml")
    if stamps.current(_PROJECT, wanted):
        return False
    with step("Fairmatch itself"):
        # Nothing is downloaded: setuptools is among the pinned packages. "compat" is a plain path entry, which
        # imports faster than a finder and is understood by the type checker.
        command = [*installers.PIP, "install", "--no-index", "--no-deps", "--no-build-isolation"]
        run_logged("pip", [*command, "--config-settings", "editable_mode=compat", "--editable", ROOT])
    stamps.put(_PROJECT, wanted)
    return True
