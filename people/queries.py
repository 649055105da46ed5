"""Finding people."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from people.model import Identity, Person, SignInSession


async def by_email(session: AsyncSession, email: str) -> Person | None:
    """The person with this normalised address."""
    return await session.scalar(select(Person).where(Person.email == email))


async def by_identity(session: AsyncSession, issuer: str, subject: str) -> Person | None:
    """The person whom a provider knows by this subject."""
    known = select(Person).join(Identity, Identity.person_id == Person.id)
    return await session.scalar(known.where(Identity.issuer == issuer, Identity.subject == subject))


async def identities(session: AsyncSession, person_id: str) -> list[Identity]:
    """How single sign-on providers know a person."""
    return list(await session.scalars(select(Identity).where(Identity.person_id == person_id)))


async def all_people(session: AsyncSession) -> list[Person]:
    """Everybody with an account, the oldest first; for the command line."""
    return list(await session.scalars(select(Person).where(Person.erased_at.is_(None)).order_by(Person.created_at)))


async def has_photo(session: AsyncSession, name: str) -> bool:
    """Whether a file is somebody's photo, in either size."""
    shown = select(Person.id).where((Person.photo == name) | (Person.photo_small == name))
    return await session.scalar(shown.limit(1)) is not None


async def sign_ins(session: AsyncSession, person_id: str) -> list[SignInSession]:
    """Every kept session of a person, ended ones too, the latest first."""
    mine = select(SignInSession).where(SignInSession.person_id == person_id)
    return list(await session.scalars(mine.order_by(SignInSession.created_at.desc())))
