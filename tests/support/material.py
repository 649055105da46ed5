"""Real data that some tests are about. It is no part of the project, and lies beside it where a machine has it."""

import os
from pathlib import Path

import pytest

from bin.places import ROOT

FOLDER = Path(os.environ.get("FAIRMATCH_TEST_DATA", ROOT.parent / "shared" / "data"))
_WHY = "real data that is no part of the project: set FAIRMATCH_TEST_DATA to its folder"
STARTUPS = FOLDER / "startups.csv"

needs_startups = pytest.mark.skipif(not STARTUPS.exists(), reason=f"no startups.csv here, {_WHY}")


def instance(name: str) -> Path:
    """A published instance of a timetable; skips the test where it is not there."""
    path = FOLDER / "timetable" / f"{name}.dzn"
    if not path.exists():
        pytest.skip(f"no {path.name} here, {_WHY}")
    return path
