"""`fairmatch search ...`: the index over everything that can be found."""

import asyncio
from typing import TYPE_CHECKING

import typer

from server.cli_run import DataOption, run_with_kernel

if TYPE_CHECKING:
    from directory.search.folder import IndexFolder
    from directory.search.parts import Search
    from server.kernel.parts import Kernel

search = typer.Typer(no_args_is_help=True, help="The index over everything that can be found.")

# How long a server that runs may take to begin with a new index before this says so, and how often it is looked at.
BEGIN_S = 15.0
LOOK_S = 0.5


@search.command()
def rebuild(data: DataOption = None) -> None:
    """Make the index anew from the database; the old one answers until the new one is whole."""
    run_with_kernel(data, _rebuild)


@search.command()
def status(data: DataOption = None) -> None:
    """Say what is in the index, and what it takes on the disk."""
    run_with_kernel(data, _say_status)


async def _rebuild(kernel: "Kernel") -> None:
    found = _search(kernel)
    with found.folder.locked() as mine:
        if not mine:
            await _have_it_rebuilt(found.folder)
            return
        written = await found.following.rebuild(lambda kind, rows: typer.echo(f"\r{kind}: {rows:,}    ", nl=False))
        typer.echo()
        await asyncio.to_thread(written.close)
    await _say_status(kernel)


async def _have_it_rebuilt(folder: "IndexFolder") -> None:
    """Ask the server that writes, and wait for the new index."""
    before = folder.name
    folder.ask_for_rebuild()
    typer.echo("A server runs on this data folder: it makes the new index.")
    waited = 0.0
    while folder.name == before:
        await asyncio.sleep(LOOK_S)
        waited += LOOK_S
        if waited > BEGIN_S and folder.rebuild_asked:
            typer.echo("It has not begun yet: see its log. The index in use goes on answering.", err=True)
            raise typer.Exit(1)
    typer.echo("The new index is in use.")


async def _say_status(kernel: "Kernel") -> None:
    from directory.search.folder import BrokenIndexError, NoIndexError

    folder = _search(kernel).folder
    try:
        look = await asyncio.to_thread(folder.look)
    except NoIndexError:
        typer.echo("There is no index yet: a server makes it when it starts.")
    except BrokenIndexError as error:
        typer.echo(f"The index is broken ({error}): a server makes it anew when it starts.")
    else:
        megabytes = await asyncio.to_thread(folder.bytes_used) / 1_000_000
        typer.echo(f"{look.searcher.num_docs:,} documents, {megabytes:,.0f} MB in {folder.folder}")


def _search(kernel: "Kernel") -> "Search":
    from directory.search.parts import Search
    from server.app import catalogue_of

    return Search.build(kernel, catalogue_of(kernel))
