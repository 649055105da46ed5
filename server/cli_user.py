"""fairmatch user ...: what an operator does with accounts."""

from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from server.cli_run import DataOption, run_with_kernel

if TYPE_CHECKING:
    from people.model import Person
    from server.kernel.db import UnitOfWork
    from server.kernel.parts import Kernel

user = typer.Typer(
    no_args_is_help=True, help="Accounts: list them, add one, make an administrator, give a way in, sign out."
)

Email = Annotated[str, typer.Argument(help="The account's mail address.")]


@user.command("list")
def list_people(data: DataOption = None) -> None:
    """List all accounts."""
    run_with_kernel(data, _list)


async def _list(kernel: "Kernel") -> None:
    from people.queries import all_people

    async with kernel.database.read() as session:
        everybody = await all_people(session)
    for person in everybody:
        mark = "admin" if person.admin else ""
        typer.echo(f"{person.id}  {person.email or '(erased)':40}  {mark:5}  {person.name}")


@user.command("add")
def add(
    email: Email,
    name: Annotated[str, typer.Option(help="The name that others see.")],
    locale: Annotated[str, typer.Option(help="en or de.")] = "en",
    admin: Annotated[bool, typer.Option("--admin", help="Make them platform administrator, too.")] = False,
    data: DataOption = None,
) -> None:
    """Add an account and print its first sign-in link."""
    from web.i18n import LOCALES

    if locale not in LOCALES:
        refuse(f"{locale} is no language of these pages; choose one of {', '.join(LOCALES)}.")

    async def work(kernel: "Kernel") -> None:
        from people.addresses import normalise
        from people.admins import grant_admin
        from people.operators import add_person, link_for
        from people.queries import by_email

        async with kernel.database.write() as uow:
            if await by_email(uow.session, normalise(email)):
                refuse(f"There is an account with the address {email} already; `fairmatch user link` lets it in.")
            person = await add_person(uow, name, email, locale=locale)
            await uow.session.flush()
            if admin:
                await grant_admin(uow, person.id, by=None)
            link = await link_for(uow, kernel.settings, person)
        typer.echo(link)

    run_with_kernel(data, work)


@user.command("admin")
def make_admin(
    email: Email,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take it back.")] = False,
    data: DataOption = None,
) -> None:
    """Make an account platform administrator."""

    async def work(kernel: "Kernel") -> None:
        from people.admins import grant_admin, revoke_admin

        async with kernel.database.write() as uow:
            person = await _person(uow, email)
            await (revoke_admin if revoke else grant_admin)(uow, person.id, by=None)
        typer.echo(f"{email} {'is no administrator any more' if revoke else 'is administrator'}.")

    run_with_kernel(data, work)


@user.command("link")
def link(email: Email, data: DataOption = None) -> None:
    """Print a sign-in link for an account: valid once, for half an hour."""

    async def work(kernel: "Kernel") -> None:
        from people.operators import link_for

        async with kernel.database.write() as uow:
            address = await link_for(uow, kernel.settings, await _person(uow, email))
        typer.echo(address)

    run_with_kernel(data, work)


@user.command("sign-out")
def sign_out(
    email: Annotated[str, typer.Argument(help="The account's mail address.")] = "",
    everybody: Annotated[bool, typer.Option("--everybody", help="All accounts, as after a leak.")] = False,
    data: DataOption = None,
) -> None:
    """End all sign-ins of an account and the tokens of its programs; passwords and passkeys stay."""
    if bool(email) == everybody:
        refuse("Name one account by its mail address, or say --everybody.")

    async def work(kernel: "Kernel") -> None:
        from people import api_tokens, sessions

        async with kernel.database.write() as uow:
            person_id = None if everybody else (await _person(uow, email)).id
            if person_id is None:
                ended = await sessions.revoke_everybodys(uow, by=None)
            else:
                ended = await sessions.revoke_all(uow, person_id, by=None)
            tokens = await api_tokens.revoke_all(uow, person_id, by=None)
        typer.echo(f"Ended: {ended} sign-ins, {tokens} tokens of programs.")

    run_with_kernel(data, work)


async def _person(uow: "UnitOfWork", email: str) -> "Person":
    from people.addresses import normalise
    from people.queries import by_email

    person = await by_email(uow.session, normalise(email))
    if person is None:
        refuse(f"There is no account with the address {email}.")
    return person


def refuse(reason: str) -> NoReturn:
    """Say why the command cannot be done, and end it."""
    typer.echo(reason, err=True)
    raise typer.Exit(1)
