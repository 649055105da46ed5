"""The benchmarks by name."""

from __future__ import annotations

from collections.abc import Callable

from bench import directory, fanout, line, meetings, starts, storm, timetable
from bench.media import NAME as MEDIA
from bench.media import compare as media
from bench.options import Options
from bench.results import Result

BENCHMARKS: dict[str, Callable[[Options], Result]] = {
    fanout.NAME: fanout.run,
    directory.NAME: directory.run,
    line.NAME: line.run,
    MEDIA: media.run,
    meetings.NAME: meetings.run,
    starts.NAME: starts.run,
    storm.NAME: storm.run,
    timetable.NAME: timetable.run,
}
