"""One measurement: one case on one system."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from bench.client import Load, LoadError, Target, hold, run
from bench.fanout.cases import Case
from bench.fanout.systems import System
from bench.processes import cpu_seconds, memory_kib, wait_quiet

UNITS = {
    "deliveries_per_cpu_second": "1/s",
    "deliveries_per_second": "1/s",
    "p50_ms": "ms",
    "p90_ms": "ms",
    "p99_ms": "ms",
    "max_ms": "ms",
    "sent": "messages",
    "deliveries_per_read": "messages",
    "bytes_per_delivery": "B",
    "kib_per_connection": "KiB",
    "cpu_percent": "%",
    "connections_per_second": "1/s",
}
# Opened and closed before memory is measured: what a server loads once is not charged to the connections.
FIRST_CONNECTIONS = 50
# How long the held connections are watched for the server's use of CPU.
WATCH_SECONDS = 5.0

Figures = dict[str, float]


def measure(system: System, case: Case) -> Figures:
    """The figures of one round. Raises ServerError, LoadError."""
    with system.serve(case) as target:
        return _idle(case.load, target) if case.idle else measured(case.load, run(case.load, target))


def measured(load: Load, found: Mapping[str, Any]) -> Figures:
    """The figures of what a client has counted. Raises LoadError when the server did not do its work."""
    if found["doubled"]:
        raise LoadError(f"{found['doubled']} deliveries came twice")
    if found["incomplete"] and load.window:
        raise LoadError(f"{found['incomplete']} messages did not reach everybody")
    if not found["deliveries"] or not found["cpu_s"]:
        raise LoadError("nothing was delivered in the measured time")
    return {
        "deliveries_per_cpu_second": found["deliveries"] / found["cpu_s"],
        "deliveries_per_second": found["deliveries"] / found["window_s"],
        **{name: found[name] for name in ("p50_ms", "p90_ms", "p99_ms", "max_ms", "sent")},
        "deliveries_per_read": found["deliveries"] / found["reads"],
        "bytes_per_delivery": found["bytes"] / found["deliveries"],
        "cpu_percent": 100 * found["cpu_s"] / found["window_s"],
    }


def _idle(load: Load, target: Target) -> Figures:
    """Memory of the server's processes, before and with the connections; the kernel's own buffers are not in it."""
    with hold(replace(load, connections=min(FIRST_CONNECTIONS, load.connections)), target):
        pass
    wait_quiet(target.pids)
    before = memory_kib(target.pids)
    with hold(load, target) as opened:
        wait_quiet(target.pids)
        held = memory_kib(target.pids)
        with _watched(target) as used:
            time.sleep(min(WATCH_SECONDS, load.seconds))
    return {
        "kib_per_connection": (held - before) / load.connections,
        "cpu_percent": used[0],
        "connections_per_second": load.connections / opened["opening_s"],
    }


@contextmanager
def _watched(target: Target) -> Iterator[list[float]]:
    """The server's use of CPU while the block runs, in per cent of a core."""
    used: list[float] = []
    start, before = time.monotonic(), cpu_seconds(target.pids)
    yield used
    used.append(100 * (cpu_seconds(target.pids) - before) / (time.monotonic() - start))
