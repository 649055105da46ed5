"""All systems, case by case, in several rounds; the systems take turns so that a busy moment hits all."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from bench.figures import spread
from bench.machine import machine
from bench.media import NAME, chat, joining
from bench.media.alone import SYSTEMS, has_network, measure
from bench.media.cases import CASES, Case, scaled
from bench.media.load import Figures
from bench.options import Options, UsageError
from bench.processes import ServerError
from bench.results import LeftOut, Result, Row

UNITS = {
    "packets_per_cpu_second": "1/s",
    "core_share": "%",
    "arrived": "%",
    "join_p95_ms": "ms",
}
PEER = "janus"


def run(options: Options) -> Result:
    """Measure what is asked for. Raises UsageError."""
    cases = [scaled(case, options.seconds, options.members) for case in _chosen_cases(options.only)]
    are_ours_asked = not options.systems or "fairmatch" in options.systems
    names = _chosen_systems(options.systems)
    result = Result(NAME, machine(), options.command, datetime.now(UTC).isoformat(timespec="seconds"))
    reasons = {name: reason for name in names if (reason := _missing(name))}
    result.left_out = [LeftOut(name, reason) for name, reason in reasons.items()]
    present = [name for name in names if name not in reasons]
    for case in cases:
        able = [name for name in present if case.nodes == 1 or name != PEER]
        found, failed = _rounds(case, able, options.rounds)
        result.rows += _rows(case, found)
        result.left_out += [LeftOut(name, reason, case.name) for name, reason in failed.items()]
    if are_ours_asked and options.only in ("", chat.NAME):
        _add_chat(result, cases, options)
    if are_ours_asked and options.only in ("", joining.NAME):
        _add_joins(result, options)
    return result


def _add_joins(result: Result, options: Options) -> None:
    """How long people wait in a browser: nothing that others are compared with."""
    try:
        if reason := joining.missing():
            raise ServerError(reason)
        rounds = [joining.measure(options.members or joining.JOINS).figures for _ in range(options.rounds)]
    except ServerError as error:
        result.left_out.append(LeftOut("fairmatch", str(error), joining.NAME))
        return
    for metric in rounds[0]:
        over = spread([each[metric] for each in rounds])
        result.rows.append(Row(joining.NAME, "fairmatch", metric, over.median, "ms"))


def _add_chat(result: Result, cases: Sequence[Case], options: Options) -> None:
    """Chat beside each load, and beside a node that has too much to do: nothing that others are compared with."""
    loads = [*(case for case in cases if case.nodes == 1), scaled(chat.FLOOD, None, options.members)]
    people = options.members or chat.PEOPLE
    try:
        found = chat.measure(loads, options.rounds, options.seconds or chat.SECONDS, people)
    except ServerError as error:
        result.left_out.append(LeftOut("fairmatch", str(error), chat.NAME))
        return
    for load in loads:
        here = [each for each in found if each.load == load.name]
        metrics = [
            ("chat_p99_ms", "ms", [each.p99_ms for each in here]),
            ("chat_p99_alone_ms", "ms", [each.alone_p99_ms for each in here]),
            ("chat_times_alone", "", [each.times_alone for each in here]),
        ]
        if load.name == chat.NAME:
            metrics.append(("core_share", "%", [each.node_core_share for each in here]))
        result.rows += [Row(load.name, "fairmatch", name, spread(each).median, unit) for name, unit, each in metrics]


def _missing(name: str) -> str:
    if reason := SYSTEMS[name]().missing():
        return reason
    if name == PEER and not has_network():
        return "it takes no loopback addresses, and no network namespace can be made here"
    return ""


def _chosen_cases(only: str) -> list[Case]:
    chosen = [case for case in CASES if only in ("", case.name)]
    further = (chat.NAME, joining.NAME)
    if not chosen and only not in further:
        names = [*(case.name for case in CASES), *further]
        raise UsageError(f"no case {only}; there are: {', '.join(names)}")
    return chosen


def _chosen_systems(names: Sequence[str]) -> list[str]:
    unknown = [name for name in names if name not in SYSTEMS]
    if unknown:
        raise UsageError(f"no system {', '.join(unknown)}; there are: {', '.join(SYSTEMS)}")
    return list(names) or list(SYSTEMS)


def _rounds(case: Case, names: Sequence[str], count: int) -> tuple[dict[str, list[Figures]], dict[str, str]]:
    """The figures of each system, round by round; one that fails is left out from then on, with its reason."""
    found: dict[str, list[Figures]] = {name: [] for name in names}
    failed: dict[str, str] = {}
    for number in range(count):
        turn = number % max(1, len(names))
        for name in [*names[turn:], *names[:turn]]:
            if name in failed:
                continue
            print(f"{case.name}, round {number + 1}: {name}", file=sys.stderr, flush=True)
            try:
                found[name].append(measure(name, case))
            except ServerError as error:
                failed[name] = str(error)
    return {name: figures for name, figures in found.items() if name not in failed}, failed


def _rows(case: Case, found: dict[str, list[Figures]]) -> list[Row]:
    rows: list[Row] = []
    for name, figures in found.items():
        for metric, unit in UNITS.items():
            values = [value for each in figures if (value := getattr(each, metric)) is not None]
            if not values:
                continue
            over = spread(values)
            rows.append(Row(case.name, name, metric, over.median, unit))
            if metric == "packets_per_cpu_second" and len(values) > 1:
                rows.append(Row(case.name, name, f"{metric}_min", over.least, unit))
                rows.append(Row(case.name, name, f"{metric}_max", over.most, unit))
    return rows + _share(case, rows)


def _share(case: Case, rows: Sequence[Row]) -> list[Row]:
    """How many times the peer's figure ours is."""
    figures = {row.system: row.value for row in rows if row.metric == "packets_per_cpu_second"}
    if PEER not in figures or "fairmatch" not in figures:
        return []
    return [Row(case.name, "fairmatch", "times_janus", figures["fairmatch"] / max(figures[PEER], 1.0), "")]
