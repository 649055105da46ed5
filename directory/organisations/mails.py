"""Mails about belonging to an organisation. They say its name, and nothing else that a stranger could write."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.organisations.model import Member, Organisation
from people.mails import Letter, send
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.parts import Kernel
from web.i18n import N_

INVITED = Letter("organisation_invited", N_("You are invited to an organisation"))
CLAIMED = Letter("organisation_claimed", N_("Somebody wants to join your organisation"))
LET_IN = Letter("organisation_let_in", N_("You belong to the organisation now"))
DECLINED = Letter("organisation_declined", N_("Your organisation has answered"))


async def invite(
    kernel: Kernel, uow: UnitOfWork, organisation: Organisation, email: str, token: str, locale: str
) -> None:
    """Ask somebody to join, in the inviting person's language: that of the other one is not known."""
    url = f"{kernel.settings.public_url}/invitation?token={token}"
    await send(kernel, uow, email, INVITED, locale, url=url, organisation=organisation.name)


async def ask_administrators(kernel: Kernel, uow: UnitOfWork, organisation: Organisation) -> None:
    """Tell the administrators that a claim waits for them."""
    url = f"{kernel.settings.public_url}/o/{organisation.slug}/people"
    for person in await _administrators(uow.session, organisation.id):
        if person.email:
            await send(kernel, uow, person.email, CLAIMED, person.locale, url=url, organisation=organisation.name)


async def tell_claimant(
    kernel: Kernel, uow: UnitOfWork, organisation: Organisation, person_id: str, let_in: bool
) -> None:
    """Tell somebody what became of their claim."""
    person = await uow.session.get(Person, person_id)
    if person is not None and person.email:
        url = f"{kernel.settings.public_url}/o/{organisation.slug}"
        letter = LET_IN if let_in else DECLINED
        await send(kernel, uow, person.email, letter, person.locale, url=url, organisation=organisation.name)


async def _administrators(session: AsyncSession, organisation_id: str) -> Sequence[Person]:
    query = select(Person).join(Member, Member.person_id == Person.id)
    mine = Member.organisation_id == organisation_id, Member.role == "administrator"
    return (await session.scalars(query.where(*mine, Person.erased_at.is_(None)))).all()
