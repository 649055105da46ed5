"""The command line: fairmatch serve, doctor, migrate, user, ... Each command imports what it needs when it runs."""

import asyncio
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from server.cli_fair import fair
from server.cli_import import bring
from server.cli_push import push
from server.cli_run import (
    DataOption,
    given_settings,
    log_as_set,
    refuse,
    run_with_kernel,
    settings_with,
    with_kernel,
)
from server.cli_search import search
from server.cli_timetable import timetable
from server.cli_user import user
from server.kernel import figures

if TYPE_CHECKING:
    from server.kernel.parts import Kernel
    from server.kernel.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they show local variables, and those may be secrets
    help="The server on which a region's trade fair takes place.",
)
app.add_typer(user, name="user")
app.add_typer(fair, name="fair")
app.command()(timetable)
app.command("import")(bring)
app.add_typer(search, name="search")
app.add_typer(push, name="push")

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


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
    settings = given_settings(host=host, port=port, data=data, workers=workers, demo=demo, dev=dev)
    with figures.gathered() if settings.workers > 1 and worker_socket is None else nullcontext():
        _serve(settings, worker_socket)


def _serve(settings: "Settings", worker_socket: int | None) -> None:
    log_as_set(settings)
    from server.kernel.refusal import StartRefused, refuse_unsupported
    from server.process import serve as run

    try:
        refuse_unsupported(settings)
        if worker_socket is None:
            _tell_of_unknown_settings()
        if settings.demo and {settings.host, urlsplit(settings.public_url).hostname} <= set(_LOOPBACK):
            settings = settings.model_copy(update={"dev": True})  # a demo on one's own machine shows its mails
        if settings.demo and worker_socket is None:
            asyncio.run(with_kernel(settings, _fill))
        run(settings, worker_socket)
    except StartRefused as reason:
        refuse(reason)


def _tell_of_unknown_settings() -> None:
    import structlog

    from server.kernel.given import unknown_settings

    for name, meant in unknown_settings().items():
        structlog.get_logger(__name__).warning("unknown_setting", name=name, perhaps=meant)


@app.command()
def media_node(
    host: Annotated[str | None, typer.Option(help="Address to take UDP on.")] = None,
    port: Annotated[int | None, typer.Option(help="UDP port; 0: any free one.")] = None,
    address: Annotated[list[str] | None, typer.Option(help="Where browsers reach it; may be given again.")] = None,
    name: Annotated[str, typer.Option(help="Its name, the same at each start; empty: host name and port.")] = "",
    child: Annotated[bool, typer.Option("--child", hidden=True, help="End with the parent process.")] = False,
) -> None:
    """Run a media node for the servers that share a Redis."""
    import os
    import socket

    settings = settings_with(media_host=host, media_port=port, media_addresses=address or None)
    from server.kernel.refusal import StartRefused, refuse_unsupported
    from signaling.media.member import serve as run

    if not settings.redis_url:
        refuse(StartRefused("A media node of its own is found through Redis: set FAIRMATCH_REDIS_URL."))
    try:
        refuse_unsupported(settings)
        given = name or f"{socket.gethostname()}-{settings.media_port}"
        run(settings, given.replace(" ", "_"), parent=os.getppid() if child else None)
    except StartRefused as reason:
        refuse(reason)
    except OSError as error:
        where = f"{settings.media_host or settings.host} port {settings.media_port}"
        typer.echo(f"The media node cannot use UDP on {where}: {error.strerror}.", err=True)
        raise typer.Exit(1) from None


@app.command()
def demo(data: DataOption = None) -> None:
    """Fill an empty database with the demo fair, and print the sign-in links of its cast."""
    run_with_kernel(data, _fill)


async def _fill(kernel: "Kernel") -> None:
    from server.demo import fill
    from server.demo.firefox import hint

    links = await fill(kernel)
    typer.echo("The demo fair is ready. Open each of these links in a browser of its own, and be that person:")
    for link in links:
        typer.echo(f"  {link.name}, {link.role}\n    {link.url}")
    if said := hint(kernel.settings):
        typer.echo(said)


@app.command()
def doctor(data: DataOption = None) -> None:
    """Check everything that the server stands on, and say what to do."""
    from server.doctor import cannot_be_read, examine
    from server.kernel.given import UnreadableSettings, read_settings

    try:
        settings = read_settings(**({"data": data} if data else {}))
        log_as_set(settings, quiet=True)
        findings = asyncio.run(examine(settings))
    except UnreadableSettings as reason:
        findings = cannot_be_read(reason)
    for finding in findings:
        typer.echo(finding)
    raise typer.Exit(1 if any(finding.todo for finding in findings) else 0)


@app.command()
def migrate(
    data: DataOption = None,
    new: Annotated[str, typer.Option(hidden=True, help="Write the next revision, with this title.")] = "",
) -> None:
    """Bring the database's schema up to date."""
    if new:
        _write_revision(new)
        return
    run_with_kernel(data, _say_revision)  # which upgrades first


async def _say_revision(kernel: "Kernel") -> None:
    from server.kernel.migrate import current_revision

    typer.echo(f"The schema is at {await current_revision(kernel.database)}.")


def _write_revision(title: str) -> None:
    import subprocess

    import server.models
    from server.kernel.migrate import write_revision
    from server.kernel.tables import metadata

    path = write_revision(metadata, title)
    subprocess.run(["ruff", "format", "--quiet", path], check=True)  # noqa: S603, S607 - the developer's own
    subprocess.run(["ruff", "check", "--quiet", "--fix", path], check=True)  # noqa: S603, S607
    typer.echo(f"{path.name}: from {len(server.models.__all__)} modules with tables")


@app.command()
def jobs(
    retry: Annotated[bool, typer.Option("--retry", help="Have those that failed for good tried again.")] = False,
    data: DataOption = None,
) -> None:
    """Say how many background jobs failed for good."""

    async def work(kernel: "Kernel") -> None:
        if retry:
            typer.echo(f"{await kernel.jobs.retry_parked()} jobs are tried again.")
        else:
            typer.echo(f"{await kernel.jobs.parked()} jobs failed for good.")

    run_with_kernel(data, work)


@app.command()
def settings() -> None:
    """Print all settings, as docs/settings.md has them."""
    from server.settings_page import markdown

    typer.echo(markdown(), nl=False)


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    typer.echo(installed("fairmatch"))


if __name__ == "__main__":
    app()
