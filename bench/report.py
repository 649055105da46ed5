"""docs/performance.md, made from the JSON files of benchmarks: figures as they came out, and how they were measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bench import charts, method
from bench.places import ROOT
from bench.results import LeftOut, Result, describe, matrix, read

TARGET = ROOT / "docs" / "performance.md"
INTRODUCTION = """\
# Performance

Every figure on this page was measured by `python -m bench NAME --json` and came out as it stands here; the page is made
from those files by `python -m bench report FILES...`. Each benchmark runs Fairmatch and its peers in turn, on the same
machine, in the same call, with the same load. A peer that was not there is named with the reason, never guessed.
A figure is the median of several rounds; where the rounds' least and most are given, a difference between two systems
that is smaller than that spread says nothing.
"""


def write(files: Sequence[Path], target: Path = TARGET) -> Path:
    """Write the page and its charts beside it. Raises ValueError for a file that holds no result."""
    results = [read(path) for path in files]
    target.parent.mkdir(parents=True, exist_ok=True)
    parts = [INTRODUCTION]
    for benchmark in dict.fromkeys(result.benchmark for result in results):
        parts.append(_section([result for result in results if result.benchmark == benchmark], target.parent))
    target.write_text("\n".join(parts).rstrip() + "\n")
    return target


def _section(results: Sequence[Result], folder: Path) -> str:
    """One benchmark: how it measures, once; then what each call of it gave."""
    text = method.METHODS.get(results[0].benchmark)
    title = text.title if text else results[0].benchmark
    parts = [f"## {title}\n"]
    if text:
        parts.append(text.text)
    for result in results:
        parts += _given(result, folder, text.cases if text else {})
    return "\n".join(parts)


def _given(result: Result, folder: Path, says: Mapping[str, str]) -> list[str]:
    parts = [_case(result, case, folder, says.get(case, "")) for case in result.cases]
    parts.append(_origin(result))
    if result.left_out:
        parts.append("Left out:\n\n" + "".join(_left_out(entry) for entry in result.left_out))
    return parts


def _origin(result: Result) -> str:
    machine = result.machine
    libraries = ", ".join(f"{name} {version}" for name, version in machine.get("libraries", {}).items())
    lines = [
        f"- Machine: {describe(machine)}, {machine.get('memory_gib', '?')} GiB memory",
        f"- Versions: {libraries}; {machine.get('node') or 'no'} Node.js; {machine.get('compiler') or 'no C compiler'}",
        f"- Date: {result.date}; load of the machine before: {machine.get('load_before', '?')}",
        f"- Command: `{result.command}`",
    ]
    return "\n".join(lines) + "\n"


def _case(result: Result, case: str, folder: Path, says: str) -> str:
    head, lines = matrix(result, case)
    head = [name.replace("_", " ") for name in head]
    table = [head, ["---"] + ["--:"] * (len(head) - 1), *lines]
    parts = [f"### {case[:1].upper()}{case[1:]}\n"]
    if says:
        parts.append(f"{says}\n")
    if name := charts.draw(result, case, folder):
        parts.append(f"![{name[1]}]({name[0]})\n")
    parts.append("\n".join(f"| {' | '.join(line)} |" for line in table) + "\n")
    return "\n".join(parts)


def _left_out(entry: LeftOut) -> str:
    where = f", in “{entry.case}”" if entry.case else ""
    return f"- {entry.system}{where}: {entry.reason}\n"
