"""What is measured: fairs of three sizes, a cancellation, and the published fairs whose meetings are all agreed."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

from bench.places import ROOT


@dataclass(frozen=True)
class Fair:
    """A made-up fair (matching/plans/sample.py), and how many seconds its timetable may take."""

    name: str
    people: int
    days: int
    slots_per_day: int
    meetings: int
    seconds: float


FAIRS = (
    Fair("500x20", 500, 1, 20, 3_000, 5.0),
    Fair("2500x100", 2_500, 5, 20, 15_000, 60.0),
    Fair("5000x20", 5_000, 1, 20, 30_000, 30.0),
)
# A cancellation at the largest partnering event.
REPAIR = "repair"
REPAIRED = FAIRS[1]


@dataclass(frozen=True)
class Published:
    """A published instance with its fairness d, and the proved optimum (UNSAT: that there is none)."""

    name: str
    path: Path
    fairness: int
    optimum: str


# What the published solver was given, less than the paper's two hours: our own bar.
PUBLISHED_SECONDS = 60.0


def published_folder() -> Path:
    """Where the instances lie: beside the work tree, or where BENCH_DATA says."""
    return Path(os.environ.get("BENCH_DATA", ROOT.parent / "shared" / "data")) / "timetable"


def published() -> list[Published]:
    """The instances that are there, each with the fairness of the paper's first table."""
    folder = published_folder()
    table = folder / "known.csv"
    if not table.exists():
        return []
    rows = csv.DictReader(table.read_text().splitlines())
    found = [
        Published(
            row["instance"], folder / f"{row['instance']}.dzn", int(row["fairness_d"]), row["optimal_total_breaks"]
        )
        for row in rows
    ]
    return [instance for instance in found if instance.fairness == 2 and instance.path.exists()]
