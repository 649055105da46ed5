"""`python -m bench NAME [--json] ...` measures; `python -m bench report FILES...` writes docs/performance.md."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

from bench import report
from bench.options import Options, UsageError
from bench.registry import BENCHMARKS
from bench.results import as_table


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when it has figures."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers end with the bench
    options = _parser().parse_args(given)
    try:
        return _report(options.files) if options.name == "report" else _measure(options, given)
    except (UsageError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    commands = parser.add_subparsers(dest="name", required=True)
    for name in BENCHMARKS:
        command = commands.add_parser(name)
        command.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
        command.add_argument("--only", default="", metavar="CASE", help="one case alone")
        command.add_argument("--systems", default="", metavar="A,B", help="these systems alone")
        command.add_argument("--seconds", type=float, metavar="S", help="length of each measured window")
        command.add_argument("--rounds", type=int, default=3, metavar="N", help="how often each case is measured")
        command.add_argument("--members", type=int, metavar="N", help="receivers, for a quick look")
        command.add_argument("--scale", type=float, default=1.0, metavar="X", help="share of the made-up data")
        command.add_argument("--keep", action="store_true", help="leave made-up data in var/bench for the next time")
    pages = commands.add_parser("report", help="write docs/performance.md from JSON files of results")
    pages.add_argument("files", nargs="+", type=Path)
    return parser


def _measure(options: argparse.Namespace, given: Sequence[str]) -> int:
    systems = [name for name in options.systems.split(",") if name]
    command = " ".join(["python -m bench", *(f"'{part}'" if " " in part else part for part in given)])
    wanted = Options(
        command,
        options.only,
        systems,
        options.seconds,
        max(1, options.rounds),
        options.members,
        options.scale,
        options.keep,
    )
    with redirect_stdout(sys.stderr):  # what the product logs while it is measured is no figure
        result = BENCHMARKS[options.name](wanted)
    print(result.as_json() if options.json else as_table(result))
    return 0 if result.rows else 1


def _report(files: Sequence[Path]) -> int:
    print(f"{report.write(files)} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
