"""What cards keep about a person: handed out, erased; and where cards go when two organisations become one."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from booths.cards import queries, telling
from booths.cards.actions import forget
from booths.cards.model import CardAssessment, CardNote, VisitingCard
from directory.organisations.model import Organisation
from fairs.model import Fair
from server.kernel.db import UnitOfWork

_SAID = ("name", "organisation", "position", "email", "phone", "about", "left_at", "changed_at")


async def collect(session: AsyncSession, person_id: str) -> dict[str, Any]:
    """Which cards somebody has left where; and what they thought and wrote of others', as one of an organisation."""
    return {
        "left": [
            {"to": each.organisation, "fair": each.fair, **{name: getattr(each.card, name) for name in _SAID}}
            for each in await queries.by_guest(session, person_id)
        ],
        "assessed": await _of_others(session, person_id, CardAssessment, CardAssessment.kind),
        "noted": await _of_others(session, person_id, CardNote, CardNote.text),
    }


async def erase(uow: UnitOfWork, person_id: str) -> None:
    """Delete somebody's cards, with what was noted about them, and what they wrote about others'. What they thought of
    those stays the organisation's, without a trace of who it was."""
    mine = select(VisitingCard).where(VisitingCard.person_id == person_id).order_by(VisitingCard.id)
    for card in (await uow.session.scalars(mine.with_for_update())).all():
        await forget(uow, card)
    await uow.session.execute(delete(CardNote).where(CardNote.by_id == person_id))
    await uow.session.execute(update(CardAssessment).where(CardAssessment.by_id == person_id).values(by_id=None))


async def carry(uow: UnitOfWork, from_id: str, into_id: str) -> None:
    """Have the cards of one organisation belong to another one. Of two of one person at one fair the later
    one stays."""
    both = select(VisitingCard).where(VisitingCard.organisation_id.in_((from_id, into_id))).order_by(VisitingCard.id)
    newest: dict[tuple[str, str], VisitingCard] = {}
    for card in (await uow.session.scalars(both.with_for_update())).all():
        whose = card.person_id, card.fair_id
        later, earlier = sorted((card, newest.get(whose, card)), key=_said_at, reverse=True)
        newest[whose] = later
        if earlier is not later:
            await forget(uow, earlier)
    await uow.session.flush()
    moved = update(VisitingCard).where(VisitingCard.organisation_id == from_id).values(organisation_id=into_id)
    await uow.session.execute(moved)
    await telling.carry(uow, from_id, into_id)


def _said_at(card: VisitingCard) -> Any:
    return card.changed_at or card.left_at


async def _of_others(session: AsyncSession, person_id: str, table: Any, said: Any) -> list[dict[str, Any]]:
    query = (
        select(Organisation.name.label("organisation"), Fair.name.label("fair"), said, table.at)
        .join(VisitingCard, VisitingCard.id == table.card_id)
        .join(Organisation, Organisation.id == VisitingCard.organisation_id)
        .join(Fair, Fair.id == VisitingCard.fair_id)
        .where(table.by_id == person_id)
        .order_by(table.at)
    )
    return [dict(row) for row in (await session.execute(query)).mappings()]
