"""What a start does not load: everything heavy waits until somebody uses it."""

import subprocess
import sys

from bin.places import ROOT
from tests.support.daemon import START_TIMEOUT_S

# Each of these alone takes a good part of the three seconds that a second start may take, or much memory.
HEAVY = {
    "aiortc",
    "alembic",
    "authlib",
    "av",
    "google",
    "ijson",
    "livekit",
    "lxml",
    "numpy",
    "openpyxl",
    "ortools",
    "pandas",
    "pysat",
    "pywebpush",
    "rapidfuzz",
    "segno",
}
_LOADED = "import server.cli_run, server.demo, server.process, server.app, sys; print(*sys.modules)"


def test_a_start_loads_nothing_heavy() -> None:
    printed = subprocess.run(
        [sys.executable, "-c", _LOADED], cwd=ROOT, capture_output=True, text=True, timeout=START_TIMEOUT_S, check=True
    ).stdout
    loaded = {name.partition(".")[0] for name in printed.split()}
    assert "starlette" in loaded
    assert not loaded & HEAVY
