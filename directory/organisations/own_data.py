"""What organisations keep about a person: handed out, and erased."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from directory.organisations.model import Change, Claim, Invitation, Member, Organisation, RecordSource
from server.kernel.db import UnitOfWork


async def collect(session: AsyncSession, person_id: str) -> dict[str, Any]:
    """To which organisations somebody belongs, what they asked, whom they invited, and what they changed."""
    name = Organisation.name.label("organisation")
    members = select(name, Member.role, Member.since).join(Organisation, Organisation.id == Member.organisation_id)
    claims = select(name, Claim.email, Claim.at, Claim.decided_at, Claim.outcome).join(
        Organisation, Organisation.id == Claim.organisation_id
    )
    invitations = select(name, Invitation.email, Invitation.role, Invitation.at, Invitation.accepted_at).join(
        Organisation, Organisation.id == Invitation.organisation_id
    )
    changes = select(name, Change.at, Change.field, Change.before, Change.after).join(
        Organisation, Organisation.id == Change.organisation_id
    )
    asked = {
        "members": members.where(Member.person_id == person_id).order_by(Member.since),
        "claims": claims.where(Claim.person_id == person_id).order_by(Claim.at),
        "invitations": invitations.where(Invitation.by_id == person_id).order_by(Invitation.at),
        "changes": changes.where(Change.by_id == person_id).order_by(Change.id),
    }
    return {key: [dict(row._mapping) for row in await session.execute(query)] for key, query in asked.items()}


async def erase(uow: UnitOfWork, person_id: str) -> None:
    """Take somebody out of all organisations, with the addresses that they claimed by.

    Open invitations of theirs end. What they changed stays in the log of the organisation, as a former participant's.
    An organisation may lose its last administrator so: whoever claims it next becomes one.
    """
    session, now = uow.session, uow.clock.now()
    await session.execute(delete(Member).where(Member.person_id == person_id))
    await session.execute(update(RecordSource).where(RecordSource.by_id == person_id).values(by_id=None))
    open_claims = Claim.person_id == person_id, Claim.decided_at.is_(None)
    await session.execute(update(Claim).where(*open_claims).values(decided_at=now, outcome="withdrawn"))
    await session.execute(update(Claim).where(Claim.person_id == person_id).values(email=""))
    waiting = Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None)
    await session.execute(update(Invitation).where(Invitation.by_id == person_id, *waiting).values(withdrawn_at=now))
    await session.execute(update(Invitation).where(Invitation.accepted_by_id == person_id).values(email=""))
