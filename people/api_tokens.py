"""Tokens for programs: made by a person for one purpose, with an end, each listed and revocable by its owner."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from people.model import ApiToken, Person
from people.text import UnacceptableError, one_line
from people.tokens import digest, is_token, new_token
from server.kernel.access import SCOPES, Access
from server.kernel.bearer import bearer_of, token_refused
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.parts import kernel_of
from server.kernel.rate import address_of
from web.i18n import N_

# What our tokens begin with, so that whoever finds one in a log or in a repository knows whose it is.
PREFIX = "fairmatch_"
# Tokens of one person that are good at a time, and characters of a name.
MOST, NAME_MOST = 20, 60
# A token that nobody needs any more ends by itself; a year is the longest project budget.
LIFE_MOST = timedelta(days=366)
LIFE_USUAL = timedelta(days=90)
# How often "last used" is written at most: it is for people to read, and each time costs a commit.
USED_EVERY = timedelta(minutes=1)
# Tokens that are none, from one address: a program that goes on with one that has ended hears that it should wait.
# Nobody guesses one, so each is looked for first: good ones from the same address must not wait with it.
WRONG_FROM_ADDRESS = "60 per minute"

# What each scope opens, as its owner reads it.
SCOPE_NAMES = {
    SCOPES[Access.API]: N_("Read the directory, as you see it"),
    SCOPES[Access.API_ORGANISATIONS]: N_("Change organisations that you manage"),
    SCOPES[Access.API_PRODUCTS]: N_("Change their products"),
    SCOPES[Access.API_NEEDS]: N_("Change their needs and offers"),
    SCOPES[Access.API_MEMBERS]: N_("See, invite and remove the people of your organisations, and join others"),
    SCOPES[Access.API_LISTS]: N_("Your bookmarks, lists, notes and saved searches"),
    SCOPES[Access.API_CONTACTS]: N_("Requests for contact, and answers to needs"),
    SCOPES[Access.API_IMPORTS]: N_("Import files, where you may"),
    SCOPES[Access.API_FAIRS]: N_("Make the programme of fairs that you run"),
}


@dataclass(frozen=True)
class Holder:
    """Who stands behind a request that brought a token."""

    person: Person
    id: str
    name: str
    scopes: Set[str]
    expires_at: datetime


class TooManyError(Exception):
    """Somebody has as many tokens as one can have."""


async def authenticate(request: Request) -> Holder | None:
    """Who sends this request, by its token; None: it brings none. One query, and a small write once a minute.

    Raises ProblemError 401 for a token that does not count, 429 for too many of those.
    """
    token = bearer_of(request)
    if token is None:
        return None
    kernel = kernel_of(request)
    now = kernel.clock.now()
    secret = token.removeprefix(PREFIX)
    row = None
    if is_token(secret):
        async with kernel.database.read() as session:
            row = (await session.execute(_by_token(secret, now))).one_or_none()
    if row is None:
        await kernel.limiter.spend("wrong tokens", WRONG_FROM_ADDRESS, address_of(request))
        raise token_refused()
    entry, person = row
    if entry.last_used_at is None or now - entry.last_used_at >= USED_EVERY:
        await kernel.database.write_if_possible(partial(_used, token_id=entry.id))
    return Holder(person, entry.id, entry.name, frozenset(entry.scopes), entry.expires_at)


async def make(
    uow: UnitOfWork, person_id: str, name: str, scopes: Sequence[str], expires_at: datetime
) -> tuple[ApiToken, str]:
    """Make a token. Returns what is kept of it, and the token itself: nobody can read it again.

    Raises TooManyError.
    """
    now = uow.clock.now()
    await uow.session.get_one(Person, person_id, with_for_update=True)
    if len(await living(uow.session, person_id, now)) >= MOST:
        raise TooManyError
    secret = new_token()
    made = ApiToken(
        id=new_id(),
        person_id=person_id,
        name=name,
        token_hash=digest(secret),
        scopes=sorted(scopes),
        created_at=now,
        expires_at=expires_at,
    )
    uow.session.add(made)
    return made, PREFIX + secret


async def revoke(uow: UnitOfWork, person_id: str, token_id: str) -> bool:
    """End one of a person's own tokens, at once. False when it is not theirs, or has ended before."""
    now = uow.clock.now()
    mine = ApiToken.id == token_id, ApiToken.person_id == person_id
    ended = await uow.session.execute(
        update(ApiToken).where(*mine, *_alive(now)).values(revoked_at=now, revoked_by=person_id).returning(ApiToken.id)
    )
    return bool(ended.all())


async def revoke_all(uow: UnitOfWork, person_id: str | None, *, by: str | None) -> int:
    """End all tokens of a person, or (None) of everybody. Returns how many ended."""
    now = uow.clock.now()
    theirs = [ApiToken.person_id == person_id] if person_id else []
    ended = await uow.session.execute(
        update(ApiToken).where(*theirs, *_alive(now)).values(revoked_at=now, revoked_by=by).returning(ApiToken.id)
    )
    return len(ended.all())


async def living(session: AsyncSession, person_id: str, now: datetime) -> Sequence[ApiToken]:
    """A person's own tokens that are good, the latest first."""
    mine = select(ApiToken).where(ApiToken.person_id == person_id, *_alive(now))
    return (await session.scalars(mine.order_by(ApiToken.id.desc()))).all()


async def all_of(session: AsyncSession, person_id: str) -> Sequence[ApiToken]:
    """All of a person's own tokens, also those that have ended, the oldest first."""
    return (await session.scalars(select(ApiToken).where(ApiToken.person_id == person_id).order_by(ApiToken.id))).all()


def called(typed: str) -> str:
    """The rule for a token's name. Raises UnacceptableError."""
    clean = one_line(NAME_MOST)(typed)
    if not clean:
        raise UnacceptableError(N_("Please say what the token is for."))
    return clean


def opening(chosen: Sequence[str]) -> list[str]:
    """The rule for scopes. Raises UnacceptableError."""
    known = [scope for scope in SCOPE_NAMES if scope in chosen]
    if not known:
        raise UnacceptableError(N_("Please choose at least one thing that it may do."))
    return known


def ending(typed: str, now: datetime, zone: str) -> datetime:
    """The rule for the last day on which a token is good, in its owner's zone. Raises UnacceptableError."""
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        raise UnacceptableError(N_("Please write a day as 2027-03-31.")) from None
    today = now.astimezone(ZoneInfo(zone)).date()
    if not today <= day <= today + LIFE_MOST:
        raise UnacceptableError(N_("Please choose a day from today on, at most one year ahead."))
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


def _alive(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return ApiToken.revoked_at.is_(None), ApiToken.expires_at > now


def _by_token(secret: str, now: datetime) -> Select[ApiToken, Person]:
    return (
        select(ApiToken, Person)
        .join(Person, Person.id == ApiToken.person_id)
        .where(ApiToken.token_hash == digest(secret), *_alive(now), Person.erased_at.is_(None))
    )


async def _used(uow: UnitOfWork, token_id: str) -> None:
    """Note that a token is used, unless another request has just done so."""
    now = uow.clock.now()
    due = ApiToken.last_used_at.is_(None) | (ApiToken.last_used_at <= now - USED_EVERY)
    await uow.session.execute(update(ApiToken).where(ApiToken.id == token_id, due).values(last_used_at=now))
