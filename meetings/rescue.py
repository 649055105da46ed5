"""Nobody waits in vain: whoever is missed is replaced by the best person who is present, free and fitting."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.cards import cards
from fairs.model import Fair
from meetings import rules, shown
from meetings.agendas import agendas
from meetings.bookings import ConflictError, lock_meetings, lock_people
from meetings.events import MeetingBooked, RescueAnswered, RescueOffered, RescueOver
from meetings.fitting import Fit, Fitting, best
from meetings.grid import Span
from meetings.model import Meeting, Rescue, Seat
from meetings.queries import groups_of_people, plan_of, retreated, rules_of
from meetings.shown import Who
from meetings.standing import missed_in, open_with, stands
from meetings.timetable.pairings import kept_apart
from meetings.watching import step
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id

OVER_JOB = "meetings.rescue_over"
# Whoever waits may ask another one when nobody has answered for so long; who says yes first, comes in.
ANSWERED_WITHIN = timedelta(minutes=1)
ASKED_SHOWN = 10
# People who are looked at: those who came to the lobby last.
LOOKED_AT = 200
FEW = 10


@dataclass(frozen=True)
class Asked:
    """Somebody was asked to step in, as those two see it."""

    id: str
    name: str  # of the other one
    time_zone: str  # theirs
    until: datetime  # when it is worth it no more
    answered: bool
    new_meeting_id: str | None

    @property
    def path(self) -> str:
        """Where whoever is asked answers."""
        return f"/meetings/rescues/{self.id}"


async def offered_to(session: AsyncSession, viewer_id: str, now: datetime) -> list[Asked]:
    """The questions to somebody that they can still answer, the latest first."""
    mine = Rescue.candidate_id == viewer_id, stands(now + rules.LEAST_LEFT)
    return await _asked(session, Rescue.waiting_id, *mine)


async def asked_for(session: AsyncSession, viewer_id: str, meeting_id: str) -> list[Asked]:
    """Who was asked to step in for somebody in a meeting, the latest first."""
    return await _asked(session, Rescue.candidate_id, Rescue.waiting_id == viewer_id, Rescue.meeting_id == meeting_id)


async def _asked(session: AsyncSession, other: Any, *which: ColumnElement[bool]) -> list[Asked]:
    query = (
        select(Rescue, Person.name, Person.time_zone, Meeting.ends_at)
        .join(Meeting, Meeting.id == Rescue.meeting_id)
        .join(Person, Person.id == other)
        .where(*which)
        .order_by(Rescue.at.desc(), Rescue.id.desc())
        .limit(ASKED_SHOWN)
    )
    return [
        Asked(
            row.Rescue.id,
            row.name,
            row.time_zone,
            row.ends_at - rules.LEAST_LEFT,
            row.Rescue.answered_at is not None,
            row.Rescue.new_meeting_id,
        )
        for row in await session.execute(query)
    ]  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """Who could step in, and how well they fit."""

    who: Who
    fit: Fit


async def candidate(
    session: AsyncSession, fitting: Fitting, meeting: Meeting, waiting_id: str, present: Collection[str], now: Span
) -> Candidate | None:
    """The best of those present to step in for a meeting: free for the rest of it, allowed, not asked before.

    `now` is the rest of the slot.
    """
    asked = select(Rescue.candidate_id).where(Rescue.meeting_id == meeting.id)
    people = set(await session.scalars(select(Seat.person_id).where(Seat.meeting_id == meeting.id)))
    out = people | set(await session.scalars(asked))
    near = [each for each in list(present)[-LOOKED_AT:] if each not in out]
    free = await _free(session, meeting, waiting_id, near, now)
    one = await shown.who(session, waiting_id)
    others = await shown.those(session, free)
    if len(others) > FEW:  # with long texts they would hold everybody up
        found = await asyncio.to_thread(best, fitting, one, others)
    else:
        found = best(fitting, one, others)
    return Candidate(*found) if found else None


async def _free(session: AsyncSession, meeting: Meeting, waiting_id: str, near: list[str], now: Span) -> list[str]:
    """Of these people, those who have time now, may meet whoever waits, and are not to be kept apart from them."""
    fair_id = meeting.fair_id
    plan = await plan_of(session, fair_id)
    if plan is None or not near:
        return []
    busy = await agendas(session, near, now)
    out = await retreated(session, fair_id, near) | await kept_apart(session, fair_id, waiting_id, near)
    rights = await rules_of(session, plan)
    groups = await groups_of_people(session, fair_id, rights.groups, [waiting_id, *near])
    return [
        each
        for each in near
        if each not in out
        and meeting.slot_id not in busy[each].absent
        and not any(now.overlaps(one) for one in (*busy[each].meetings, *busy[each].busy))
        and rights.mode(groups[waiting_id], groups[each]) is not rules.Mode.NEVER
    ]


async def offer(uow: UnitOfWork, meeting: Meeting, waiting_id: str, candidate_id: str) -> Rescue:
    """Ask somebody to step in for the rest of a meeting."""
    rescue = Rescue(
        id=new_id(), meeting_id=meeting.id, waiting_id=waiting_id, candidate_id=candidate_id, at=uow.clock.now()
    )
    uow.session.add(rescue)
    await uow.session.flush()
    over = meeting.ends_at - rules.LEAST_LEFT
    uow.enqueue(OVER_JOB, {"person_id": candidate_id}, at=over, key=f"{OVER_JOB}:{rescue.id}")
    uow.emit(RescueOffered(rescue.id, meeting.id, waiting_id, candidate_id))
    return rescue


async def refuse(uow: UnitOfWork, rescue: Rescue) -> None:
    """No, thank you. Raises ConflictError("answered")."""
    await _lock(uow, rescue)
    rescue.answered_at = uow.clock.now()
    uow.emit(RescueAnswered(rescue.id, rescue.meeting_id, rescue.waiting_id, rescue.candidate_id, None))


async def step_in(uow: UnitOfWork, rescue: Rescue, fair: Fair) -> Meeting:
    """Take the missing one's place: a new meeting for the rest of the slot, in which whoever waits now is.

    Raises ConflictError: answered, past, meeting (one of the two has another one now), cancelled, came (whoever was
    missing), away (one of the two is at the fair no more).
    """
    await _lock(uow, rescue)
    old = await uow.session.get_one(Meeting, rescue.meeting_id)
    if old.id not in await lock_meetings(uow, [old], also=[rescue.candidate_id]):
        raise ConflictError("cancelled")
    if not await missed_in(uow.session, old.id):
        raise ConflictError("came")
    pair = (rescue.waiting_id, rescue.candidate_id)
    if len(await cards(uow.session, fair.id, pair)) < len(pair):
        raise ConflictError("away")
    now = uow.clock.now()
    rest = Span(now, old.ends_at)
    if rest.ends - rest.starts < rules.LEAST_LEFT:
        raise ConflictError(rules.SlotTaken.PAST)
    await lock_people(uow, pair)
    taken = await agendas(uow.session, pair, rest, but=[old.id])
    if any(rest.overlaps(each) for agenda in taken.values() for each in agenda.meetings):
        raise ConflictError(rules.SlotTaken.MEETING)
    meeting = _rest_of(old, rescue, fair, rest)
    uow.session.add(meeting)
    await uow.session.flush()
    mine = Seat.meeting_id == old.id, Seat.person_id == rescue.waiting_id
    await uow.session.execute(update(Seat).where(*mine).values(slot_id=None))
    uow.session.add_all(Seat(meeting_id=meeting.id, person_id=each, slot_id=old.slot_id, since=now) for each in pair)
    rescue.answered_at, rescue.new_meeting_id = now, meeting.id
    await uow.session.flush()
    step(uow, meeting, now)  # no invitation: both are on their way in already
    uow.emit(MeetingBooked(meeting.id, frozenset(pair)))
    uow.emit(RescueAnswered(rescue.id, old.id, rescue.waiting_id, rescue.candidate_id, meeting.id))
    others = Rescue.meeting_id == old.id, Rescue.waiting_id == rescue.waiting_id
    uow.emit(RescueOver(await open_with(uow.session, *others)))
    return meeting


def _rest_of(old: Meeting, rescue: Rescue, fair: Fair, rest: Span) -> Meeting:
    return Meeting(
        id=new_id(),
        fair_id=fair.id,
        slot_id=old.slot_id,
        request_id=None,
        starts_at=rest.starts,
        ends_at=rest.ends,
        ask="",
        offer="",
        sequence=0,
        made_at=rest.starts,
        made_by_id=rescue.candidate_id,
    )


async def _lock(uow: UnitOfWork, rescue: Rescue) -> None:
    await uow.session.refresh(rescue, with_for_update=True)
    if rescue.answered_at is not None:
        raise ConflictError("answered")
