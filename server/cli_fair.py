"""fairmatch fair ...: how a fair begins."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from server.cli_run import DataOption, run_with_kernel

if TYPE_CHECKING:
    from fairs.actions import Plan
    from server.kernel.parts import Kernel

fair = typer.Typer(no_args_is_help=True, help="Fairs: list them, add one.")

Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])]


@fair.command("list")
def list_fairs(data: DataOption = None) -> None:
    """List all fairs, the newest first."""

    async def work(kernel: "Kernel") -> None:
        from fairs.queries import all_fairs

        async with kernel.database.read() as session:
            for one in await all_fairs(session):
                typer.echo(f"{one.slug:30}  {one.starts_on} to {one.ends_on}  {one.time_zone}  {one.name}")

    run_with_kernel(data, work)


@fair.command("add")
def add(
    slug: Annotated[str, typer.Argument(help="Its name in addresses: small letters, digits, hyphens.")],
    name: Annotated[str, typer.Option(help="Its name as people read it.")],
    organiser: Annotated[str, typer.Option(help="Mail address of the account that runs it.")],
    starts: Day,
    ends: Day,
    zone: Annotated[str, typer.Option(help="IANA name of its time zone.")] = "Europe/Berlin",
    tagline: Annotated[str, typer.Option(help="What it is about, in one line.")] = "",
    data: DataOption = None,
) -> None:
    """Add a fair with its lobby, and print its address. People can join at once."""
    from fairs.actions import Plan
    from people import text, zones

    if not zones.known(zone):
        _refuse(f"{zone} is not a time zone that we know; write it like Europe/Berlin.")
    try:
        name, tagline = text.one_line(text.NAME_MOST)(name), text.one_line(text.LINE_MOST)(tagline)
        plan = Plan(slug, name, tagline, starts.date(), ends.date(), zone)
    except ValueError as problem:
        sentence = str(problem).rstrip(".")
        _refuse(f"{sentence[0].upper()}{sentence[1:]}.")
    if not name:
        _refuse("A fair needs a name: give one with --name.")
    run_with_kernel(data, lambda kernel: _add(kernel, plan, organiser))


async def _add(kernel: "Kernel", plan: "Plan", organiser: str) -> None:
    from sqlalchemy.exc import IntegrityError

    from chat.actions import open_lobby
    from fairs.actions import create
    from people.addresses import normalise
    from people.queries import by_email

    try:
        async with kernel.database.write() as uow:
            person = await by_email(uow.session, normalise(organiser))
            if person is None:
                _refuse(f"There is no account with the address {organiser}: `fairmatch user add` makes one.")
            made = await create(uow, plan, organiser_id=person.id)
            await open_lobby(uow, made.id)
    except IntegrityError:
        _refuse(f"There is a fair with the address {plan.slug} already.")
    typer.echo(f"{kernel.settings.public_url}/fairs/{plan.slug}")


def _refuse(reason: str) -> NoReturn:
    typer.echo(reason, err=True)
    raise typer.Exit(1)
