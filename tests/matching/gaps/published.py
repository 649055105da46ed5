"""The published instances, where this machine has them: they are no part of the project."""

import csv
from pathlib import Path

from tests.support import material

FOLDER = material.FOLDER / "timetable"


def path(name: str) -> Path:
    """The file of an instance; skips the test where it is not there."""
    return material.instance(name)


def known() -> list[tuple[str, int, str]]:
    """Name, fairness and proved optimum (or UNSAT) of each instance that is there."""
    table = FOLDER / "known.csv"
    if not table.exists():
        return []
    rows = csv.DictReader(table.read_text().splitlines())
    found = [(row["instance"], int(row["fairness_d"]), row["optimal_total_breaks"]) for row in rows]
    return [entry for entry in found if (FOLDER / f"{entry[0]}.dzn").exists()]
