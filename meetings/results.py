"""What a fair's meetings came to, in sums: for the organiser, who never learns who said what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from meetings.model import Attendance, FollowUp, Meeting, NoShow, Outcome, Request
from meetings.queries import over_at
from meetings.rules import BECAME, VERDICTS
from meetings.standing import came
from people.model import Person

# A sum of fewer people would tell who they are.
PEOPLE_LEAST = 3
DISPUTES_SHOWN = 100


@dataclass(frozen=True)
class Dispute:
    """Somebody was missed, and says otherwise or why."""

    name: str
    starts_at: datetime
    text: str
    time_zone: str


@dataclass(frozen=True)
class Results:
    """Sums. `verdicts` and `became` are empty where too few people have said something."""

    requests: Mapping[str, int]  # by answer; "open" for those without
    booked: int
    called_off: int
    over: int
    held: int
    missed: int  # who was not there two minutes after the start, and did not come later
    late: int  # who came later
    disputed: int  # of those missed
    verdicts: Mapping[str, int]
    became: Mapping[str, int]

    @property
    def held_share(self) -> int | None:
        """Per cent of the meetings that are over and were held; None before the first."""
        return round(100 * self.held / self.over) if self.over else None

    @property
    def answered_share(self) -> int | None:
        """Per cent of the requests that came to an end and were answered; None before the first."""
        ended = sum(number for answer, number in self.requests.items() if answer not in ("open", "withdrawn"))
        answered = ended - self.requests.get("expired", 0)
        return round(100 * answered / ended) if ended else None


async def results(session: AsyncSession, fair_id: str, now: datetime) -> Results:
    """The sums of a fair, as they are now."""
    of_fair = Meeting.fair_id == fair_id
    stands, over = Meeting.cancelled_at.is_(None), over_at <= now
    both = select(Attendance.meeting_id).group_by(Attendance.meeting_id).having(func.count(Attendance.person_id) > 1)
    meetings = select(func.count()).select_from(Meeting).where(of_fair)
    missed = select(func.count()).select_from(NoShow).join(Meeting, Meeting.id == NoShow.meeting_id).where(of_fair)
    verdicts = select(Outcome.verdict, Outcome.person_id).join(Meeting, Meeting.id == Outcome.meeting_id).where(of_fair)
    became = select(FollowUp.answer, FollowUp.person_id).join(Meeting, Meeting.id == FollowUp.meeting_id).where(of_fair)
    asked = select(Request.answer, func.count()).where(Request.fair_id == fair_id).group_by(Request.answer)
    return Results(
        requests={answer or "open": number for answer, number in await session.execute(asked)},
        booked=await _number(session, meetings.where(stands)),
        called_off=await _number(session, meetings.where(~stands)),
        over=await _number(session, meetings.where(stands, over)),
        held=await _number(session, meetings.where(stands, over, Meeting.id.in_(both))),
        missed=await _number(session, missed.where(~came())),
        late=await _number(session, missed.where(came())),
        disputed=await _number(session, missed.where(~came(), NoShow.disputed_at.is_not(None))),
        verdicts=await _sums(session, verdicts, VERDICTS),
        became=await _sums(session, became.where(FollowUp.answer.is_not(None)), BECAME),
    )


async def disputes(session: AsyncSession, fair_id: str) -> list[Dispute]:
    """What people say about having been missed, the latest first; they are told that the organiser reads it."""
    said = (
        select(Person.name, Meeting.starts_at, NoShow.dispute, Person.time_zone)
        .join(Meeting, Meeting.id == NoShow.meeting_id)
        .join(Person, Person.id == NoShow.person_id)
        .where(Meeting.fair_id == fair_id, NoShow.disputed_at.is_not(None), ~came())
        .order_by(NoShow.disputed_at.desc(), Person.id)
        .limit(DISPUTES_SHOWN)
    )
    return [Dispute(*row) for row in await session.execute(said)]


async def _number(session: AsyncSession, query: Select[int]) -> int:
    return await session.scalar(query) or 0


async def _sums(session: AsyncSession, query: Select[Any, str], words: tuple[str, ...]) -> dict[str, int]:
    """How often each word was said, by a query of words and who said them; nothing where those are too few, however
    often they said it."""
    said = query.subquery()
    word, person_id = said.columns
    if await _number(session, select(func.count(person_id.distinct()))) < PEOPLE_LEAST:
        return {}
    counts = await session.execute(select(word, func.count()).group_by(word))
    found: dict[str, int] = {one: number for one, number in counts}
    return {one: found.get(one, 0) for one in words}
