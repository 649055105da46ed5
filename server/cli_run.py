"""What the commands share: settings with what was typed over them, and a kernel to work with."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from server.kernel.db import Database
    from server.kernel.parts import Kernel
    from server.kernel.settings import Settings

DataOption = Annotated[Path | None, typer.Option(help="Folder for the database, files and mails.")]


def settings_with(*, quiet: bool = False, **typed: Any) -> "Settings":
    """The settings, with what was typed put over them; logs are set up. `quiet`: warnings only.

    Ends the command with a sentence for each setting that cannot be read.
    """
    settings = given_settings(**typed)
    log_as_set(settings, quiet=quiet)
    return settings


def given_settings(**typed: Any) -> "Settings":
    """The same without the logs."""
    from server.kernel.given import UnreadableSettings, read_settings

    try:
        return read_settings(**{name: value for name, value in typed.items() if value is not None})
    except UnreadableSettings as reason:
        refuse(reason)


def log_as_set(settings: "Settings", *, quiet: bool = False) -> None:
    """Set up the logs. `quiet`: warnings only."""
    from server.kernel.observe import set_up_logs

    set_up_logs(settings.model_copy(update={"log_level": "warning"}) if quiet else settings)


def run_with_kernel(data: Path | None, work: Callable[["Kernel"], Awaitable[None]]) -> None:
    """Do one thing with the database brought up to date; also beside a server that runs."""
    settings = settings_with(quiet=True, data=data)
    run_refusable(with_kernel(settings, work))


async def with_kernel(settings: "Settings", work: Callable[["Kernel"], Awaitable[None]]) -> None:
    """Do one thing with the database brought up to date. Raises StartRefused."""
    from server.app import create_kernel
    from server.kernel.migrate import upgrade
    from server.kernel.refusal import refuse_unsupported
    from server.kernel.sweeping import end_start

    refuse_unsupported(settings)
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
    from server.kernel.refusal import make_writable, refuse_unsupported
    from server.kernel.sweeping import end_start

    refuse_unsupported(settings)
    make_writable(settings.data)
    database = Database(settings, SystemClock(), Events())
    try:
        await upgrade(database)
        end_start()
        await work(database)
    finally:
        await database.close()


def run_refusable(work: Awaitable[None]) -> None:
    """Run to the end; a reason not to, or input that cannot be taken, becomes one sentence and an exit code."""
    from sqlalchemy.exc import SQLAlchemyError

    from server.kernel.away import is_away, is_full, reason_of
    from server.kernel.refusal import NotReachable, StartRefused

    async def main() -> None:
        await work

    try:
        asyncio.run(main())
    except StartRefused as reason:
        refuse(reason)
    except SQLAlchemyError as error:
        if not is_away(error) and not is_full(error):
            raise
        refuse(NotReachable(f"The database does not do what it is asked ({reason_of(error)})."))
    except ValueError as error:
        from people.text import UnacceptableError

        if not isinstance(error, UnacceptableError):
            raise
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def refuse(reason: Exception) -> NoReturn:
    """Say why not, and exit."""
    typer.echo(f"Fairmatch does not start: {reason}", err=True)
    raise typer.Exit(getattr(reason, "code", 1))
