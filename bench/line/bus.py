"""What it costs to tell another worker something over Redis: both ends' time per message, beside the client library."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.peers.bus_end import SYSTEMS
from bench.places import ROOT, VAR
from bench.processes import ServerError
from bench.results import Row, unique
from tests.support.guard import Guard
from tests.support.services import Redis

# How many messages are published within one turn of the loop.
CASES = {"bus": 1, "bus, sixteen at once": 16}
RATE, LONGEST_S = 2_000.0, 120.0


def measure(case: str, systems: Sequence[str], seconds: float) -> list[Row]:
    """All systems, one after the other, on the same Redis. Raises ServerError."""
    VAR.mkdir(parents=True, exist_ok=True)
    guard = Guard()
    try:
        with TemporaryDirectory(dir=VAR, prefix="bus-") as folder, Redis(Path(folder), guard) as redis:
            chosen = unique([name for name in SYSTEMS if not systems or name in systems])
            return [row for name in chosen for row in _rows(case, name, redis.url, round(RATE * seconds))]
    finally:
        guard.close()


def _rows(case: str, system: str, url: str, messages: int) -> list[Row]:
    told = ["--url", url, "--messages", str(messages), "--rate", str(RATE), "--together", str(CASES[case])]
    listening = _process(system, "listen", told)
    try:
        assert listening.stdout is not None
        if listening.stdout.readline().strip() != "ready":
            raise ServerError(f"{system} did not come to listen")
        publishing = _spent(_process(system, "publish", told))
        spent = {"publishing": publishing, "listening": _spent(listening)}
    finally:
        listening.kill()
        listening.communicate()
    figures = {"both_us": sum(spent.values())} | {f"{name}_us": each for name, each in spent.items()}
    return [Row(case, system, name, round(each / messages * 1e6, 2), "us") for name, each in figures.items()]


def _process(system: str, role: str, told: Sequence[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.peers.bus_end", "--system", system, "--role", role, *told]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _spent(process: subprocess.Popen[str]) -> float:
    try:
        printed, _ = process.communicate(timeout=LONGEST_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise ServerError("one end of the bus did not end") from None
    if process.returncode:
        raise ServerError("one end of the bus failed")
    answer: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return float(answer["cpu_s"])
