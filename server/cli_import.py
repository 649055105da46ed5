"""fairmatch import FILE: organisations and products from CSV, Excel and JSON files."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli_run import DataOption, run_with_database

if TYPE_CHECKING:
    from directory.imports.model import ImportRun
    from directory.imports.terminal import Asked
    from server.kernel.db import Database


def bring(
    file: Annotated[
        Path | None, typer.Argument(help="CSV, Excel (.xlsx) or JSON.", exists=True, dir_okay=False)
    ] = None,
    source: Annotated[str, typer.Option(help="Who keeps the records; the same name updates them next time.")] = "",
    column: Annotated[
        list[str] | None, typer.Option("--map", help='"Column=field"; without a field the column is left out.')
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would become of each row, change nothing.")
    ] = False,
    kind: Annotated[str, typer.Option(help="organisations or products.")] = "organisations",
    sheet: Annotated[str, typer.Option(help="The sheet of a workbook.")] = "",
    partner: Annotated[
        str, typer.Option(help="Import for this partner institution, by its name in addresses (/o/NAME).")
    ] = "",
    undo: Annotated[str, typer.Option(help="Take the import with this number back.")] = "",
    data: DataOption = None,
) -> None:
    """Import organisations or products from a file, or take an import back."""
    from directory.imports.mapping.aliases import KINDS
    from directory.imports.terminal import Asked

    if (file is None) == (not undo):
        raise typer.BadParameter("give a file, or --undo with a number")
    if kind not in KINDS:
        raise typer.BadParameter(f"--kind is one of {', '.join(KINDS)}")
    pairs = [each.rpartition("=") for each in column or ()]
    if any(not middle for _, middle, _ in pairs):
        raise typer.BadParameter('--map is "Column=field"')
    columns = {name.strip(): field.strip() for name, _, field in pairs}
    asked = Asked(file, kind, source, sheet, columns, dry_run, partner) if file else None
    run_with_database(data, lambda database: _work(database, asked, undo))


async def _work(database: "Database", asked: "Asked | None", undo: str) -> None:
    from directory.imports.terminal import Terminal

    terminal = Terminal(database, database.settings.data, typer.echo, _bar)
    run = await (terminal.bring(asked) if asked else terminal.undo(undo))
    _tell(run)
    if run.failure is not None:
        raise typer.Exit(1)


def _tell(run: "ImportRun") -> None:
    if run.what == "undo":
        typer.echo(f"Taken back: {run.made} made, {run.changed} changed. Left alone, since edited here: {run.kept}.")
        return
    would = "would be " if run.what == "trial" else ""
    typer.echo(
        f"{run.rows} rows: {run.made} {would}made, {run.changed} {would}changed, {run.same} the same, "
        f"{run.duplicates} perhaps there already, {run.refused} refused."
    )
    if run.failure is not None:
        typer.echo("It ended early: " + run.failure["text"] % run.failure["params"], err=True)
    if run.what == "import":
        typer.echo(f"To take it back: fairmatch import --undo {run.batch_id}")


def _bar(line: str) -> None:
    """A line that the next one overwrites; nothing where nobody looks."""
    if sys.stderr.isatty():
        typer.echo(f"\r{line:<60}", err=True, nl=False)
