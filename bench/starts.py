"""`python -m bench starts`: how long `make run` and `make setup` take, the first and the second time."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.machine import machine
from bench.options import Options, UsageError
from bench.places import ROOT, VAR
from bench.processes import ServerError
from bench.results import Result, Row

NAME = "starts"
SYSTEM = "fairmatch"
RUN, SETUP = "make run", "make setup"
CASES = (RUN, SETUP)
# Longest start, and longest end.
PATIENCE_S, END_S = 120.0, 30.0
_LOOK_S = 0.02


def run(options: Options) -> Result:
    """Measure both, or the one that was asked for. Raises UsageError, and ServerError for a command that fails."""
    if options.only and options.only not in CASES:
        raise UsageError(f"there is no case {options.only}; there are {', '.join(CASES)}")
    result = Result(NAME, machine(), options.command, datetime.now(UTC).isoformat(timespec="seconds"))
    if options.only in ("", RUN):
        rounds = [_run() for _ in range(options.rounds)]
        first, second = (median(each) for each in zip(*rounds, strict=True))
        result.rows += [_row(RUN, "first_s", first), _row(RUN, "second_s", second)]
    if options.only in ("", SETUP):
        _setup()  # whatever is missing
        result.rows += [_row(SETUP, "second_s", median(_setup() for _ in range(options.rounds)))]
    return result


def _row(case: str, metric: str, seconds: float) -> Row:
    return Row(case, SYSTEM, metric, round(seconds, 2), "s")


def _run() -> tuple[float, float]:
    """Seconds from the command until the first page is there, with no data and with those of the time before."""
    VAR.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=VAR, prefix="starts-") as folder:
        return _started(Path(folder)), _started(Path(folder))


def _started(data: Path) -> float:
    port, began = _free_port(), time.monotonic()
    with _running(["make", "run", f"PORT={port}", f"DATA={data}"]) as process:
        while not _answers(port):
            if process.poll() is not None or time.monotonic() - began > PATIENCE_S:
                raise ServerError("make run did not come to serve a page")
            time.sleep(_LOOK_S)
        return time.monotonic() - began


def _setup() -> float:
    began = time.monotonic()
    if subprocess.run(SETUP.split(), cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode:
        raise ServerError("make setup failed")
    return time.monotonic() - began


@contextmanager
def _running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A group of processes of its own, which ends as by Ctrl+C."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, process_group=0)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(port: int) -> bool:
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        try:
            connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
            return connection.getresponse().status < 400
        finally:
            connection.close()
    return False


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
