"""The command line: fairmatch serve, doctor, migrate, user, ... Each command imports what it needs when it runs."""

from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The server on which a region's fair takes place.")

DataOption = Annotated[Path | None, typer.Option(help="Folder for the database, files and mails.")]


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    data: DataOption = None,
    workers: Annotated[int | None, typer.Option(help="Server processes.")] = None,
    demo: Annotated[bool | None, typer.Option("--demo", help="Fill an empty database with the demo fair.")] = None,
    dev: Annotated[bool | None, typer.Option("--dev", help="Development aids under /dev.")] = None,
) -> None:
    """Run the server."""
    settings = _settings(host=host, port=port, data=data, workers=workers, demo=demo, dev=dev)
    from server.process import serve as run

    run(settings)


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    typer.echo(installed("fairmatch"))


def _settings(**given: Any) -> Any:
    """The settings, with what was typed put over them."""
    from server.kernel.observe import set_up_logs
    from server.kernel.settings import Settings

    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    set_up_logs(settings)
    return settings


if __name__ == "__main__":
    app()
