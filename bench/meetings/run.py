"""The two grounds, one after the other: SQLite in one process, PostgreSQL and Redis with two workers."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.ground import GROUNDS, cpu_of, ground, serving, settings_of
from bench.machine import machine
from bench.meetings.clients import THINK_S, Deeds, crowd_at_work
from bench.meetings.crowd import Audit, Crowd, audit, fill
from bench.options import Options, UsageError
from bench.places import VAR
from bench.results import Result, Row
from tests.support.server_process import ServerProcess

NAME = "meetings"
CLIENTS = 200
SECONDS = 60.0
CASES = GROUNDS
SYSTEM = "fairmatch"
# How a deed ends: done; not possible, with a page that says why; or not begun, since the server had no connection to
# the database free for five seconds ("503 Service Unavailable", to be tried again).
DONE, CONFLICT, UNAVAILABLE = "303", "409", "503"


@dataclass(frozen=True)
class Measured:
    """What one case came to."""

    deeds: Deeds
    audit: Audit
    cpu: float  # seconds of all workers
    seconds: float  # of the counted window
    clients: int

    @property
    def failures(self) -> dict[str, int]:
        """What ended neither done nor refused for a reason, by deed and status."""
        known = (DONE, CONFLICT, UNAVAILABLE)
        return {what: number for what, number in self.deeds.ended.items() if what.split()[1] not in known}

    def ended(self, status: str) -> int:
        """How many deeds of all kinds ended with this status."""
        return sum(number for what, number in self.deeds.ended.items() if what.endswith(f" {status}"))


def run(options: Options) -> Result:
    """Measure both, or the one that was asked for. Raises UsageError."""
    if options.only and options.only not in CASES:
        raise UsageError(f"there is no case {options.only}; there are {', '.join(CASES)}")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    result = Result(NAME, machine() | {"clients": CLIENTS, "think_s": THINK_S}, options.command, now)
    for case in CASES:
        if options.only in ("", case):
            measured = _measure(case, options.members or CLIENTS, options.seconds or SECONDS)
            result.rows += _rows(case, measured)
            if measured.failures:
                print(f"{case}: answers that nothing explains: {measured.failures}", file=sys.stderr)
    return result


def _measure(case: str, clients: int, seconds: float) -> Measured:
    with ground(case) as (settings, workers):
        crowd = asyncio.run(fill(settings_of(settings), clients))
        with serving(settings, workers, VAR / "bench-meetings") as servers:
            before = cpu_of(servers)
            deeds = asyncio.run(_work(servers, crowd, seconds))
            cpu = cpu_of(servers) - before
        found = asyncio.run(audit(settings_of(settings)))
    return Measured(deeds, found, cpu, seconds, clients)


async def _work(servers: list[ServerProcess], crowd: Crowd, seconds: float) -> Deeds:
    return await crowd_at_work([each.port for each in servers], crowd, seconds, seed=1)


def _rows(case: str, measured: Measured) -> list[Row]:
    deeds, found = measured.deeds, measured.audit
    figures: list[tuple[str, float, str]] = [
        ("double_bookings", found.double_bookings, "1"),
        ("half_done", found.half_done, "1"),
        ("p50_ms", _percentile(deeds.seconds, 0.50) * 1000, "ms"),
        ("p99_ms", _percentile(deeds.seconds, 0.99) * 1000, "ms"),
        ("offered_per_s", measured.clients / THINK_S, "1/s"),
        ("done_per_s", len(deeds.seconds) / measured.seconds, "1/s"),
        ("deeds", len(deeds.seconds), "1"),
        ("conflicts", measured.ended(CONFLICT), "1"),
        ("unavailable", measured.ended(UNAVAILABLE), "1"),
        ("failed", sum(measured.failures.values()), "1"),
        ("meetings", found.meetings, "1"),
        ("cpu_ms_per_deed", measured.cpu * 1000 / max(1, deeds.all), "ms"),
    ]
    return [Row(case, SYSTEM, metric, round(float(value), 2), unit) for metric, value, unit in figures]


def _percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
