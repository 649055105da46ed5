"""What operators do with accounts, on the command line and in the demo; see also `people.admins`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from people import addresses, links, signing, text
from people.links import Purpose
from people.model import Person
from people.signing import Newcomer
from server.kernel.db import UnitOfWork
from server.kernel.settings import Settings


async def add_person(uow: UnitOfWork, name: str, email: str, *, locale: str = "en", **profile: Any) -> Person:
    """A new account; `profile` sets further columns of Person. The address is confirmed by the first link from a mail.

    Raises UnacceptableError for a bad name or address, IntegrityError when somebody has the address.
    """
    newcomer = Newcomer(text.name(name), locale)
    if "time_zone" in profile:
        newcomer = replace(newcomer, time_zone=profile.pop("time_zone"))
    person = await signing.begin_account(uow, addresses.normalise(email), newcomer, confirmed=False)
    for column, value in profile.items():
        setattr(person, column, value)
    return person


async def link_for(
    uow: UnitOfWork,
    settings: Settings,
    person: Person,
    *,
    purpose: Purpose = Purpose.SIGN_IN,
    next_path: str = "/",
    lifetime: timedelta | None = None,
) -> str:
    """The address of a new sign-in link (30 minutes unless said otherwise), to hand over by other ways than mail."""
    if person.email is None:
        raise ValueError("an erased person cannot sign in")
    token = await links.issue(uow, purpose, person.email, person_id=person.id, next_path=next_path, lifetime=lifetime)
    return links.url(settings, token)
