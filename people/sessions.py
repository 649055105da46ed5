"""Sessions: who is signed in, in which browser. In the database, each listed and revocable by its owner."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from sqlalchemy import ColumnElement, bindparam, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection
from starlette.responses import Response

from people.browsers import summary
from people.events import SessionRevoked, SessionStarted
from people.model import Person, SignInSession
from people.tokens import digest, is_token, new_token
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.parts import kernel_of
from server.kernel.settings import Settings

# A session ends when it was not used for so long.
IDLE_MOST = timedelta(days=90)
# How often "last seen" is written at most: it is for people to read, and each time costs a commit.
SEEN_EVERY = timedelta(minutes=5)
# Longest life that browsers grant a cookie; the database decides long before.
COOKIE_SECONDS = 400 * 24 * 3600
# After signing in, sensitive changes need no further proof for so long.
FRESH_FOR = timedelta(minutes=30)


class Method(StrEnum):
    """How somebody proved who they are."""

    LINK = "link"
    PASSWORD = "password"  # noqa: S105 - the name of a method
    PASSKEY = "passkey"
    SINGLE_SIGN_ON = "single sign-on"


@dataclass(frozen=True)
class Signed:
    """Who stands behind a request."""

    person: Person
    session_id: str


async def authenticate(connection: HTTPConnection) -> Signed | None:
    """Who sends this request, by its cookie; one query, and a small write every few minutes."""
    kernel = kernel_of(connection)
    token = connection.cookies.get(cookie_name(kernel.settings))
    if token is None or not is_token(token):
        return None
    now = kernel.clock.now()
    async with kernel.database.read() as session:
        asked = {"digest": digest(token), "used_after": now - IDLE_MOST}
        row = (await session.execute(_BY_TOKEN, asked)).one_or_none()
    if row is None:
        return None
    entry, person = row
    if now - entry.last_seen_at >= SEEN_EVERY:
        await kernel.database.write_if_possible(partial(_seen, session_id=entry.id))
    return Signed(person, entry.id)


async def start(uow: UnitOfWork, person: Person, method: Method, user_agent: str) -> tuple[str, str]:
    """Sign a person in, in one browser. Returns the session's id, and the token for its cookie."""
    token, now = new_token(), uow.clock.now()
    entry = SignInSession(
        id=new_id(),
        person_id=person.id,
        token_hash=digest(token),
        method=method,
        user_agent=summary(user_agent),
        created_at=now,
        last_seen_at=now,
    )
    await _forget_ended(uow, person.id)
    uow.session.add(entry)
    uow.emit(SessionStarted(person.id, entry.id))
    return entry.id, token


async def revoke(uow: UnitOfWork, person_id: str, session_id: str, *, by: str | None) -> bool:
    """End one of a person's sessions. False when it is not theirs, or has ended before."""
    mine = SignInSession.id == session_id, SignInSession.person_id == person_id
    return bool(await _revoke(uow, *mine, by=by))


async def revoke_all(uow: UnitOfWork, person_id: str, *, by: str | None, but: str | None = None) -> int:
    """End all of a person's sessions, but one. Returns how many ended."""
    others = SignInSession.person_id == person_id, SignInSession.id != (but or "")
    return await _revoke(uow, *others, by=by)


async def revoke_everybodys(uow: UnitOfWork, *, by: str | None) -> int:
    """End all sessions of all people. Returns how many ended."""
    return await _revoke(uow, by=by)


async def of_person(session: AsyncSession, person_id: str, now: datetime) -> list[SignInSession]:
    """The sessions in which a person is signed in, the latest used first."""
    mine = select(SignInSession).where(SignInSession.person_id == person_id, *_alive(now))
    return list(await session.scalars(mine.order_by(SignInSession.last_seen_at.desc())))


async def alive(session: AsyncSession, session_ids: Collection[str], now: datetime) -> dict[str, Person]:
    """Which of these sessions still stand, with their people; the live line asks from time to time. One query."""
    asked = select(SignInSession.id, Person).join(Person, Person.id == SignInSession.person_id)
    rows = await session.execute(asked.where(SignInSession.id.in_(session_ids), *_alive(now)))
    return {session_id: person for session_id, person in rows}


async def is_fresh(session: AsyncSession, session_id: str, now: datetime) -> bool:
    """Whether somebody proved just now who they are, in this session."""
    recent = exists().where(SignInSession.id == session_id, SignInSession.created_at > now - FRESH_FOR)
    return bool(await session.scalar(select(recent)))


def cookie_name(settings: Settings) -> str:
    """The session cookie; with https a prefix that makes browsers hold it to this very host."""
    return "__Host-fairmatch_session" if settings.https else "fairmatch_session"


def set_cookie(response: Response, settings: Settings, token: str) -> None:
    """Have the browser keep the session."""
    keep(response, settings, cookie_name(settings), token, COOKIE_SECONDS)


def drop_cookie(response: Response, settings: Settings) -> None:
    """Have the browser forget the session."""
    keep(response, settings, cookie_name(settings), "", 0)


def keep(response: Response, settings: Settings, name: str, value: str, seconds: int) -> None:
    """Set a cookie that scripts cannot read and other sites' requests do not carry; 0 seconds removes it."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=settings.https, httponly=True, samesite="lax")


def _alive(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return SignInSession.revoked_at.is_(None), SignInSession.last_seen_at > now - IDLE_MOST


# Built once: each request asks it.
_BY_TOKEN = (
    select(SignInSession, Person)
    .join(Person, Person.id == SignInSession.person_id)
    .where(SignInSession.token_hash == bindparam("digest"), SignInSession.revoked_at.is_(None))
    .where(SignInSession.last_seen_at > bindparam("used_after"), Person.erased_at.is_(None))
)


async def _seen(uow: UnitOfWork, session_id: str) -> None:
    now = uow.clock.now()
    due = SignInSession.id == session_id, SignInSession.last_seen_at <= now - SEEN_EVERY
    await uow.session.execute(update(SignInSession).where(*due).values(last_seen_at=now))


async def _revoke(uow: UnitOfWork, *which: ColumnElement[bool], by: str | None) -> int:
    now = uow.clock.now()
    ended = await uow.session.execute(
        update(SignInSession)
        .where(*which, SignInSession.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=by)
        .returning(SignInSession.person_id, SignInSession.id)
    )
    revoked = ended.all()
    for person_id, session_id in revoked:
        uow.emit(SessionRevoked(person_id, session_id))
    return len(revoked)


async def _forget_ended(uow: UnitOfWork, person_id: str) -> None:
    """Rows of sessions that ended long ago serve nobody."""
    past = uow.clock.now() - IDLE_MOST
    ended = or_(SignInSession.revoked_at < past, SignInSession.last_seen_at < past)
    await uow.session.execute(delete(SignInSession).where(SignInSession.person_id == person_id, ended))
