"""What the commands share: settings with what was typed over them, and a kernel to work with."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from server.kernel.db import Database
    from server.kernel.parts import Kernel
    from server.kernel.settings import Settings

DataOption = Annotated[Path | None, typer.Option(help="Folder for the database, files and mails.")]


def settings_with(*, quiet: bool = False, **typed: Any) -> "Settings":
    """The settings, with what was typed put over them; logs are set up. `quiet`: warnings only."""
    from server.kernel.observe import set_up_logs
    from server.kernel.settings import Settings

    settings = Settings(**{name: value for name, value in typed.items() if value is not None})
    set_up_logs(settings.model_copy(update={"log_level": "warning"}) if quiet else settings)
    return settings


def run_with_kernel(data: Path | None, work: Callable[["Kernel"], Awaitable[None]]) -> None:
    """Do one thing with the database brought up to date; also beside a server that runs."""
    settings = settings_with(quiet=True, data=data)
    run_refusable(with_kernel(settings, work))


async def with_kernel(settings: "Settings", work: Callable[["Kernel"], Awaitable[None]]) -> None:
    """Do one thing with the database brought up to date. Raises StartRefused."""
    from server.app import create_kernel
    from server.kernel.migrate import upgrade
    from server.kernel.sweeping import end_start

    kernel = create_kernel(settings)
    try:
        await upgrade(kernel.database)
        end_start()
        await work(kernel)
    finally:
        await kernel.database.close()


def run_with_database(data: Path | None, work: Callable[["Database"], Awaitable[None]]) -> None:
    """Do one thing that needs the database alone, brought up to date: half the memory of `run_with_kernel`."""
    settings = settings_with(quiet=True, data=data)
    run_refusable(_with_database(settings, work))


async def _with_database(settings: "Settings", work: Callable[["Database"], Awaitable[None]]) -> None:
    from server.kernel.clock import SystemClock
    from server.kernel.db import Database
    from server.kernel.events import Events
    from server.kernel.migrate import upgrade
    from server.kernel.sweeping import end_start

    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings, SystemClock(), Events())
    try:
        await upgrade(database)
        end_start()
        await work(database)
    finally:
        await database.close()


def run_refusable(work: Awaitable[None]) -> None:
    """Run to the end; a reason not to, or input that cannot be taken, becomes one sentence and an exit code."""
    from server.kernel.refusal import StartRefused

    async def main() -> None:
        await work

    try:
        asyncio.run(main())
    except StartRefused as reason:
        refuse(reason)
    except ValueError as error:
        from people.text import UnacceptableError

        if not isinstance(error, UnacceptableError):
            raise
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def refuse(reason: Exception) -> None:
    """Say why not, and exit."""
    typer.echo(f"Fairmatch does not start: {reason}", err=True)
    raise typer.Exit(getattr(reason, "code", 1))
