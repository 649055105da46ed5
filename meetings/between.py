"""Whether two people can arrange a meeting at a fair, in which way, and if not, why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from fairs.cards import cards
from fairs.model import Fair
from fairs.rules import Phase, phase
from meetings.agendas import Choice, choices
from meetings.model import Meeting, Plan, Request, Seat
from meetings.queries import groups_of_people, plan_of, retreated, rules_of
from meetings.rules import Answer, Mode, WhyNot, response_rate


@dataclass(frozen=True)
class Between:
    """How one person gets a meeting with another. `why` says why not; then `mode` and `slots` do not matter."""

    plan: Plan | None
    mode: Mode = Mode.NEVER
    why: WhyNot | None = None
    slots: Sequence[Choice] = ()
    left: int = 0  # requests that one may still send
    open_id: str = ""  # the request or the meeting that there is already


async def between(
    session: AsyncSession, fair: Fair, me: str, other: str, now: datetime, *, look_for_slots: bool = True
) -> Between:
    """How `me` gets a meeting with `other` at a fair. Slots that are known already need not be looked for."""
    plan = await plan_of(session, fair.id)
    if plan is None:
        return Between(None, why=WhyNot.NO_PLAN)
    why, mode = await _may(session, fair, plan, me, other, now)
    if why:
        return Between(plan, mode, why)
    there = await _already(session, fair.id, me, other, now)
    if there:
        return Between(plan, mode, there[0], open_id=there[1])
    slots = await choices(session, fair, plan, [me, other], now) if look_for_slots else []
    if look_for_slots and not any(each.free for each in slots):
        return Between(plan, mode, WhyNot.NO_SLOT, slots)
    if mode is not Mode.REQUEST:
        return Between(plan, mode, None, slots)  # what is booked at once is no open request
    left = plan.open_requests - await open_requests(session, fair.id, me)
    if left <= 0:
        return Between(plan, mode, WhyNot.BUDGET, slots)
    return Between(plan, mode, None, slots, left)


async def _may(
    session: AsyncSession, fair: Fair, plan: Plan, me: str, other: str, now: datetime
) -> tuple[WhyNot | None, Mode]:
    """What speaks against it by the fair's rules and by people's own wish."""
    if me == other:
        return WhyNot.ONESELF, Mode.NEVER
    if phase(fair.starts_on, fair.ends_on, now, fair.time_zone) is Phase.OVER:
        return WhyNot.OVER, Mode.NEVER
    here = await cards(session, fair.id, [me, other])
    if len(here) < 2 or not here[other].name:
        return WhyNot.NOT_HERE, Mode.NEVER
    rules = await rules_of(session, plan)
    groups = await groups_of_people(session, fair.id, rules.groups, [me, other])
    mode = rules.mode(groups[me], groups[other])
    if mode is Mode.NEVER:
        return WhyNot.NEVER, mode
    if mode is Mode.ORGANISER:
        return WhyNot.ORGANISER_ONLY, mode
    away = await retreated(session, fair.id, [me, other])
    if me in away:
        return WhyNot.YOU_RETREATED, mode
    return (WhyNot.RETREATED if other in away else None), mode


async def _already(
    session: AsyncSession, fair_id: str, me: str, other: str, now: datetime
) -> tuple[WhyNot, str] | None:
    """What these two have already: a meeting ahead of them, or an open request."""
    ahead = _TOGETHER.where(Meeting.fair_id == fair_id, Meeting.ends_at > now).limit(1)
    meeting = await session.scalar(ahead, {"me": me, "other": other})
    if meeting:
        return WhyNot.ALREADY_MEETING, meeting
    pair = or_(and_(Request.from_id == me, Request.to_id == other), and_(Request.from_id == other, Request.to_id == me))
    query = select(Request).where(Request.fair_id == fair_id, pair, Request.answered_at.is_(None)).limit(1)
    request = await session.scalar(query)
    if request is None:
        return None
    return (WhyNot.ALREADY_ASKED if request.from_id == me else WhyNot.THEY_ASKED), request.id


async def open_requests(session: AsyncSession, fair_id: str, person_id: str) -> int:
    """How many requests of somebody wait for the other one. Only these use up the budget: an answer gives it back."""
    waiting = Request.fair_id == fair_id, Request.from_id == person_id, Request.answered_at.is_(None)
    query = select(func.count()).select_from(Request).where(*waiting, Request.turn_id != person_id)
    return await session.scalar(query) or 0


async def rate(session: AsyncSession, fair_id: str, person_id: str) -> int | None:
    """Per cent of requests at a fair that somebody answered; None where there are too few to say."""
    query = (
        select(Request.answer, func.count())
        .where(Request.fair_id == fair_id, Request.to_id == person_id, Request.answer.is_not(None))
        .where(Request.answer != Answer.WITHDRAWN)
        .group_by(Request.answer)
    )
    counts = {answer: number for answer, number in await session.execute(query)}
    expired = counts.pop(Answer.EXPIRED, 0)
    return response_rate(sum(counts.values()), expired)


async def have_met(session: AsyncSession, me: str, other: str) -> bool:
    """Whether two people are, or were, in a meeting together that was not called off, or one asked the other."""
    return bool(await session.scalar(select(exists(_TOGETHER)), {"me": me, "other": other}))


_MINE, _THEIRS = aliased(Seat), aliased(Seat)
# The meetings in which two people sit. Built once: an alias costs more than the query.
_TOGETHER = (
    select(Meeting.id)
    .join(_MINE, and_(_MINE.meeting_id == Meeting.id, _MINE.person_id == bindparam("me")))
    .join(_THEIRS, and_(_THEIRS.meeting_id == Meeting.id, _THEIRS.person_id == bindparam("other")))
    .where(Meeting.cancelled_at.is_(None))
)
