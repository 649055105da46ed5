"""The way to a meeting from where people are shown: their page, and the list of a fair's people."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from fairs.cards import not_banned
from fairs.model import Fair, Membership
from meetings.model import Plan
from meetings.queries import retreated
from meetings.rules import WhyNot
from meetings.words import WHY_NOT
from people.approaches import Approach
from web.i18n import N_


async def from_page(session: AsyncSession, viewer_id: str, person_id: str) -> Approach | None:
    """A meeting at the latest fair with meetings at which both are."""
    mine, theirs = aliased(Membership), aliased(Membership)
    query = (
        select(Fair.id, Fair.slug)
        .join(Plan, Plan.fair_id == Fair.id)
        .join(mine, mine.fair_id == Fair.id)
        .join(theirs, theirs.fair_id == Fair.id)
        .where(mine.person_id == viewer_id, theirs.person_id == person_id, not_banned(mine), not_banned(theirs))
        .order_by(Fair.starts_on.desc())
        .limit(1)
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    away = await retreated(session, found.id, [person_id])
    path = f"/fairs/{found.slug}/meetings/with/{person_id}"
    return Approach(N_("Ask for a meeting"), path, "calendar-plus", WHY_NOT[WhyNot.RETREATED] if away else "")


async def from_list(session: AsyncSession, fair_id: str) -> str:
    """The beginning of the addresses that lead from a fair's people to a meeting with each."""
    slug = await session.scalar(select(Fair.slug).join(Plan, Plan.fair_id == Fair.id).where(Fair.id == fair_id))
    return f"/fairs/{slug}/meetings/with/" if slug else ""
