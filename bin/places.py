"""Where things lie in the work tree."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_BIN = VENV / "bin"
PYTHON = VENV_BIN / "python"
NODE_MODULES = ROOT / "node_modules"
REQUIREMENTS = ROOT / "requirements"
VAR = ROOT / "var"
SETUP_LOG = VAR / "setup.log"
UV_CACHE = VAR / "uv-cache"
TEST_RESULTS = VAR / "test-results"


def environment(**more: str) -> dict[str, str]:
    """The environment for a tool of this project: its own programs are found first, and start from compiled code."""
    path = os.pathsep.join([str(VENV_BIN), str(NODE_MODULES / ".bin"), os.environ.get("PATH", os.defpath)])
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "PATH": path, **more}
