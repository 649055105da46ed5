"""What requests for contact keep about a person: handed out, and erased."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from directory.contacts.model import ContactReply, ContactRequest
from directory.organisations.model import Organisation
from server.kernel.db import UnitOfWork


async def collect(session: AsyncSession, person_id: str) -> dict[str, Any]:
    """What somebody asked of which organisation, and how they answered others."""
    asked = (
        select(Organisation.name.label("to"), ContactRequest.asks, ContactRequest.offers, ContactRequest.at)
        .join(Organisation, Organisation.id == ContactRequest.to_id)
        .where(ContactRequest.person_id == person_id)
        .order_by(ContactRequest.at)
    )
    answered = (
        select(Organisation.name.label("from"), ContactReply.kind, ContactReply.text, ContactReply.at)
        .join(ContactRequest, ContactRequest.id == ContactReply.request_id)
        .join(Organisation, Organisation.id == ContactRequest.from_id)
        .where(ContactReply.by_id == person_id)
        .order_by(ContactReply.at)
    )
    parts = {"asked": asked, "answered": answered}
    return {name: [dict(row) for row in (await session.execute(query)).mappings()] for name, query in parts.items()}


async def erase(uow: UnitOfWork, person_id: str) -> None:
    """Take out what somebody wrote; that there was a request, and how it ended, stays with the organisations."""
    mine = update(ContactRequest).where(ContactRequest.person_id == person_id)
    await uow.session.execute(mine.values(asks="", offers=""))
    await uow.session.execute(update(ContactReply).where(ContactReply.by_id == person_id).values(text=""))
