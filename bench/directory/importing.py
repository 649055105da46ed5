"""The importing process: has `fairmatch import`'s own parts bring a made-up file into one database, and prints figures.

python -m bench.directory.importing DATA DATABASE_URL ROWS BYTES_OF_A_ROW

The first time the file goes into an empty directory; the second time each row has another pitch. An empty
DATABASE_URL is SQLite's file. `python -m bench.directory.importing FILE` only reads a file, as the process beside the
server does.
"""

from __future__ import annotations

import asyncio
import csv
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.places import ROOT

SOURCE = "bench"
HEADER = ("ID", "Company", "Website", "Founded", "Industry", "Technology", "City", "Country", "Pitch", "Description")
Figures = dict[str, float]


async def imported(data: Path, url: str, rows: int, row_bytes: int) -> dict[str, Figures]:
    """Import the file, then its update; the figures of both, and the greatest memory of this process."""
    from directory.imports.terminal import Terminal
    from server.app import create_kernel
    from server.kernel.settings import Settings

    kernel = create_kernel(Settings(_env_file=None, data=data, database_url=url))  # type: ignore[call-arg]
    terminal = Terminal(kernel.database, data, say=_nothing, bar=_nothing)
    found: dict[str, Figures] = {}
    try:
        for case in ("import", "update"):
            file = data / f"{case}.csv"
            write(file, rows, row_bytes, again=case == "update")
            with _timed(rows) as found[case]:
                done = await _brought(terminal, file)
            if done < rows * 0.98:  # names of a made-up region meet now and then
                raise SystemExit(f"{case}: {done:,} of {rows:,} rows were taken")
    finally:
        await kernel.database.close()
    found["importing process"] = {"importer_peak_mib": _peak_mib()}
    found["reading process"] = {"importer_peak_mib": _peak_of_reading(data / "import.csv")}
    return found


def write(file: Path, rows: int, row_bytes: int, *, again: bool = False) -> None:
    """A file of the made-up region; descriptions fill a row up to about so many bytes."""
    from bench.directory.data import organisations
    from directory.organisations.vocabulary import TAGS

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


async def _brought(terminal: object, file: Path) -> int:
    from directory.imports.terminal import Asked, Terminal

    assert isinstance(terminal, Terminal)
    run = await terminal.bring(Asked(file, kind="organisations", source=SOURCE))
    return run.made + run.changed


@contextmanager
def _timed(rows: int) -> Iterator[Figures]:
    """Fills in rows per second, and per second of processor time of both processes."""
    figures: Figures = {}
    wall, cpu = time.monotonic(), _cpu_seconds()
    yield figures
    figures["import_rows_per_second"] = rows / (time.monotonic() - wall)
    figures["import_rows_per_cpu_second"] = rows / (_cpu_seconds() - cpu)


def _cpu_seconds() -> float:
    """Of this process and its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _peak_mib() -> float:
    """The most memory that this process ever had. `ru_maxrss` would begin with that of the process that started it."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _peak_of_reading(file: Path) -> float:
    command = [sys.executable, "-m", "bench.directory.importing", str(file)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    return float(done.stderr.strip().splitlines()[-1])


def _read(file: Path) -> None:
    """Read a file to its end, as the process beside the server does; its frames go to standard output."""
    from directory.imports import worker
    from directory.imports.mapping.aliases import ORGANISATIONS

    for look in worker.TASKS["look"](path=str(file), sheet="", kind=ORGANISATIONS):
        assert isinstance(look, dict)
        source, mapping = look["source"].stored(), look["mapping"].stored()
        for chunk in worker.TASKS["records"](path=str(file), source=source, mapping=mapping, skip=0):
            worker.send(chunk)
    print(_peak_mib(), file=sys.stderr)


def _nothing(_text: str) -> None:
    pass


if __name__ == "__main__":
    if len(sys.argv) == 2:
        _read(Path(sys.argv[1]))
    else:
        print(json.dumps(asyncio.run(imported(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))))
