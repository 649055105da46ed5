"""What is read about connections and news, for pages whose door has let the viewer in."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.connectors.feeds import KIND as FEED
from directory.connectors.model import Connection, FeedItem


async def feed_of(session: AsyncSession, organisation_id: str) -> Connection | None:
    """The feed of an organisation; for who edits it."""
    mine = Connection.organisation_id == organisation_id, Connection.kind == FEED
    return await session.scalar(select(Connection).where(*mine))


async def news_of(session: AsyncSession, organisation_id: str, limit: int) -> Sequence[FeedItem]:
    """The news of an organisation that the viewer may see, the latest first."""
    query = select(FeedItem).where(FeedItem.organisation_id == organisation_id)
    return (await session.scalars(query.order_by(FeedItem.at.desc(), FeedItem.key).limit(limit))).all()
