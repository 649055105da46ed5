"""Whether two people can arrange a meeting at a fair, in which way, and if not, why."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from fairs.cards import cards
from fairs.model import Fair
from fairs.rules import Phase, phase
from meetings.agendas import Choice, choices
from meetings.model import Meeting, Plan, Request, Seat
from meetings.queries import groups_of_people, over_at, plan_of, retreated, rules_of
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
    found = (await between_each(session, fair, me, [other], now))[other]
    if not look_for_slots or found.plan is None or found.why not in (None, WhyNot.BUDGET):
        return found
    slots = await choices(session, fair, found.plan, [me, other], now)
    why = found.why if any(each.free for each in slots) else WhyNot.NO_SLOT
    return replace(found, why=why, slots=slots)


async def between_each(
    session: AsyncSession, fair: Fair, me: str, others: Collection[str], now: datetime
) -> dict[str, Between]:
    """How `me` gets a meeting with each of these, apart from when. As many queries for one as for a whole list."""
    plan = await plan_of(session, fair.id)
    if plan is None:
        return dict.fromkeys(others, Between(None, why=WhyNot.NO_PLAN))
    judge = await _judge(session, fair, plan, me, others, now)
    found = {each: Between(plan, mode, why) for each, (why, mode) in ((one, judge(one)) for one in others)}
    asked = [each for each, one in found.items() if one.why is None]
    there = await _already(session, fair.id, me, asked, now) if asked else {}
    found |= {each: replace(found[each], why=why, open_id=id) for each, (why, id) in there.items()}
    # What is booked at once is no open request.
    asking = [each for each, one in found.items() if one.why is None and one.mode is Mode.REQUEST]
    left = plan.open_requests - await open_requests(session, fair.id, me) if asking else 0
    spent = WhyNot.BUDGET if left <= 0 else None
    return found | {each: replace(found[each], why=spent, left=max(left, 0)) for each in asking}


async def _judge(
    session: AsyncSession, fair: Fair, plan: Plan, me: str, others: Collection[str], now: datetime
) -> Callable[[str], tuple[WhyNot | None, Mode]]:
    """What speaks against each of them by the fair's rules and by people's own wish, and else how it goes."""
    over = phase(fair.starts_on, fair.ends_on, now, fair.time_zone) is Phase.OVER
    here = {} if over else await cards(session, fair.id, [me, *others])
    rules = await rules_of(session, plan) if here else None
    groups = await groups_of_people(session, fair.id, rules.groups, list(here)) if rules else {}
    away = await retreated(session, fair.id, list(here)) if here else frozenset()

    def judge(other: str) -> tuple[WhyNot | None, Mode]:
        if me == other:
            return WhyNot.ONESELF, Mode.NEVER
        if over:
            return WhyNot.OVER, Mode.NEVER
        if rules is None or me not in here or other not in here or not here[other].name:
            return WhyNot.NOT_HERE, Mode.NEVER
        mode = rules.mode(groups[me], groups[other])
        if mode is Mode.NEVER:
            return WhyNot.NEVER, mode
        if mode is Mode.ORGANISER:
            return WhyNot.ORGANISER_ONLY, mode
        if me in away:
            return WhyNot.YOU_RETREATED, mode
        return (WhyNot.RETREATED if other in away else None), mode

    return judge


async def _already(
    session: AsyncSession, fair_id: str, me: str, others: Collection[str], now: datetime
) -> dict[str, tuple[WhyNot, str]]:
    """What there is already with any of these: a meeting ahead, or an open request. Two queries."""
    asked = {"me": me, "others": list(others), "fair": fair_id, "now": now}
    found = {other: (WhyNot.ALREADY_MEETING, meeting) for other, meeting in await session.execute(_AHEAD, asked)}
    pair = or_(
        and_(Request.from_id == me, Request.to_id.in_(others)), and_(Request.to_id == me, Request.from_id.in_(others))
    )
    query = select(Request.id, Request.from_id, Request.to_id)
    for id, from_id, to_id in await session.execute(
        query.where(Request.fair_id == fair_id, pair, Request.answered_at.is_(None)).order_by(Request.sent_at)
    ):
        mine = from_id == me
        found.setdefault(to_id if mine else from_id, (WhyNot.ALREADY_ASKED if mine else WhyNot.THEY_ASKED, id))
    return found


async def meeting_ahead(session: AsyncSession, fair_id: str, me: str, other: str, now: datetime) -> str | None:
    """The id of the next meeting of two people at a fair that is not over."""
    asked = {"me": me, "others": [other], "fair": fair_id, "now": now}
    return next((meeting for _, meeting in reversed((await session.execute(_AHEAD, asked)).all())), None)


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


async def have_met(session: AsyncSession, me: str, others: Collection[str]) -> set[str]:
    """Those of several people with whom somebody is, or was, in a meeting that was not called off."""
    return set(await session.scalars(_TOGETHER, {"me": me, "others": list(others)}))


_MINE, _THEIRS = aliased(Seat), aliased(Seat)
# Those of several people with whom somebody sits in a meeting. Built once: an alias costs more than the query.
_TOGETHER = (
    select(_THEIRS.person_id)
    .join(Meeting, Meeting.id == _THEIRS.meeting_id)
    .join(_MINE, and_(_MINE.meeting_id == Meeting.id, _MINE.person_id == bindparam("me")))
    .where(_THEIRS.person_id.in_(bindparam("others", expanding=True)), Meeting.cancelled_at.is_(None))
)
# Those of several people with whom somebody sits in a meeting that is not over.
_AHEAD = (
    select(_THEIRS.person_id, Meeting.id)
    .join(Meeting, Meeting.id == _THEIRS.meeting_id)
    .join(_MINE, and_(_MINE.meeting_id == Meeting.id, _MINE.person_id == bindparam("me")))
    .where(_THEIRS.person_id.in_(bindparam("others", expanding=True)), Meeting.cancelled_at.is_(None))
    .where(Meeting.fair_id == bindparam("fair"), over_at > bindparam("now"))
    .order_by(Meeting.starts_at.desc())  # of several the next one is named
)
