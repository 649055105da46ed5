"""Secret addresses under which a calendar reads somebody's meetings: made, shown again, and revoked."""

import hashlib
import hmac

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from meetings.model import Feed
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.ids import is_id, new_id
from server.kernel.settings import Settings


async def open_feed(uow: UnitOfWork, person_id: str) -> Feed:
    """Make a new address; the one before it is dead."""
    await revoke(uow, person_id)
    feed = Feed(id=new_id(), person_id=person_id, made_at=uow.clock.now())
    uow.session.add(feed)
    await uow.session.flush()
    return feed


async def revoke(uow: UnitOfWork, person_id: str) -> None:
    """Have the address lead nowhere."""
    alive = update(Feed).where(Feed.person_id == person_id, Feed.revoked_at.is_(None))
    await uow.session.execute(alive.values(revoked_at=uow.clock.now()))


async def feed_of(session: AsyncSession, person_id: str) -> Feed | None:
    """The address that is in force."""
    return await session.scalar(select(Feed).where(Feed.person_id == person_id, Feed.revoked_at.is_(None)))


async def owner(session: AsyncSession, settings: Settings, token: str) -> Person | None:
    """Whose feed a token opens; None for what was never one, or was revoked."""
    feed_id, _, signature = token.partition(".")
    if not is_id(feed_id) or not hmac.compare_digest(_signature(settings, feed_id).encode(), signature.encode()):
        return None
    query = select(Person).join(Feed, Feed.person_id == Person.id)
    alive = Feed.id == feed_id, Feed.revoked_at.is_(None), Person.erased_at.is_(None)
    return await session.scalar(query.where(*alive))


def url(settings: Settings, feed: Feed) -> str:
    """The address to put into a calendar."""
    return f"{settings.public_url}/calendar/{feed.id}.{_signature(settings, feed.id)}"


def _signature(settings: Settings, feed_id: str) -> str:
    """It follows from the server's key, so it can be shown again and is kept nowhere."""
    key = hmac.digest(settings.secret_bytes, b"fairmatch calendar feed", "sha256")
    return hmac.new(key, feed_id.encode(), hashlib.sha256).hexdigest()
