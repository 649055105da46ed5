"""The process in which a timetable is made: a job as JSON on standard input, progress as JSON lines on standard output.

    {"kind": "gaps", "dzn": "...", "fairness": 2, "seconds": 60, "workers": 2}
    {"kind": "plan", "problem": {...}, "start": {"meetings": [...]}, "seconds": 60, "gap": 0.001}
    {"kind": "agreed", "problem": {...}, "start": {"meetings": [...]}, "fairness": 2, "seconds": 60, "workers": 2}
    {"kind": "repair", "problem": {...}, "before": {"meetings": [...]}, "seconds": 10}

Each line is {"status", "objective", "bound", "seconds", ...}; every few seconds, when there is a better one, and in the
last line, which has "final": true, with the "assignment" (of a repair: with the "changes"). SIGTERM asks
for the best so far, at once; a job that cannot be read is answered with {"refused": "one sentence"}.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from matching.refusal import BadInputError

Line = dict[str, Any]

# A killed search loses this much at most of what it had found.
_SECONDS_BETWEEN_COPIES = 2.0


def main() -> int:
    """Do the job; 0 when there is an answer, 2 when the job makes no sense."""
    stop = _Stop()
    try:
        gc.disable()  # reading makes much and nothing in circles; looking through it again and again took a third
        job = json.load(sys.stdin)
        last: Line | None = None
        sparing = _Sparing()
        for line in lines(job, lambda: stop.wanted):
            last = line
            if stop.wanted:
                break
            if "changes" not in line:  # a repair has one line
                _say(sparing.of(line) | {"final": False})
        if last is not None:
            _say(last | {"final": True})
        return 0
    except BadInputError as refusal:
        _say({"refused": str(refusal), "final": True})
        return 2
    except BrokenPipeError:  # nobody listens any more
        return 1


class _Sparing:
    """Progress comes several times a second; the whole timetable with it only when it is better and some time has
    passed, so that whoever keeps it for a restart has it, and a pipe is not filled with copies."""

    def __init__(self) -> None:
        self.sent, self.objective = 0.0, None

    def of(self, line: Line) -> Line:
        """The line, with or without its assignment."""
        if line["objective"] != self.objective and line["seconds"] >= self.sent + _SECONDS_BETWEEN_COPIES:
            self.sent, self.objective = line["seconds"], line["objective"]
            return line
        return {name: value for name, value in line.items() if name != "assignment"}


class _Stop:
    """SIGTERM does not end the process but its search, so that the best so far is told."""

    def __init__(self) -> None:
        self.wanted = False
        signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, *_: object) -> None:
        self.wanted = True


def _say(line: Line) -> None:
    print(json.dumps(line, ensure_ascii=False, allow_nan=False), flush=True)


def lines(job: Mapping[str, Any], stopped: Callable[[], bool]) -> Iterator[Line]:
    """What a job's search says, as JSON values. Raises BadInputError."""
    if job.get("kind") == "repair":
        return _repair(job, stopped)
    searches = {"gaps": _gaps, "agreed": _agreed}
    return searches.get(str(job.get("kind")), _plan)(job)


def _repair(job: Mapping[str, Any], stopped: Callable[[], bool]) -> Iterator[Line]:
    from matching.plans.forms import read_problem, read_timetable
    from matching.plans.repair import repair
    from matching.plans.report import as_changes

    began = time.monotonic()  # a second of work: the collector stays off
    problem, before = read_problem(job["problem"]), read_timetable(job["before"])
    difference = repair(problem, before, enough=lambda: stopped() or time.monotonic() > began + job["seconds"])
    yield as_changes(problem, difference, time.monotonic() - began)


def _gaps(job: Mapping[str, Any]) -> Iterator[Line]:
    gc.enable()
    from matching.gaps.dzn import read_dzn
    from matching.gaps.portfolio import solve
    from matching.gaps.report import as_line

    instance = read_dzn(job["dzn"], job.get("fairness"))
    for standing in solve(instance, job["seconds"], job["workers"]):
        yield as_line(instance, standing)


def _agreed(job: Mapping[str, Any]) -> Iterator[Line]:
    gc.enable()
    from matching.gaps.agreed import agreed, as_line, begun
    from matching.gaps.portfolio import solve
    from matching.plans.forms import read_problem, read_timetable

    given = agreed(read_problem(job["problem"]), job.get("fairness"))
    start = begun(given, read_timetable(job["start"])) if job.get("start") else None
    for standing in solve(given.instance, job["seconds"], job["workers"], start):
        yield as_line(given, standing)


def _plan(job: Mapping[str, Any]) -> Iterator[Line]:
    from matching.plans.forms import read_problem, read_timetable
    from matching.plans.report import as_line
    from matching.plans.search import Limits, solve

    problem = read_problem(job["problem"])
    gc.enable()
    start = read_timetable(job["start"]) if job.get("start") else None
    limits = Limits(job["seconds"], job.get("gap", Limits.gap), job.get("seed", Limits.seed))
    for progress in solve(problem, start, limits):
        yield as_line(problem, progress)


if __name__ == "__main__":
    sys.exit(main())
