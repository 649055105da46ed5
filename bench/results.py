"""What a benchmark hands out: rows of figures, and who was left out and why; as JSON and as a table."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

# What a metric's least and most over the rounds are called.
SPREAD = ("_min", "_max")


@dataclass(frozen=True)
class Row:
    """One figure: what was measured (case), on whom (system), and what came out."""

    case: str
    system: str
    metric: str
    value: float
    unit: str


@dataclass(frozen=True)
class LeftOut:
    """A system without figures, in one case or (case empty) in all."""

    system: str
    reason: str
    case: str = ""


@dataclass
class Result:
    """All that one run of a benchmark found out."""

    benchmark: str
    machine: dict[str, Any]
    command: str
    date: str  # ISO 8601, UTC
    rows: list[Row] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def as_json(self) -> str:
        """One JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)

    @property
    def cases(self) -> list[str]:
        """The cases, in the order in which they were measured."""
        return unique(row.case for row in self.rows)

    def value(self, case: str, system: str, metric: str) -> float | None:
        """One figure; None when it was not measured."""
        same = (row.value for row in self.rows if (row.case, row.system, row.metric) == (case, system, metric))
        return next(same, None)


def read(path: Path) -> Result:
    """A result from its JSON file. Raises ValueError when the file is something else."""
    try:
        data = json.loads(path.read_text())
        rows = [Row(**row) for row in data.pop("rows")]
        left_out = [LeftOut(**entry) for entry in data.pop("left_out", [])]
        return Result(**data, rows=rows, left_out=left_out)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} holds no result of a benchmark: {error}") from error


def unique(names: Iterable[str]) -> list[str]:
    """The names without repetition, in the order in which they first come."""
    return list(dict.fromkeys(names))


def matrix(result: Result, case: str) -> tuple[list[str], list[list[str]]]:
    """One case as a table: a column for each metric, its spread in brackets, and a line for each system."""
    rows = [row for row in result.rows if row.case == case]
    units = {row.metric: row.unit for row in rows if not row.metric.endswith(SPREAD)}
    head = ["system", *(_title(metric, unit) for metric, unit in units.items())]
    lines = [
        [system, *(_cell(result, case, system, metric) for metric in units)]
        for system in unique(row.system for row in rows)
    ]
    return head, lines


def _cell(result: Result, case: str, system: str, metric: str) -> str:
    least, most = (result.value(case, system, metric + end) for end in SPREAD)
    middle = shown(result.value(case, system, metric))
    return middle if least is None else f"{middle} ({shown(least)} to {shown(most)})"


def _title(metric: str, unit: str) -> str:
    """The unit is said where the name does not say it already."""
    return metric if unit in ("", "1", *metric.split("_")) or unit.lower() in metric else f"{metric} [{unit}]"


def shown(value: float | None) -> str:
    """A figure with as many digits as it deserves: about four, and thousands apart."""
    if value is None:
        return "-"
    if abs(value) >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"


def as_table(result: Result) -> str:
    """The result for people: one aligned table for each case, and who was left out."""
    parts = [f"{result.benchmark} on {describe(result.machine)}"]
    for case in result.cases:
        head, lines = matrix(result, case)
        parts.append(f"{case}\n{_aligned([head, *lines])}")
    parts += [left_out_line(entry) for entry in result.left_out]
    return "\n\n".join(parts)


def left_out_line(entry: LeftOut) -> str:
    """Who was left out, where, and why, in one sentence."""
    where = f" in “{entry.case}”" if entry.case else ""
    return f"left out{where}: {entry.system} ({entry.reason})"


def describe(machine: dict[str, Any]) -> str:
    """The machine in one line."""
    return "{cpu}, {cores} cores, {kernel}, Python {python}".format(**machine)


def _aligned(lines: list[list[str]]) -> str:
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    cells = [
        [line[0].ljust(widths[0]), *(text.rjust(w) for text, w in zip(line[1:], widths[1:], strict=True))]
        for line in lines
    ]
    return "\n".join("  ".join(line) for line in cells)
