"""Coming in: asking for a link, registering, following a link, password, single sign-on."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from people import consent, links, mails, queries, text, zones
from people.addresses import normalise
from people.events import PersonRegistered
from people.links import Purpose
from people.model import Identity, Person, Registration, SignInLink
from people.parts import People
from people.single_sign_on import Known
from people.text import UnacceptableError
from people.tokens import digest
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id


@dataclass(frozen=True)
class Newcomer:
    """What is needed to begin an account; everything else comes later, on the profile."""

    name: str
    locale: str
    time_zone: str = zones.DEFAULT
    password_hash: str | None = None


@dataclass(frozen=True)
class Came:
    """Somebody is in, and goes on to a path. `new`: the account came into being just now."""

    person: Person
    next_path: str
    new: bool = False


class UnknownAtProviderError(Exception):
    """The provider vouches for somebody, but not for a mail address that we could write to."""


async def ask_for_link(people: People, uow: UnitOfWork, email: str, next_path: str, locale: str) -> None:
    """Mail a way in to an address: to whoever has no account, one that begins it. Tells nobody which it was."""
    person = await queries.by_email(uow.session, email)
    if person is not None:
        await _mail_link(people, uow, person, mails.SIGN_IN, next_path)
        return
    token = await links.issue(uow, Purpose.REGISTER, email, next_path=next_path)
    url = links.url(people.kernel.settings, token)
    await mails.send(people.kernel, uow, email, mails.NO_ACCOUNT, locale, url=url)


async def register(
    people: People, uow: UnitOfWork, email: str, newcomer: Newcomer, next_path: str, browser: str
) -> None:
    """Mail a link that begins an account. `browser`: a token that only this browser has, see `Registration`."""
    person = await queries.by_email(uow.session, email)
    if person is not None:
        await _mail_link(people, uow, person, mails.ALREADY, next_path)
        return
    typed = Registration(
        name=newcomer.name,
        password_hash=newcomer.password_hash,
        browser_hash=digest(browser),
        locale=newcomer.locale,
        time_zone=newcomer.time_zone,
    )
    token = await links.issue(uow, Purpose.REGISTER, email, next_path=next_path, registration=typed)
    url = links.url(people.kernel.settings, token)
    await mails.send(people.kernel, uow, email, mails.CONFIRM, newcomer.locale, url=url)


async def follow(people: People, uow: UnitOfWork, token: str, newcomer: Newcomer | None, browser: str) -> Came | None:
    """Use a link up, and do what it is for. `newcomer`: what was typed on the link's page, where it asked.

    None when the link is not good (any more).
    """
    link = await links.use(uow, token)
    if link is None:
        return None
    if link.purpose == Purpose.CHANGE_ADDRESS:
        return await _move(people, uow, link)
    person = await queries.by_email(uow.session, link.email)
    if person is not None:
        person.email_confirmed_at = person.email_confirmed_at or uow.clock.now()
        return Came(person, link.next_path)
    if link.purpose != Purpose.REGISTER:
        return None
    return await _begin(uow, link, newcomer, browser)


async def with_password(people: People, email: str, password: str) -> Person | None:
    """Who has this address and this password; None as slowly as a wrong password, when nobody has.

    Raises ProblemError 503 when too many wait.
    """
    async with people.kernel.database.read() as session:
        person = await queries.by_email(session, email)
    kept = person.password_hash if person else None
    if not await people.passwords.matches(kept, password):
        return None
    if person is not None and kept is not None and people.passwords.outdated(kept):
        anew = await people.passwords.hash(password)
        async with people.kernel.database.write() as uow:
            unchanged = Person.id == person.id, Person.password_hash == kept
            await uow.session.execute(update(Person).where(*unchanged).values(password_hash=anew))
        person.password_hash = anew
    return person


async def still_has(uow: UnitOfWork, person: Person) -> bool:
    """Whether the password that somebody was just let in by is theirs still: looking at it takes its time, and who
    changes theirs signs everybody else out. Until the commit nobody changes it."""
    there = select(Person.password_hash).where(Person.id == person.id, Person.erased_at.is_(None))
    return await uow.session.scalar(there.with_for_update(key_share=True)) == person.password_hash


async def with_provider(uow: UnitOfWork, known: Known, locale: str) -> Came:
    """Whom a provider vouches for: known already, or by the confirmed address, or new.

    Raises UnknownAtProviderError when there is no confirmed address to go by.
    """
    person = await queries.by_identity(uow.session, known.issuer, known.subject)
    if person is not None:
        return Came(person, known.next_path)
    email = _confirmed(known)
    person = await queries.by_email(uow.session, email)
    found = person is not None
    if person is None:
        person = await begin_account(uow, email, Newcomer(_name_of(known, email), locale))
    person.email_confirmed_at = person.email_confirmed_at or uow.clock.now()
    uow.session.add(_identity(known, person, uow))
    return Came(person, known.next_path, new=not found)


async def begin_account(uow: UnitOfWork, email: str, newcomer: Newcomer, *, confirmed: bool = True) -> Person:
    """A new person with this (normalised) address. Raises IntegrityError when somebody has it."""
    now = uow.clock.now()
    person = Person(
        id=new_id(),
        name=newcomer.name,
        email=email,
        email_confirmed_at=now if confirmed else None,
        password_hash=newcomer.password_hash,
        locale=newcomer.locale,
        time_zone=newcomer.time_zone,
        created_at=now,
    )
    uow.session.add(person)
    await uow.session.flush()
    uow.emit(PersonRegistered(person.id))
    return person


async def _mail_link(people: People, uow: UnitOfWork, person: Person, letter: mails.Letter, next_path: str) -> None:
    if person.email is None:
        raise ValueError("an erased person gets no mail")
    token = await links.issue(uow, Purpose.SIGN_IN, person.email, person_id=person.id, next_path=next_path)
    url = links.url(people.kernel.settings, token)
    await mails.send(people.kernel, uow, person.email, letter, person.locale, url=url)


async def _begin(uow: UnitOfWork, link: SignInLink, newcomer: Newcomer | None, browser: str) -> Came | None:
    """An account from what was typed, in the registration form or on the link's page."""
    typed = await links.registration_of(uow.session, link)
    if typed is not None:
        same_browser = typed.browser_hash == digest(browser)
        password_hash = typed.password_hash if same_browser else None
        newcomer = Newcomer(typed.name, typed.locale, typed.time_zone, password_hash)
        await uow.session.delete(typed)
    if newcomer is None:
        return None
    try:
        async with uow.session.begin_nested():
            person = await begin_account(uow, link.email, newcomer)
    except IntegrityError:
        return None  # the same person followed another link in the same moment
    consent.give(uow, person.id, consent.Kind.DATA_NOTICE)
    return Came(person, link.next_path, new=True)


async def _move(people: People, uow: UnitOfWork, link: SignInLink) -> Came | None:
    """Give a person the address that they confirmed, and tell the old one."""
    person = await uow.session.get(Person, link.person_id)
    if person is None or person.email is None or await queries.by_email(uow.session, link.email) is not None:
        return None
    old, person.email, person.email_confirmed_at = person.email, link.email, uow.clock.now()
    await mails.send(people.kernel, uow, old, mails.ADDRESS_CHANGED, person.locale, address=link.email)
    came = Came(person, link.next_path)
    await links.withdraw(uow, person.id, old)
    return came


def _confirmed(known: Known) -> str:
    try:
        return normalise(known.email)
    except UnacceptableError as refused:
        raise UnknownAtProviderError from refused


def _name_of(known: Known, email: str) -> str:
    """The name that the provider gives, if it is one; else what stands before the @."""
    try:
        return text.name(known.name)
    except UnacceptableError:
        return email.partition("@")[0]


def _identity(known: Known, person: Person, uow: UnitOfWork) -> Identity:
    return Identity(
        id=new_id(), person_id=person.id, issuer=known.issuer, subject=known.subject, created_at=uow.clock.now()
    )
