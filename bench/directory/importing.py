"""Imports as people type them: `fairmatch import FILE` into one database, its time, and the memory of its processes."""

from __future__ import annotations

import csv
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.directory.data import organisations
from bench.options import UsageError
from bench.places import ROOT
from directory.organisations.vocabulary import TAGS

HEADER = ("ID", "Company", "Website", "Founded", "Industry", "Technology", "City", "Country", "Pitch", "Description")
# Between two looks at the memory of the processes. The kernel keeps the most that each ever had, so what is missed is
# what the last moments before its end added.
LOOK_S = 0.05
# Names of a made-up region meet now and then, and are asked about instead of being taken.
TAKEN_LEAST = 0.98

_SAID = re.compile(r"rows: (\d+) made, (\d+) changed")


@dataclass
class Import:
    """What one command took. `peaks` is MiB by process: the command's own, then those that it started."""

    rows: int
    seconds: float = 0.0
    cpu_seconds: float = 0.0  # of all its processes
    peaks: dict[int, float] = field(default_factory=dict)

    @property
    def speed(self) -> dict[str, float]:
        """From the start of the command to its end."""
        return {
            "import_rows_per_second": self.rows / self.seconds,
            "import_rows_per_cpu_second": self.rows / self.cpu_seconds,
        }

    @property
    def memory(self) -> dict[str, float]:
        """One process reads at a time, beside the one that writes: the sum of their greatest memory is the bound."""
        writing, *reading = self.peaks.values()
        return {
            "importer_peak_mib": writing + max(reading),
            "writing_peak_mib": writing,
            "reading_peak_mib": max(reading),
        }


def imported(data: Path, url: str, file: Path, rows: int) -> Import:
    """Import a file of so many rows. An empty `url` is SQLite's file in the data folder. Raises UsageError."""
    command = [sys.executable, "-m", "server.cli", "import", str(file), "--source", "bench", "--data", str(data)]
    own = {name: value for name, value in os.environ.items() if not name.startswith("FAIRMATCH_")}
    found, cpu, begun = Import(rows), _cpu_seconds(), time.monotonic()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=own | ({"FAIRMATCH_DATABASE_URL": url} if url else {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        _look_on(process, found.peaks)
        found.seconds = time.monotonic() - begun
        said, complained = process.communicate()
    found.cpu_seconds = _cpu_seconds() - cpu
    counts = _SAID.search(said)
    taken = sum(map(int, counts.groups())) if counts else 0
    if taken < rows * TAKEN_LEAST:
        raise UsageError(f"{taken:,} of {rows:,} rows of {file.name} were taken: {complained.strip()[-200:]}")
    return found


def write(file: Path, rows: int, row_bytes: int, *, again: bool = False) -> None:
    """A file of the made-up region; descriptions fill a row up to about so many bytes. `again`: other pitches."""
    industries, technologies = ([term.en for term in TAGS[kind]] for kind in ("industry", "technology"))
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for made in organisations(rows):
            line = f"{made.line} Neu." if again else made.line
            text = (f"{made.text} " * (row_bytes // len(made.text.encode()) + 1))[: max(row_bytes, len(made.text))]
            place, country, _, _ = made.town
            words = industries[made.pick % len(industries)], technologies[made.pick // 7 % len(technologies)]
            site = f"https://firm-{made.number}.example"
            year = 1990 + made.pick % 35
            writer.writerow([made.number, made.name, site, year, *words, place, country, line, text])


def _look_on(process: subprocess.Popen[str], peaks: dict[int, float]) -> None:
    """Note the most memory of a process and of those that it starts, until it has ended."""
    while process.poll() is None:
        for one in (process.pid, *_children(process.pid)):
            peaks[one] = max(peaks.get(one, 0.0), _peak_mib(one))
        time.sleep(LOOK_S)


def _children(process: int) -> Sequence[int]:
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        return [int(one) for task in tasks for one in (task / "children").read_text("ascii").split()]
    except OSError:  # it has just ended
        return ()


def _peak_mib(process: int) -> float:
    """The most memory that a process ever had. `ru_maxrss` would begin with that of the process that started it."""
    try:
        kept = Path(f"/proc/{process}/status").read_text("utf-8").partition("VmHWM:")[2].split()
    except OSError:
        return 0.0
    return int(kept[0]) / 1024 if kept else 0.0


def _cpu_seconds() -> float:
    """Of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
