"""Every scene on every ground on which it means something."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import uvloop

from bench.ground import GROUNDS, ground, serving, settings_of
from bench.line import bus, scenes
from bench.line.scenes import MEMBERS, Figures, Scene
from bench.machine import machine
from bench.options import Options, UsageError
from bench.places import VAR
from bench.processes import ServerError
from bench.results import LeftOut, Result, Row
from bench.seed import fill, hellos
from server.kernel.clock import SystemClock

NAME = "line"
SECONDS = 20.0
SYSTEM = "fairmatch"

SCENES: dict[str, Callable[[Scene, float], Coroutine[Any, Any, Figures]]] = {
    "rooms": scenes.rooms,
    "stuck members": scenes.stuck,
    "lost doorbells": scenes.lost,
    "commits": scenes.commits,
}
# SQLite has one process: there is nobody else who has to hear of what it wrote.
ON_GROUNDS = {
    f"{where} {name}": (where, name)
    for where in GROUNDS
    for name in SCENES
    if (where, name) != ("sqlite", "lost doorbells")
}
CASES = (*ON_GROUNDS, *bus.CASES)


def run(options: Options) -> Result:
    """Measure all cases, or the one that was asked for. Raises UsageError."""
    if options.only and options.only not in CASES:
        raise UsageError(f"there is no case {options.only}; there are {', '.join(CASES)}")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    result = Result(NAME, machine(), options.command, now)
    for case in CASES:
        if options.only in ("", case):
            try:
                result.rows += _rows(case, options)
            except ServerError as error:
                result.left_out.append(LeftOut(SYSTEM, str(error), case))
    return result


def _rows(case: str, options: Options) -> list[Row]:
    seconds = options.seconds or SECONDS
    if case in bus.CASES:
        return bus.measure(case, options.systems, seconds)
    figures = _measure(*ON_GROUNDS[case], seconds)
    return [Row(case, SYSTEM, metric, round(value, 2), unit) for metric, value, unit in figures]


def _measure(where: str, name: str, seconds: float) -> Figures:
    with ground(where) as (settings, workers):
        known = settings_of(settings)
        place, everybody = asyncio.run(fill(known, MEMBERS))
        frames = [json.loads(line)["p"] for line in hellos(known, place, everybody, SystemClock().now())]
        # The log alone is measured beside no server: SQLite would refuse a second process.
        with serving(settings, 0 if name == "commits" else workers, VAR / "bench-line") as servers:
            return uvloop.run(SCENES[name](Scene(known, servers, place, everybody, frames), seconds))
