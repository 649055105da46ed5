"""What fairs keep about a person: handed out, and erased."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.model import Ban, Fair, Membership
from server.kernel.db import UnitOfWork


async def collect(session: AsyncSession, person_id: str) -> dict[str, Any]:
    """At which fairs somebody is in which role, and when and why they were shut out."""
    roles = (
        select(Fair.name.label("fair"), Membership.role, Membership.since)
        .join(Fair, Fair.id == Membership.fair_id)
        .where(Membership.person_id == person_id)
        .order_by(Membership.since)
    )
    bans = (
        select(Fair.name.label("fair"), Ban.at, Ban.reason, Ban.lifted_at)
        .join(Fair, Fair.id == Ban.fair_id)
        .where(Ban.person_id == person_id)
        .order_by(Ban.at)
    )
    return {
        "roles": [dict(row._mapping) for row in await session.execute(roles)],
        "bans": [dict(row._mapping) for row in await session.execute(bans)],
    }


async def erase(uow: UnitOfWork, person_id: str) -> None:
    """Take somebody out of all fairs. Of a ban only that there was one stays, for whoever set it.

    A fair may lose its last organiser so: an administrator of the platform then names another.
    """
    await uow.session.execute(delete(Membership).where(Membership.person_id == person_id))
    await uow.session.execute(update(Ban).where(Ban.person_id == person_id).values(reason=""))
