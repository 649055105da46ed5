"""How a fair's meetings are spread over its people, for its organiser: how many have none, one, two and so on."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import CTE, Subquery, func, or_, select, union, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.cards import not_banned
from fairs.model import Membership
from matching.plans.model import Kind
from meetings.model import Meeting, Seat
from meetings.queries import retreats
from meetings.timetable.model import MeetingWish, Pairing, TimetableEntry
from people.model import Person

# From so many meetings on people are counted together, so that the chart keeps to a screen.
TOGETHER_FROM = 15
# Of those without a meeting so many are named; all are counted.
NAMED_MOST = 12


@dataclass(frozen=True)
class Spread:
    """`counts[n]` people have n meetings; the last one counts all who have `TOGETHER_FROM` or more, where it is that
    far. `half` of the people have that many or more. `without`: the first of those who have none, by name."""

    people: int
    counts: Sequence[int]
    least: int
    most: int
    half: int
    without: Sequence[tuple[str, str]]  # id and name


async def spread(session: AsyncSession, fair_id: str, run_id: str) -> Spread | None:
    """How the meetings of a fair are spread with those that a run would add; None where nobody is counted.

    Counted is who is wished for or wishes, is pinned, or has a meeting, and takes meetings at all. One query for all
    numbers, and one for the names of those who have none."""
    each = _each(fair_id, run_id)
    per_number = select(each.c.meetings, func.count()).group_by(each.c.meetings).order_by(each.c.meetings)
    found: dict[int, int] = {number: people for number, people in await session.execute(per_number)}
    if not found:
        return None
    without = select(each.c.id, each.c.name).where(each.c.meetings == 0).order_by(func.lower(each.c.name), each.c.id)
    first = (await session.execute(without.limit(NAMED_MOST))).all() if 0 in found else []
    return _summed(found, [(id, name) for id, name in first])


def _summed(found: dict[int, int], without: Sequence[tuple[str, str]]) -> Spread:
    counts = [0] * (min(max(found), TOGETHER_FROM) + 1)
    for number, people in found.items():
        counts[min(number, TOGETHER_FROM)] += people
    whole, more = sum(found.values()), 0
    for half in sorted(found, reverse=True):
        more += found[half]
        if 2 * more >= whole:
            break
    return Spread(whole, counts, min(found), max(found), half, without)


def _each(fair_id: str, run_id: str) -> CTE:
    """Id, name and number of meetings of everybody who is counted."""
    sits, named = _sits(fair_id, run_id), _named(fair_id)
    inside = select(Membership.person_id).where(Membership.fair_id == fair_id, not_banned())
    waits = Person.id.in_(select(named.c.person_id)) & ~retreats(fair_id, Person.id)
    meetings = func.count(sits.c.person_id)
    query = (
        select(Person.id, Person.name, meetings.label("meetings"))
        .outerjoin(sits, sits.c.person_id == Person.id)
        .where(Person.id.in_(inside), Person.erased_at.is_(None))
        .where(or_(sits.c.person_id.is_not(None), waits))
        .group_by(Person.id, Person.name)
    )
    return query.cte("each_person")


def _sits(fair_id: str, run_id: str) -> Subquery:
    """Everybody once for each of their meetings: those that are on, and those that the run found and nobody booked."""
    booked = select(Seat.person_id).join(Meeting, Meeting.id == Seat.meeting_id)
    open_ones = TimetableEntry.timetable_id == run_id, TimetableEntry.meeting_id.is_(None), TimetableEntry.why == ""
    return union_all(
        booked.where(Meeting.fair_id == fair_id, Meeting.cancelled_at.is_(None)),
        *(select(side).where(*open_ones) for side in (TimetableEntry.one_id, TimetableEntry.other_id)),
    ).subquery("sits")


def _named(fair_id: str) -> Subquery:
    """Who is to be put together with somebody, by a wish or a pin."""
    wished = MeetingWish.fair_id == fair_id, MeetingWish.kind != Kind.NEVER
    pinned = Pairing.fair_id == fair_id, Pairing.slot_id.is_not(None)
    return union(
        select(MeetingWish.of_id.label("person_id")).where(*wished),
        select(MeetingWish.whom_id).where(*wished),
        *(select(side).where(*pinned) for side in (Pairing.one_id, Pairing.other_id)),
    ).subquery("named")
