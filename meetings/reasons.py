"""Why one cannot ask somebody for a meeting: for a whole list of people, with no query for each of them."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from fairs.model import Fair
from meetings.agendas import agendas, around, obstacle
from meetings.between import between_each
from meetings.model import Plan, Slot
from meetings.queries import limits_of, slots_of
from meetings.rules import Agenda, Limits, WhyNot


async def why_not(
    session: AsyncSession, fair: Fair, me: str, others: Collection[str], now: datetime
) -> dict[str, WhyNot]:
    """With whom of these there is nothing to ask for, and why; in the order in which they are given."""
    found = await between_each(session, fair, me, others, now)
    plan = next((each.plan for each in found.values()), None)
    free = [each for each, one in found.items() if one.why is None]
    late = await _without_time(session, fair, plan, me, free, now) if plan and free else frozenset()
    return {each: one.why or WhyNot.NO_SLOT for each, one in found.items() if one.why or each in late}


async def _without_time(
    session: AsyncSession, fair: Fair, plan: Plan, me: str, others: Sequence[str], now: datetime
) -> frozenset[str]:
    slots = await slots_of(session, fair.id, after=now)
    if not slots:
        return frozenset(others)
    found, limits = await agendas(session, [me, *others], around(slots)), limits_of(plan, fair)
    # Where nobody has time any more, each slot is judged for each of them: too long to hold up everything else.
    return await asyncio.to_thread(_never_free, slots, found, limits, me, now)


def _never_free(
    slots: Sequence[Slot], found: Mapping[str, Agenda], limits: Limits, me: str, now: datetime
) -> frozenset[str]:
    """Those with whom I have no slot in common."""
    mine = [each for each in slots if obstacle(each, {me: found[me]}, limits, now) is None]
    return frozenset(
        person
        for person, agenda in found.items()
        if person != me and not any(obstacle(each, {person: agenda}, limits, now) is None for each in mine)
    )
