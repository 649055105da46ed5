"""The command line: fairmatch serve, doctor, migrate, user, ... Each command imports what it needs when it runs."""

from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from server.kernel.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they show local variables, and those may be secrets
    help="The server on which a region's fair takes place.",
)

DataOption = Annotated[Path | None, typer.Option(help="Folder for the database, files and mails.")]


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    data: DataOption = None,
    workers: Annotated[int | None, typer.Option(help="Server processes.")] = None,
    demo: Annotated[bool | None, typer.Option("--demo", help="Fill an empty database with the demo fair.")] = None,
    dev: Annotated[bool | None, typer.Option("--dev", help="Development aids under /dev.")] = None,
    worker_socket: Annotated[int | None, typer.Option(hidden=True, help="The supervisor's socket.")] = None,
) -> None:
    """Run the server."""
    if demo and dev is None and (host or "127.0.0.1") in ("127.0.0.1", "localhost", "::1"):
        dev = True  # a demo on one's own machine shows its mails
    settings = _settings(host=host, port=port, data=data, workers=workers, demo=demo, dev=dev)
    from server.kernel.refusal import StartRefused
    from server.process import serve as run

    try:
        run(settings, worker_socket)
    except StartRefused as reason:
        typer.echo(f"Fairmatch does not start: {reason}", err=True)
        raise typer.Exit(reason.code) from None


@app.command()
def migrate(
    data: DataOption = None,
    new: Annotated[str, typer.Option(hidden=True, help="Write the next revision, with this title.")] = "",
) -> None:
    """Bring the database's schema up to date."""
    settings = _settings(data=data)
    if new:
        _write_revision(new)
        return
    _run(_migrate(settings))


def _write_revision(title: str) -> None:
    import subprocess

    import server.models
    from server.kernel.migrate import write_revision
    from server.kernel.tables import metadata

    path = write_revision(metadata, title)
    subprocess.run(["ruff", "format", "--quiet", path], check=True)  # noqa: S603, S607 - the developer's own
    subprocess.run(["ruff", "check", "--quiet", "--fix", path], check=True)  # noqa: S603, S607
    typer.echo(f"{path.name}: from {len(server.models.__all__)} modules with tables")


async def _migrate(settings: "Settings") -> None:
    from server.app import create_kernel
    from server.kernel.migrate import head_revision, upgrade

    kernel = create_kernel(settings)
    try:
        changed = await upgrade(kernel.database)
    finally:
        await kernel.database.close()
    typer.echo(f"The schema is at {head_revision()}" + (" now." if changed else ", as it was."))


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    typer.echo(installed("fairmatch"))


def _run(work: Coroutine[Any, Any, None]) -> None:
    import asyncio

    asyncio.run(work)


def _settings(**given: Any) -> "Settings":
    """The settings, with what was typed put over them."""
    from server.kernel.observe import set_up_logs
    from server.kernel.settings import Settings

    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    set_up_logs(settings)
    return settings


if __name__ == "__main__":
    app()
