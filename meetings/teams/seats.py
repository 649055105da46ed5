"""Colleagues of one team swap what they hold: one takes another's seat in a meeting, or two change places."""

from collections.abc import Collection

from sqlalchemy import select

from fairs.model import Fair
from meetings import bookings
from meetings.between import between
from meetings.model import Meeting, Plan, Seat
from meetings.requests import RefusedError
from meetings.rules import WhyNot
from meetings.teams.queries import in_one_team
from meetings.timetable.standing import follow_seats
from server.kernel.db import UnitOfWork

# Why a colleague cannot be put in front of somebody. What speaks against *asking* (a budget, a request that waits) does
# not: nothing is asked here.
_APART = (WhyNot.NOT_HERE, WhyNot.NEVER, WhyNot.RETREATED, WhyNot.YOU_RETREATED, WhyNot.OVER)


async def give(
    uow: UnitOfWork, meeting: Meeting, fair: Fair, plan: Plan, from_id: str, to_id: str, *, by_id: str
) -> None:
    """Have a colleague sit in a meeting in somebody's place; each of the team may do it. Raises RefusedError, and
    ConflictError as `bookings.hand_on` does."""
    await _check_team(uow, fair, {from_id, to_id, by_id})
    await _check_fit(uow, fair, meeting, from_id, to_id)
    await bookings.hand_on(uow, meeting, fair, plan, from_id, to_id, by_id=by_id)
    await follow_seats(uow, [meeting.id])


async def exchange(
    uow: UnitOfWork, one: Meeting, other: Meeting, fair: Fair, plan: Plan, people: tuple[str, str], *, by_id: str
) -> None:
    """Have two colleagues change places between their meetings of one fair. Raises as `give` does."""
    if one.fair_id != other.fair_id:
        raise RefusedError("not_a_colleague")
    await _check_team(uow, fair, {*people, by_id})
    await _check_fit(uow, fair, one, people[0], people[1])
    await _check_fit(uow, fair, other, people[1], people[0])
    await bookings.exchange(uow, one, other, fair, plan, people, by_id=by_id)
    await follow_seats(uow, [one.id, other.id])


async def _check_team(uow: UnitOfWork, fair: Fair, person_ids: Collection[str]) -> None:
    if not await in_one_team(uow.session, fair.id, person_ids):
        raise RefusedError("not_a_colleague")


async def _check_fit(uow: UnitOfWork, fair: Fair, meeting: Meeting, from_id: str, to_id: str) -> None:
    """The others of the meeting, who agreed to meet somebody else, may meet the colleague at all."""
    others = select(Seat.person_id).where(Seat.meeting_id == meeting.id, Seat.person_id.not_in([from_id, to_id]))
    for person_id in (await uow.session.scalars(others)).all():
        found = await between(uow.session, fair, person_id, to_id, uow.clock.now(), look_for_slots=False)
        if found.why in _APART:
            raise RefusedError(found.why)
