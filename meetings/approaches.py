"""The way to a meeting from where people are shown: their page, and the list of a fair's people."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from fairs.cards import not_banned
from fairs.model import Fair, Membership
from fairs.rules import Phase, phase
from meetings.model import Plan
from meetings.queries import retreated
from meetings.reasons import why_not
from meetings.rules import WhyNot
from meetings.words import WHY_NOT
from people.approaches import Approach, InList
from web.i18n import N_


async def from_page(session: AsyncSession, viewer_id: str, person_id: str, now: datetime) -> Approach | None:
    """A meeting at the latest fair with meetings at which both are; once that is over, the reason why there is none."""
    mine, theirs = aliased(Membership), aliased(Membership)
    query = (
        select(Fair)
        .join(Plan, Plan.fair_id == Fair.id)
        .join(mine, mine.fair_id == Fair.id)
        .join(theirs, theirs.fair_id == Fair.id)
        .where(mine.person_id == viewer_id, theirs.person_id == person_id, not_banned(mine), not_banned(theirs))
        .order_by(Fair.starts_on.desc())
        .limit(1)
    )
    fair = await session.scalar(query)
    if fair is None:
        return None
    path = f"/fairs/{fair.slug}/meetings/with/{person_id}"
    why = await _why_nobody_asks(session, fair, person_id, now)
    return Approach(N_("Ask for a meeting"), path, "calendar-plus", WHY_NOT[why] if why else "")


async def from_list(
    session: AsyncSession, fair_id: str, viewer_id: str, person_ids: Collection[str], now: datetime
) -> InList | None:
    """With whom of a page of a fair's people there is a meeting to ask for, and why not with the others. What holds for
    all of them is said once."""
    fair = await session.scalar(select(Fair).join(Plan, Plan.fair_id == Fair.id).where(Fair.id == fair_id))
    if fair is None:
        return None
    others = [each for each in person_ids if each != viewer_id]
    why = await why_not(session, fair, viewer_id, others, now)
    of_all = next((each for each in why.values() if each in _MINE or _is_everybodys(each, why, others)), None)
    return InList(
        path=f"/fairs/{fair.slug}/meetings/with/",
        why_not={each: WHY_NOT[one] for each, one in why.items() if one is not of_all},
        there=frozenset(each for each, one in why.items() if one in _THERE),
        nobody={each for each, one in why.items() if one is of_all},
        why_nobody=WHY_NOT[of_all] if of_all else "",
    )


async def _why_nobody_asks(session: AsyncSession, fair: Fair, person_id: str, now: datetime) -> WhyNot | None:
    if phase(fair.starts_on, fair.ends_on, now, fair.time_zone) is Phase.OVER:
        return WhyNot.OVER
    return WhyNot.RETREATED if await retreated(session, fair.id, [person_id]) else None


def _is_everybodys(one: WhyNot, why: Mapping[str, WhyNot], others: Collection[str]) -> bool:
    return len(others) > 1 and all(why.get(each) is one for each in others)


# What holds for the viewer, whomever they would like to meet.
_MINE = frozenset((WhyNot.OVER, WhyNot.YOU_RETREATED, WhyNot.BUDGET))
# Where the way leads to what there is already.
_THERE = frozenset((WhyNot.ALREADY_ASKED, WhyNot.THEY_ASKED, WhyNot.ALREADY_MEETING))
