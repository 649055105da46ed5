"""All cases: Fairmatch first, since its bound is what everybody is measured against, then the peer in the same time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from bench.figures import spread
from bench.machine import machine
from bench.options import Options, UsageError
from bench.results import LeftOut, Result, Row
from bench.timetable import cpsat, fairmatch
from bench.timetable.cases import FAIRS, REPAIR, REPAIRED, Fair, published, published_folder
from matching.plans.sample import sample

NAME = "timetable"
UNITS = {
    "share_of_bound": "1",
    "seconds": "s",
    "meetings": "meetings",
    "changes": "meetings",
    "breaks": "breaks",
    "bound": "breaks",
}
_SYSTEMS = (fairmatch.NAME, cpsat.NAME)

Figures = dict[str, float]


class _Run:
    """What was measured so far."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.systems = list(options.systems) or list(_SYSTEMS)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.result = Result(NAME, machine(), options.command, now)

    def add(self, case: str, system: str, measure: Callable[[], Figures], rounds: int = 1) -> None:
        """Some rounds of one case on one system; what goes wrong is a reason to leave it out."""
        if system not in self.systems:
            return
        print(f"{case}: {system}", file=sys.stderr, flush=True)
        try:
            figures = [measure() for _ in range(rounds)]
        except (cpsat.NothingFoundError, fairmatch.WrongAnswerError) as reason:
            self.result.left_out.append(LeftOut(system, str(reason), case))
            return
        for metric in figures[0]:
            self._row(case, system, metric, [figure[metric] for figure in figures])

    def _row(self, case: str, system: str, metric: str, values: list[float]) -> None:
        found = spread(values)
        ends = {f"{metric}_min": found.least, f"{metric}_max": found.most} if len(values) > 1 else {}
        named = {metric: found.median} | (ends if metric == "seconds" else {})
        self.result.rows += [Row(case, system, name, value, UNITS[metric]) for name, value in named.items()]


def run(options: Options) -> Result:
    """Measure what is asked for. Raises UsageError."""
    agreed = published()
    names = [fair.name for fair in FAIRS] + [REPAIR] + [instance.name for instance in agreed]
    if options.only not in ("", *names):
        raise UsageError(f"no case {options.only}; there are: {', '.join(names)}")
    if unknown := [name for name in options.systems if name not in _SYSTEMS]:
        raise UsageError(f"no system {', '.join(unknown)}; there are: {', '.join(_SYSTEMS)}")
    this = _Run(options)
    for fair in FAIRS:
        if options.only in ("", fair.name) or (fair is REPAIRED and options.only == REPAIR):
            _fair(this, fair)
    for instance in agreed:
        if options.only in ("", instance.name):
            this.add(instance.name, fairmatch.NAME, partial(fairmatch.pack, instance), options.rounds)
            this.add(instance.name, cpsat.NAME, partial(cpsat.pack, instance))
    if not agreed and not options.only:
        reason = f"the published instances are not in {published_folder().name}/ beside the work tree"
        this.result.left_out.append(LeftOut(fairmatch.NAME, reason, "published instances"))
    return this.result


def _fair(this: _Run, fair: Fair) -> None:
    problem = sample(fair.people, fair.days, fair.slots_per_day, fair.meetings)
    _, timetable, bound = fairmatch.plan(fair, problem)  # not counted: it warms up, and gives all others the bound
    if this.options.only != REPAIR:
        this.add(fair.name, fairmatch.NAME, lambda: fairmatch.plan(fair, problem)[0], this.options.rounds)
        this.add(fair.name, cpsat.NAME, lambda: cpsat.plan(fair, problem, bound))
    if fair is REPAIRED and this.options.only in ("", REPAIR):
        this.add(REPAIR, fairmatch.NAME, lambda: fairmatch.repairs(problem, timetable, bound))
        this.result.left_out.append(LeftOut(cpsat.NAME, "it has no repair: it would begin anew", REPAIR))
