"""Servers as processes: started on their core, looked at through /proc, ended by their id."""

from __future__ import annotations

import os
import re
import select
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.places import ROOT

# How long a server may take until it says its port, and until it has ended.
START_SECONDS = 120
STOP_SECONDS = 15


class ServerError(Exception):
    """A server did not do what it should; the text says what."""


def cores() -> tuple[int | None, int | None]:
    """The server's core and the client's; None and None on a machine with one core."""
    free = sorted(os.sched_getaffinity(0))
    return (free[0], free[1]) if len(free) > 1 else (None, None)


@contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Processes that are started meanwhile run on this core alone, with all their threads."""
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def server(
    command: Sequence[str | Path], *, log: Path, environment: Mapping[str, str] | None = None, talks: bool = True
) -> Iterator[subprocess.Popen[str]]:
    """A server process on the server's core, for as long as the block runs. What it complains goes to the log.

    One that `talks` prints its port on a pipe; else what it prints goes to the log, too.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as errors, pinned(cores()[0]):
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if talks else errors,
            stderr=errors,
            text=True,
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()


def printed_port(process: subprocess.Popen[str], log: Path) -> int:
    """The port that a peer prints as its first line. Raises ServerError."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], START_SECONDS)
    line = process.stdout.readline().strip() if ready else ""
    if not line.isdigit():
        raise ServerError(f"it did not start: {last_words(log)}")
    return int(line)


def last_words(log: Path) -> str:
    """The last line that a server complained."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else "it said nothing"


def family(pid: int) -> list[int]:
    """A process and all that stem from it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += family(int(child))
    return found


def cpu_seconds(pids: Sequence[int]) -> float:
    """User and kernel time of these processes so far, by the scheduler's own clock: `/proc/PID/stat` counts hundredths,
    and whom a tick finds running. Who wakes up after one and sleeps before the next is found too seldom."""
    return sum(time.clock_gettime(_clock_of(pid)) for pid in pids)


def _clock_of(pid: int) -> int:
    """What clock_getcpuclockid(3) gives: the process, and that it is all of its threads' time on a core."""
    return ~pid << 3 | 2


def memory_kib(pids: Sequence[int]) -> float:
    """Proportional set size: what these processes hold of the machine's memory, shared pages by share."""
    return sum(_pss(Path(f"/proc/{pid}/smaps_rollup").read_text()) for pid in pids)


def _pss(rollup: str) -> float:
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return float(found[1]) if found else 0.0


def wait_quiet(pids: Sequence[int], seconds: float = 10.0) -> None:
    """Return when these processes have nothing more to do (under 5 % of a core), or after so many seconds."""
    until = time.monotonic() + seconds
    before = cpu_seconds(pids)
    while time.monotonic() < until:
        time.sleep(0.5)
        now = cpu_seconds(pids)
        if now - before < 0.025:
            return
        before = now
