"""Connections when somebody is erased, and when two organisations become one."""

from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from directory.connectors.model import Connection, FeedItem
from directory.organisations.model import Organisation
from server.kernel.db import UnitOfWork


async def collect(session: AsyncSession, person_id: str) -> list[dict[str, Any]]:
    """What somebody has connected: feeds of organisations, and other servers."""
    query = select(Organisation.name.label("organisation"), Connection.url, Connection.added_at)
    query = query.select_from(Connection).outerjoin(Organisation, Connection.organisation_id == Organisation.id)
    rows = await session.execute(query.where(Connection.by_id == person_id).order_by(Connection.added_at))
    return [dict(row) for row in rows.mappings()]


async def erase(uow: UnitOfWork, person_id: str) -> None:
    """Forget who connected a feed; the organisation goes on reading it."""
    await uow.session.execute(update(Connection).where(Connection.by_id == person_id).values(by_id=None))


async def carry(uow: UnitOfWork, from_id: str, into_id: str) -> None:
    """Let the news of one organisation be another one's; of two feeds the other one's own stays."""
    other = aliased(Connection)
    has_one = exists().where(other.organisation_id == into_id, other.kind == Connection.kind)
    await uow.session.execute(delete(Connection).where(Connection.organisation_id == from_id, has_one))
    moved = update(Connection).where(Connection.organisation_id == from_id)
    await uow.session.execute(moved.values(organisation_id=into_id))
    same = aliased(FeedItem)
    twice = exists().where(same.organisation_id == into_id, same.key == FeedItem.key)
    await uow.session.execute(delete(FeedItem).where(FeedItem.organisation_id == from_id, twice))
    items = update(FeedItem).where(FeedItem.organisation_id == from_id)
    await uow.session.execute(items.values(organisation_id=into_id))
