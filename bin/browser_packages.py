"""The packages that browsers get from this server, installed from the npm registry by the lock file's checksums."""

import re
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bin import python_packages, stamps
from bin.console import step
from bin.places import NODE_MODULES, ROOT, VENV_BIN
from bin.programs import run_logged

# The first npm that installs from a lock file without download addresses, as this project keeps it.
OLDEST_NPM = 8
# No package gets to run a program of its own here.
_QUIET_AND_SAFE = ("--ignore-scripts", "--no-audit", "--no-fund")
# Without a network npm would try for minutes; what it has already it need not ask for.
_SOON_TIRED = ("--prefer-offline", "--fetch-retries=2", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=3000")
_STAMP = NODE_MODULES / ".fairmatch"


def begin(with_tools: bool) -> Callable[[], bool]:
    """Have the browser packages in node_modules, and with `with_tools` also the type checker and the bench's peer.

    Where the machine has an npm, that begins at once, beside other work. What comes back waits until it is done; it
    says whether something had to be done, and raises ChoreError.
    """
    made_from = stamps.digest(ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc")
    complete, plain = f"with tools {made_from}", made_from
    if stamps.current(_STAMP, complete) or (not with_tools and stamps.current(_STAMP, plain)):
        return lambda: False
    npm = _machines_npm()
    beside = ThreadPoolExecutor(1).submit(_install, npm, with_tools) if npm else None

    def finish() -> bool:
        with step("Browser packages"):
            if beside:
                beside.result()
            else:
                _install(_pythons_npm(), with_tools)
        stamps.put(_STAMP, complete if with_tools else plain)
        return True

    return finish


def _install(npm: Path, with_tools: bool) -> None:
    omit = [] if with_tools else ["--omit=dev"]
    run_logged("npm", [npm, "ci", *_QUIET_AND_SAFE, *_SOON_TIRED, *omit])


def _machines_npm() -> Path | None:
    found = shutil.which("npm")
    return Path(found) if found and _major(found) >= OLDEST_NPM else None


def _pythons_npm() -> Path:
    """The one from the Python package of Node.js, in the virtual environment."""
    python_packages.ensure("npm")
    return VENV_BIN / "npm"


def _major(npm: str) -> int:
    """The first number of npm's version; 0 when it does not even start (an npm whose node is gone)."""
    try:
        printed = subprocess.run([npm, "--version"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return 0
    version = re.match(r"\d+", printed.stdout)
    return int(version[0]) if version and not printed.returncode else 0
