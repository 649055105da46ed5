"""What people agreed to, and in which wording."""

from enum import StrEnum

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from people.model import Consent
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id


class Kind(StrEnum):
    """What can be agreed to."""

    DATA_NOTICE = "data notice"


# The day of the wording that is shown now (web/templates/people/data_notice.html). A new wording is a new day.
WORDINGS = {Kind.DATA_NOTICE: "2026-11-29"}
_LATEST = (
    select(Consent.wording)
    .where(Consent.person_id == bindparam("by"), Consent.kind == bindparam("to"), Consent.withdrawn_at.is_(None))
    .order_by(Consent.given_at.desc(), Consent.id.desc())
    .limit(1)
)


def give(uow: UnitOfWork, person_id: str, kind: Kind) -> None:
    """Note that a person agrees, to the wording of today."""
    consent = Consent(
        id=new_id(), person_id=person_id, kind=kind, wording=WORDINGS[kind], given_at=uow.clock.now(), withdrawn_at=None
    )
    uow.session.add(consent)


async def of_person(session: AsyncSession, person_id: str) -> list[Consent]:
    """What a person agreed to, the latest first."""
    mine = select(Consent).where(Consent.person_id == person_id)
    return list(await session.scalars(mine.order_by(Consent.given_at.desc())))


async def outdated(session: AsyncSession, person_id: str, kind: Kind) -> str | None:
    """The wording that a person agreed to last, where it is not today's; None also for who never agreed to any."""
    wording: str | None = await session.scalar(_LATEST, {"by": person_id, "to": kind})
    return wording if wording != WORDINGS[kind] else None
