"""Challenges count once: who answers one a second time is refused, on every worker."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from people.model import SpentChallenge
from people.tokens import digest
from server.kernel.db import UnitOfWork


async def spend(uow: UnitOfWork, challenge: str, lifetime: timedelta) -> bool:
    """Note that a challenge was answered. False when it was answered before; the unit of work must then end."""
    now = uow.clock.now()
    await uow.session.execute(delete(SpentChallenge).where(SpentChallenge.expires_at < now))
    uow.session.add(SpentChallenge(digest=digest(challenge), expires_at=now + lifetime))
    try:
        await uow.session.flush()
    except IntegrityError:
        return False
    return True
