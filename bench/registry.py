"""The benchmarks by name."""

from __future__ import annotations

from collections.abc import Callable

from bench import fanout, timetable
from bench.options import Options
from bench.results import Result

BENCHMARKS: dict[str, Callable[[Options], Result]] = {fanout.NAME: fanout.run, timetable.NAME: timetable.run}
