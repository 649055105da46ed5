"""All systems, case by case, in several rounds; the systems take turns so that a busy moment hits all."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from bench.client import LoadError, clients
from bench.fanout.cases import CASES, Case, scaled
from bench.fanout.fairmatch import Fairmatch
from bench.fanout.measure import UNITS, Figures, measure
from bench.fanout.systems import PEERS, PROTOTYPES, System
from bench.figures import spread
from bench.machine import machine
from bench.options import Options, UsageError
from bench.processes import ServerError
from bench.results import LeftOut, Result, Row

NAME = "fanout"
# Metrics whose spread over the rounds is told too.
SPREAD = ("deliveries_per_cpu_second", "p50_ms", "p99_ms")
LIMIT = "c-epoll"
OWN: tuple[System, ...] = (Fairmatch(),)

Rounds = dict[tuple[str, str], list[Figures]]  # by case and system


def run(options: Options) -> Result:
    """Measure what is asked for. Raises UsageError."""
    cases = [scaled(case, seconds=options.seconds, members=options.members) for case in _chosen_cases(options.only)]
    systems = _chosen_systems(options.systems)
    result = Result(
        NAME,
        machine() | {"load_client": next(iter(clients()))},
        options.command,
        datetime.now(UTC).isoformat(timespec="seconds"),
    )
    reasons = {system.name: reason for system in systems if (reason := system.missing())}
    result.left_out = [LeftOut(name, reason) for name, reason in reasons.items()]
    present = [system for system in systems if system.name not in reasons]
    for case in cases:
        rounds, failed = _all_rounds(case, present, options.rounds)
        result.rows += rows(case.name, rounds)
        result.left_out += failed
    return result


def _chosen_cases(only: str) -> list[Case]:
    chosen = [case for case in CASES if only in ("", case.name)]
    if not chosen:
        raise UsageError(f"no case {only}; there are: {', '.join(case.name for case in CASES)}")
    return chosen


def _chosen_systems(names: Sequence[str]) -> list[System]:
    known: dict[str, System] = {system.name: system for system in (*OWN, *PEERS, *PROTOTYPES)}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(f"no system {', '.join(unknown)}; there are: {', '.join(known)}")
    return [known[name] for name in names] or [*OWN, *PEERS]


def _all_rounds(case: Case, systems: Sequence[System], count: int) -> tuple[dict[str, list[Figures]], list[LeftOut]]:
    """The figures of each system, round by round; one that fails is left out from then on, with its reason."""
    found: dict[str, list[Figures]] = {system.name: [] for system in systems}
    failed: dict[str, str] = {}
    for number in range(1 if case.idle else count):
        turn = number % max(1, len(systems))  # each round begins with another one
        for system in [*systems[turn:], *systems[:turn]]:
            if system.name not in failed:
                failed |= _one_round(case, system, number, found[system.name])
    complete = {name: figures for name, figures in found.items() if name not in failed}
    return complete, [LeftOut(name, reason, case.name) for name, reason in failed.items()]


def _one_round(case: Case, system: System, number: int, found: list[Figures]) -> dict[str, str]:
    print(f"{case.name}, round {number + 1}: {system.name}", file=sys.stderr, flush=True)
    try:
        found.append(measure(system, case))
    except (LoadError, ServerError, OSError) as error:
        return {system.name: str(error)}
    return {}


def rows(case: str, rounds: dict[str, list[Figures]]) -> list[Row]:
    """The median of each metric over the rounds, its spread where it matters, and the share of the machine's limit."""
    found: list[Row] = []
    for system, figures in rounds.items():
        for metric in figures[0]:
            values = spread([each[metric] for each in figures])
            found.append(Row(case, system, metric, values.median, UNITS[metric]))
            if metric in SPREAD and len(figures) > 1:
                found.append(Row(case, system, f"{metric}_min", values.least, UNITS[metric]))
                found.append(Row(case, system, f"{metric}_max", values.most, UNITS[metric]))
        found += _share(case, system, figures, rounds.get(LIMIT, []))
    return found


def _share(case: str, system: str, figures: list[Figures], limit: list[Figures]) -> list[Row]:
    """How near to the C server of the same round, in the median: less shaken by a busy machine than two medians."""
    metric = "deliveries_per_cpu_second"
    shares = [mine[metric] / best[metric] for mine, best in zip(figures, limit, strict=False) if metric in mine]
    return [Row(case, system, "share_of_c_epoll", spread(shares).median, "1")] if shares else []
