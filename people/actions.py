"""What people do with their own account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from people import api_tokens, links, mails
from people.events import ProfileChanged
from people.links import Purpose
from people.mails import Change
from people.model import Passkey, Person
from people.parts import People
from people.photos import Kept
from server.kernel.db import UnitOfWork
from server.kernel.kept import drop


@dataclass(frozen=True)
class Profile:
    """What the profile's form sets."""

    name: str
    organisation: str
    position: str
    languages: Sequence[str]
    seeks: str
    offers: str
    time_zone: str
    locale: str


async def change_profile(uow: UnitOfWork, person_id: str, profile: Profile) -> None:
    """Set all of it."""
    await _set(uow, person_id, **(vars(profile) | {"languages": list(profile.languages)}))
    uow.emit(ProfileChanged(person_id))


async def change_time_zone(uow: UnitOfWork, person_id: str, time_zone: str) -> None:
    """Set the zone in which times are shown to a person."""
    await _set(uow, person_id, time_zone=time_zone)


async def change_photo(uow: UnitOfWork, person_id: str, photo: Kept | None) -> None:
    """Show another photo, or none; the files of the former one go afterwards. Of somebody who was erased meanwhile the
    new ones go."""
    person = await uow.session.get_one(Person, person_id, with_for_update={"key_share": True}, populate_existing=True)
    if person.erased_at is not None:
        drop(uow, *((photo.large, photo.small) if photo else ()))
        return
    drop(uow, person.photo, person.photo_small)
    person.photo = photo.large if photo else None
    person.photo_small = photo.small if photo else None
    uow.emit(ProfileChanged(person_id))


async def set_password(uow: UnitOfWork, people: People, person: Person, password_hash: str | None) -> None:
    """Set a password, or have none any more; tells the person by mail."""
    await _set(uow, person.id, password_hash=password_hash)
    await _tell(uow, people, person, Change.PASSWORD_SET if password_hash else Change.PASSWORD_REMOVED)


async def add_passkey(
    uow: UnitOfWork, people: People, person: Person, answer: Any, cookie: str | None, name: str
) -> None:
    """Keep a passkey that a device made; tells the person by mail. Raises ProblemError 400 when it does not hold."""
    await people.passkeys.add(uow, person, answer, cookie, name)
    await _tell(uow, people, person, Change.PASSKEY_ADDED)


async def remove_passkey(uow: UnitOfWork, people: People, person: Person, passkey_id: str) -> bool:
    """Forget one of a person's passkeys. False when it is not theirs."""
    theirs = delete(Passkey).where(Passkey.id == passkey_id, Passkey.person_id == person.id).returning(Passkey.id)
    if (await uow.session.execute(theirs)).first() is None:
        return False
    await _tell(uow, people, person, Change.PASSKEY_REMOVED)
    return True


async def make_token(
    uow: UnitOfWork, people: People, person: Person, name: str, scopes: Sequence[str], expires_at: datetime
) -> str:
    """Make a token for a person's programs; tells them by mail. Returns the token. Raises api_tokens.TooManyError."""
    _made, token = await api_tokens.make(uow, person.id, name, scopes, expires_at)
    await _tell(uow, people, person, Change.TOKEN_MADE)
    return token


async def ask_for_address(uow: UnitOfWork, people: People, person: Person, email: str) -> None:
    """Mail a link to a (normalised) address that a person wants to move to.

    The same happens where somebody else has that address already; following the link then does nothing.
    """
    if await uow.session.scalar(select(Person.erased_at).where(Person.id == person.id)) is not None:
        return  # meanwhile
    token = await links.issue(uow, Purpose.CHANGE_ADDRESS, email, person_id=person.id, next_path="/me/devices")
    url = links.url(people.kernel.settings, token)
    await mails.send(people.kernel, uow, email, mails.NEW_ADDRESS, person.locale, url=url)


async def _set(uow: UnitOfWork, person_id: str, **values: Any) -> None:
    """Set these columns, unless the person was erased meanwhile: a form may have been on its way for long."""
    there = Person.id == person_id, Person.erased_at.is_(None)
    await uow.session.execute(update(Person).where(*there).values(values))


async def _tell(uow: UnitOfWork, people: People, person: Person, change: Change) -> None:
    if person.email is not None:
        await mails.send(people.kernel, uow, person.email, mails.SECURITY, person.locale, change=change)
