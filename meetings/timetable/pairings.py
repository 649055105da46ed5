"""What the organiser decides about two people: to meet in a slot, or never to be put together."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from meetings.timetable.model import Pairing


async def pairings(session: AsyncSession, fair_id: str) -> Sequence[Pairing]:
    """Everything that was decided at a fair, the earliest first; for its organiser."""
    query = select(Pairing).where(Pairing.fair_id == fair_id)
    return (await session.scalars(query.order_by(Pairing.at, Pairing.one_id, Pairing.other_id))).all()
