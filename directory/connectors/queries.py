"""What is read about connections and news, for pages whose door has let the viewer in."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.connectors.feeds import KIND as FEED
from directory.connectors.model import Connection, FeedItem
from directory.connectors.servers import KIND as SERVER


async def feed_of(session: AsyncSession, organisation_id: str, *, locked: bool = False) -> Connection | None:
    """The feed of an organisation; for who edits it. With `locked` nothing that is read from it is kept meanwhile."""
    query = select(Connection).where(Connection.organisation_id == organisation_id, Connection.kind == FEED)
    return await session.scalar(query.with_for_update() if locked else query)


async def news_of(session: AsyncSession, organisation_id: str, limit: int) -> Sequence[FeedItem]:
    """The news of an organisation that the viewer may see, the latest first."""
    query = select(FeedItem).where(FeedItem.organisation_id == organisation_id)
    return (await session.scalars(query.order_by(FeedItem.at.desc(), FeedItem.key).limit(limit))).all()


async def servers(session: AsyncSession) -> Sequence[Connection]:
    """All other servers that are read, by name; for who runs the platform."""
    query = select(Connection).where(Connection.kind == SERVER)
    return (await session.scalars(query.order_by(Connection.title, Connection.id))).all()


async def server(session: AsyncSession, connection_id: str) -> Connection | None:
    """One of them."""
    found = await session.get(Connection, connection_id)
    return found if found is not None and found.kind == SERVER else None


async def server_called(session: AsyncSession, host: str) -> Connection | None:
    """The one with this host; anybody may know that a record came from there."""
    query = select(Connection).where(Connection.kind == SERVER, Connection.title == host)
    return await session.scalar(query.limit(1))
