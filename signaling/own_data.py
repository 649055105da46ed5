"""What calls keep about a person: handed out, and erased."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.kernel.db import UnitOfWork
from signaling.checks.actions import forget
from signaling.checks.queries import own
from signaling.model import CallRemoval


async def collect(session: AsyncSession, person_id: str) -> dict[str, Any]:
    """From which calls somebody was removed, and when that was lifted; what their checks of the connection found."""
    found = select(CallRemoval.call_id, CallRemoval.at, CallRemoval.lifted_at)
    rows = await session.execute(found.where(CallRemoval.person_id == person_id).order_by(CallRemoval.at))
    checks = [
        {"at": check.at, "verdict": check.known, **asdict(check.found)} for check in await own(session, person_id)
    ]
    return {"removals": [dict(row._mapping) for row in rows], "checks": checks}


async def erase(uow: UnitOfWork, person_id: str) -> None:
    """Forget the removals of somebody who can't come back, those that are over, and their checks."""
    await forget(uow, person_id)
    over = CallRemoval.lifted_at.is_not(None)
    theirs = or_(CallRemoval.by_id == person_id, CallRemoval.lifted_by_id == person_id)
    await uow.session.execute(delete(CallRemoval).where(or_(CallRemoval.person_id == person_id, over & theirs)))
