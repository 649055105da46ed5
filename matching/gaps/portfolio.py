"""Several strategies side by side, each in a process of its own: the first proof ends them all.

The solvers run in C for minutes without looking up, so they are stopped from outside. Nothing is left behind: each
child is killed in `finally`, and by its own alarm clock should its parent have died without a word.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from matching.gaps.instance import Instance
from matching.gaps.patterns import IMPOSSIBLE, least_breaks
from matching.gaps.rules import Slots, breaks
from matching.gaps.search import STRATEGIES, Finding

# How often those who follow hear that nothing is new, in seconds; also how long a stop may take.
_EVERY = 0.5
# A child outlives its time by this much at most, in seconds.
_GRACE = 5.0


@dataclass(frozen=True)
class Standing:
    """Where a search stands: the breaks of the best timetable (None: none yet), and the fewest that are possible."""

    breaks: int | None
    bound: int
    timetable: Sequence[int] | None
    seconds: float
    infeasible: bool = False

    @property
    def proved(self) -> bool:
        """Whether nothing is left to find out."""
        return self.infeasible or self.breaks == self.bound


def solve(instance: Instance, seconds: float, workers: int, start: Slots | None = None) -> Iterator[Standing]:
    """Say at each news, and every half second, where the search stands; the last one is the result. Whoever stops
    asking stops the search. It ends with the proof, or after so many seconds, with `workers` processes at a time, and
    with nothing worse than `start`, a valid timetable of a search that was cut off."""
    began = time.monotonic()
    least = least_breaks(instance)
    if max(least, default=0) >= IMPOSSIBLE:
        yield Standing(None, 0, None, time.monotonic() - began, infeasible=True)
        return
    standing = Standing(None, sum(least), None, time.monotonic() - began)
    if start is not None:
        standing = _with(standing, Finding(sum(breaks(instance, start)), start))
    yield standing
    team = _Team(instance, seconds, workers)
    try:
        while not standing.proved and team and standing.seconds < seconds:
            for finding in team.news(min(_EVERY, max(0.0, seconds - standing.seconds))):
                standing = _with(standing, finding)
            standing = replace(standing, seconds=time.monotonic() - began)
            yield standing
    finally:
        team.end()
    if not standing.proved and standing.seconds < seconds:
        raise ChildProcessError("The solvers ended without a proof; the machine may be out of memory.")


def _with(standing: Standing, finding: Finding) -> Standing:
    breaks, bound, timetable = standing.breaks, standing.bound, standing.timetable
    if finding.timetable is not None and finding.breaks is not None:
        if breaks is None or finding.breaks < breaks:
            breaks, timetable = finding.breaks, finding.timetable
    elif finding.breaks is not None:
        bound = max(bound, finding.breaks)
    infeasible = finding.breaks is None
    return replace(standing, breaks=breaks, bound=bound, timetable=timetable, infeasible=infeasible)


class _Team:
    """The processes, and the pipes on which they tell what they find."""

    def __init__(self, instance: Instance, seconds: float, workers: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipes: list[Connection] = []
        self.children: list[BaseProcess] = []
        for number in range(max(1, min(workers, len(STRATEGIES)))):
            mine, theirs = context.Pipe(duplex=False)
            child = context.Process(target=_work, args=(number, instance, theirs, seconds + _GRACE), daemon=True)
            child.start()
            theirs.close()
            self.pipes.append(mine)
            self.children.append(child)

    def __bool__(self) -> bool:
        return bool(self.pipes)

    def news(self, seconds: float) -> list[Finding]:
        """What came in; waits for so long at most."""
        found: list[Finding] = []
        for pipe in wait(self.pipes, seconds):
            assert isinstance(pipe, Connection)
            try:
                found.append(pipe.recv())
            except EOFError:
                self.pipes.remove(pipe)
        return found

    def end(self) -> None:
        """Kill whoever still works."""
        for child in self.children:
            child.kill()
        for child in self.children:
            child.join()
        for pipe in self.pipes:
            pipe.close()


def _work(number: int, instance: Instance, pipe: Connection, seconds: float) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # which ends the process, also in the middle of a solver
    signal.setitimer(signal.ITIMER_REAL, seconds)
    for finding in STRATEGIES[number](instance):
        pipe.send(finding)
    pipe.close()
