"""The directory benchmark: the same region on SQLite and on PostgreSQL, asked as its pages ask."""

from __future__ import annotations

import asyncio
import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.directory import peer, tables
from bench.directory.cases import CASES, TIMES, WARM
from bench.directory.data import FULL
from bench.directory.importing import imported, write
from bench.fanout.fairmatch import _environment, _wait_ready
from bench.figures import percentile
from bench.machine import machine
from bench.options import Options, UsageError
from bench.places import ROOT, VAR
from bench.processes import server
from bench.results import LeftOut, Result, Row
from server.kernel.clock import SystemClock
from server.kernel.db import Database
from server.kernel.events import Events
from server.kernel.migrate import upgrade
from server.kernel.settings import Settings
from tests.support.daemon import free_port
from tests.support.guard import Guard
from tests.support.services import PostgreSQL

NAME = "directory"
FAIRMATCH = "fairmatch"
GROUNDS = ("sqlite", "postgres")
# What is measured alone where `--only` says so behind the ground.
SEARCH, IMPORT = "search", "import"
# Lies beside data that were written to their end.
FILLED = "filled"
UNITS = {
    "search_p50_ms": "ms",
    "search_p95_ms": "ms",
    "suggest_p50_ms": "ms",
    "suggest_p95_ms": "ms",
    "page_p50_ms": "ms",
    "page_p95_ms": "ms",
    "found": "results",
    "rebuild_rows_per_second": "1/s",
    "documents": "documents",
    "disk_mib": "MiB",
    "peak_mib": "MiB",
    "import_rows_per_second": "1/s",
    "import_rows_per_cpu_second": "1/s",
    "importer_peak_mib": "MiB",
    "writing_peak_mib": "MiB",
    "reading_peak_mib": "MiB",
    "file_mib": "MiB",
}
# Rows of the file for speed, as many as there are organisations; and the file for memory: its rows are as long as a
# description may be, so that a gigabyte is imported within minutes. A tenth of it shows whether memory grows with it.
IMPORT_ROWS, ROW_BYTES = FULL[0], 350
LARGE_ROWS, LARGE_ROW_BYTES = 100_000, 9_900
LARGE = {"large file": 1.0, "tenth of the large file": 0.1}
MEASURING_SECONDS = 3600


def run(options: Options) -> Result:
    """Measure both grounds, or the one that `--only` names, or of that the searches or imports. Raises UsageError."""
    cases = {case: ground for ground in GROUNDS for case in (ground, f"{ground} {SEARCH}", f"{ground} {IMPORT}")}
    if options.only not in ("", *cases):
        raise UsageError(f"no case {options.only}; there are: {', '.join(cases)}")
    grounds = [cases[options.only]] if options.only else GROUNDS
    sizes = tuple(max(1, round(each * options.scale)) for each in FULL)
    result = Result(NAME, machine(), options.command, datetime.now(UTC).isoformat(timespec="seconds"))
    for ground in grounds:
        if options.only in ("", ground, f"{ground} {SEARCH}"):
            with _kept(ground, sizes[0]) if options.keep else _place(ground) as (folder, url):
                _measure(result, ground, folder, url, (sizes[0], sizes[1], sizes[2]))
        if options.only in ("", ground, f"{ground} {IMPORT}"):
            _import(result, ground, options.scale)
    return result


def _import(result: Result, ground: str, scale: float) -> None:
    """The speed of imports, and the memory for a large file, each beginning with an empty directory."""
    rows = max(10, round(IMPORT_ROWS * scale))
    _say(f"{ground}: import of {rows:,} rows")
    with _place(ground) as (folder, url):
        asyncio.run(_migrated(folder, url))
        for case in ("import", "update"):
            write(folder / f"{case}.csv", rows, ROW_BYTES, again=case == "update")
            _add(result, ground, FAIRMATCH, {case: imported(folder, url, folder / f"{case}.csv", rows).speed})
    for case, share in LARGE.items():
        rows = max(10, round(LARGE_ROWS * scale * share))
        with _place(ground) as (folder, url):
            asyncio.run(_migrated(folder, url))
            file = folder / "large.csv"
            write(file, rows, LARGE_ROW_BYTES)
            _say(f"{ground}: import of {file.stat().st_size / 2**20:,.0f} MiB")
            size = {"file_mib": file.stat().st_size / 2**20}
            _add(result, ground, FAIRMATCH, {case: imported(folder, url, file, rows).memory | size})


def _measure(result: Result, ground: str, folder: Path, url: str, sizes: tuple[int, int, int]) -> None:
    _say(f"{ground}: {sizes[0]:,} organisations, {sizes[1]:,} products, {sizes[2]:,} needs")
    asyncio.run(_migrated(folder, url))
    if not (folder / FILLED).exists():
        tables.fill(url, folder, sizes)
        (folder / FILLED).touch()
    _say(f"{ground}: index and searches")
    figures = _asked(folder, url, sum(sizes))
    if figures["index"]["documents"] != sum(sizes):
        raise UsageError(f"{figures['index']['documents']:,} of {sum(sizes):,} things are in the index")
    _add(result, ground, FAIRMATCH, figures)
    _say(f"{ground}: pages")
    _add(result, ground, FAIRMATCH, {"organisation page": _pages(folder, url, sizes[0])})
    if url:
        _say(f"{ground}: {peer.NAME}")
        _add(result, ground, peer.NAME, peer.measure(url))
        result.left_out += [
            LeftOut(peer.NAME, "it has no such thing of its own", f"{ground} {case}")
            for case in ("typing", "organisation page", "index")
        ]


def _add(result: Result, ground: str, system: str, figures: Mapping[str, Mapping[str, float]]) -> None:
    for case, found in figures.items():
        result.rows += [Row(f"{ground} {case}", system, name, value, UNITS[name]) for name, value in found.items()]


def _asked(folder: Path, url: str, documents: int) -> dict[str, Any]:
    return _process("bench.directory.measuring", folder, documents, TIMES, *([url] if url else []))


def _process(module: str, *arguments: object) -> dict[str, Any]:
    """The figures that a measuring process prints. Raises UsageError."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=MEASURING_SECONDS, check=False)
    if done.returncode:
        raise UsageError(f"{module} could not measure: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _pages(folder: Path, url: str, count: int) -> dict[str, float]:
    """Public pages of organisations, over one connection to the server as an operator starts it."""
    port, log = free_port(), VAR / "directory.log"
    environment = _environment(folder, port) | ({"FAIRMATCH_DATABASE_URL": url} if url else {})
    took = []
    with server(
        (sys.executable, "-m", "server.cli", "serve"), log=log, environment=environment, talks=False
    ) as process:
        _wait_ready(process, port, log)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for number, path in enumerate(tables.some_organisations(WARM + TIMES, count)):
            begun = time.perf_counter()
            connection.request("GET", path, headers={"accept": "text/html"})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200 or b"</html>" not in body:
                raise UsageError(f"{path} was answered with {answer.status}")
            if number >= WARM:
                took.append((time.perf_counter() - begun) * 1000)
        connection.close()
    took.sort()
    return {"page_p50_ms": percentile(took, 0.5), "page_p95_ms": percentile(took, 0.95)}


@contextmanager
def _place(ground: str) -> Iterator[tuple[Path, str]]:
    """A data folder on the disk of the checkout, and a PostgreSQL of its own."""
    VAR.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=VAR, prefix="directory-") as name, _running(ground, Path(name)) as place:
        yield place


@contextmanager
def _kept(ground: str, count: int) -> Iterator[tuple[Path, str]]:
    """The same, as the last measurement with so many organisations has left it."""
    folder = VAR / "kept" / f"{ground}-{count}"
    folder.mkdir(parents=True, exist_ok=True)
    with _running(ground, folder) as place:
        yield place


@contextmanager
def _running(ground: str, folder: Path) -> Iterator[tuple[Path, str]]:
    if ground == "sqlite":
        yield folder, ""
        return
    folder.chmod(0o755)
    (folder / "postgresql").mkdir(exist_ok=True)
    guard = Guard()
    try:
        with PostgreSQL(folder / "postgresql", guard) as postgresql:
            yield folder, postgresql.url
    finally:
        guard.close()


async def _migrated(folder: Path, url: str) -> None:
    settings = Settings(_env_file=None, data=folder, database_url=url)  # type: ignore[call-arg]
    database = Database(settings, SystemClock(), Events())
    await upgrade(database)
    await database.close()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


CASE_SAYS = {case.name: case.says for case in CASES}
