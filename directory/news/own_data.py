"""What is kept of the news that somebody was told: handed out, and erased."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.news.model import MailSilence, News
from server.kernel.db import UnitOfWork


async def collect(session: AsyncSession, person_id: str) -> dict[str, Any]:
    """What somebody was told when, and since when they want no mails of it."""
    told = await session.scalars(select(News).where(News.person_id == person_id).order_by(News.at))
    silence = await session.get(MailSilence, person_id)
    return {
        "news": [{"kind": one.kind, "at": one.at, "seen_at": one.seen_at, "mailed_at": one.mailed_at} for one in told],
        "no_mails_since": silence.since if silence else None,
    }


async def erase(uow: UnitOfWork, person_id: str) -> None:
    """Forget all of it."""
    for table in (News, MailSilence):
        await uow.session.execute(delete(table).where(table.person_id == person_id))
