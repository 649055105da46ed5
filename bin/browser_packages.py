"""The packages that browsers get from this server, installed from the npm registry by the lock file's checksums."""

import re
import shutil
import subprocess
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


def ensure(with_tools: bool) -> bool:
    """Have the browser packages in node_modules, and with `with_tools` also the type checker and the bench's peer.

    True when something had to be done. Raises ChoreError.
    """
    made_from = stamps.digest(ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc")
    complete, plain = f"with tools {made_from}", made_from
    if stamps.current(_STAMP, complete) or (not with_tools and stamps.current(_STAMP, plain)):
        return False
    npm = _npm()
    with step("Browser packages"):
        omit = [] if with_tools else ["--omit=dev"]
        run_logged("npm", [npm, "ci", *_QUIET_AND_SAFE, *_SOON_TIRED, *omit])
    stamps.put(_STAMP, complete if with_tools else plain)
    return True


def _npm() -> Path:
    """The machine's npm, or the one from the Python package of Node.js, in the virtual environment."""
    found = shutil.which("npm")
    if found and _major(found) >= OLDEST_NPM:
        return Path(found)
    python_packages.ensure(("npm",))
    return VENV_BIN / "npm"


def _major(npm: str) -> int:
    """The first number of npm's version; 0 when it does not even start (an npm whose node is gone)."""
    try:
        printed = subprocess.run([npm, "--version"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return 0
    version = re.match(r"\d+", printed.stdout)
    return int(version[0]) if version and not printed.returncode else 0
