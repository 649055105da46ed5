"""Links in mails: they prove who reads an address. Single use, and opening one does not use it up yet.

Those of the demo's cast prove nothing, and work as often as somebody follows them.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from people.model import Registration, SignInLink
from people.tokens import digest, is_token, new_token
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.settings import Settings


class Purpose(StrEnum):
    """What following a link does, besides signing in."""

    SIGN_IN = "sign in"
    REGISTER = "register"
    CHANGE_ADDRESS = "change address"
    DEMO = "demo"  # signs in as somebody invented


LIFETIMES = {
    Purpose.SIGN_IN: timedelta(minutes=30),
    # Registering and moving to another address may wait for a mailbox that is read once a day.
    Purpose.REGISTER: timedelta(hours=24),
    Purpose.CHANGE_ADDRESS: timedelta(hours=24),
    # They are for the demo on one's own machine; those of earlier starts may still lie in a terminal.
    Purpose.DEMO: timedelta(days=7),
}
# Used and expired links are kept so long, to say what became of them when they are opened again.
REMEMBERED = timedelta(days=2)


async def issue(
    uow: UnitOfWork,
    purpose: Purpose,
    email: str,
    *,
    person_id: str | None = None,
    next_path: str = "/",
    lifetime: timedelta | None = None,
    registration: Registration | None = None,
) -> str:
    """A new link for this (normalised) address; returns its token, which is kept nowhere but in the mail."""
    token, now = new_token(), uow.clock.now()
    await uow.session.execute(delete(SignInLink).where(SignInLink.expires_at < now - REMEMBERED))
    link = SignInLink(
        id=new_id(),
        token_hash=digest(token),
        purpose=purpose,
        person_id=person_id,
        email=email,
        next_path=next_path,
        created_at=now,
        expires_at=now + (lifetime or LIFETIMES[purpose]),
    )
    uow.session.add(link)
    if registration is not None:
        await uow.session.flush()
        registration.link_id = link.id
        uow.session.add(registration)
    return token


def url(settings: Settings, token: str) -> str:
    """The address to put into the mail. The token is in the query, which no log of ours carries."""
    return f"{settings.public_url}/sign-in/link?token={token}"


async def look(session: AsyncSession, token: str) -> SignInLink | None:
    """The link with this token, in whatever state, without using it."""
    if not is_token(token):
        return None
    return await session.scalar(select(SignInLink).where(SignInLink.token_hash == digest(token)))


def is_good(link: SignInLink, now: datetime) -> bool:
    """Whether a link can still be followed."""
    return (link.used_at is None or link.purpose == Purpose.DEMO) and now < link.expires_at


async def use(uow: UnitOfWork, token: str) -> SignInLink | None:
    """Use a link up. None when it does not exist, has expired, or somebody was faster."""
    if not is_token(token):
        return None
    now = uow.clock.now()
    unused = or_(SignInLink.used_at.is_(None), SignInLink.purpose == Purpose.DEMO)
    good = SignInLink.token_hash == digest(token), unused, SignInLink.expires_at > now
    used = await uow.session.scalars(update(SignInLink).where(*good).values(used_at=now).returning(SignInLink))
    return used.one_or_none()


async def registration_of(session: AsyncSession, link: SignInLink) -> Registration | None:
    """What was typed to register, where the link came from the registration form."""
    return await session.get(Registration, link.id)


async def withdraw(uow: UnitOfWork, person_id: str, address: str) -> None:
    """Forget all links of a person and to an address, used or not, with what was typed to register."""
    theirs = or_(SignInLink.person_id == person_id, SignInLink.email == address)
    await uow.session.execute(delete(SignInLink).where(theirs))
