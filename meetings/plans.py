"""What an organiser does: the plan of a fair's meetings, its slots, its groups and rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select

from fairs.model import Fair, Membership
from meetings import grid
from meetings.bookings import give_up, lock_meetings
from meetings.events import MeetingCancelled, PlanChanged
from meetings.grid import Hours, Span
from meetings.model import Break, Day, Group, GroupMember, Meeting, Plan, Proposal, Rule, Slot
from meetings.queries import grid_of
from meetings.rules import Mode
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id


@dataclass(frozen=True)
class Wish:
    """What an organiser wants the plan to be. Minutes, and hours for `answer_within`."""

    mode: str
    length: int
    gap: int
    most_per_day: int
    longest_streak: int
    open_requests: int
    answer_within: int
    days: Sequence[Hours]
    breaks: Sequence[tuple[int, int]] = ()


# What a fair begins with: short meetings, time to breathe, and a reason to answer.
LENGTH, GAP, MOST_PER_DAY, LONGEST_STREAK, OPEN_REQUESTS, ANSWER_WITHIN = 20, 5, 12, 4, 10, 48
OPENS, CLOSES = 9 * 60, 17 * 60
NOON = (12 * 60, 13 * 60)


def usual(fair: Fair) -> Wish:
    """The plan to begin with: every day of the fair, on request."""
    count = (fair.ends_on - fair.starts_on).days + 1
    days = [Hours(date_after(fair, number), OPENS, CLOSES) for number in range(count)]
    return Wish(Mode.REQUEST, LENGTH, GAP, MOST_PER_DAY, LONGEST_STREAK, OPEN_REQUESTS, ANSWER_WITHIN, days, (NOON,))


def date_after(fair: Fair, number: int) -> date:
    """The day so many days after a fair's first."""
    return date.fromordinal(fair.starts_on.toordinal() + number)


async def arrange(uow: UnitOfWork, fair: Fair, wish: Wish, *, by_id: str | None) -> list[str]:
    """Have a fair arrange its meetings so; the ids of the meetings that lost their slot by it, see `lay`.

    Raises ValueError for a plan of more than `grid.SLOTS_MOST` slots.
    """
    plan = await uow.session.get(Plan, fair.id, with_for_update=True) or Plan(fair_id=fair.id)
    for name in ("mode", "length", "gap", "most_per_day", "longest_streak", "open_requests", "answer_within"):
        setattr(plan, name, getattr(wish, name))
    plan.changed_at, plan.changed_by_id = uow.clock.now(), by_id
    uow.session.add(plan)
    await uow.session.flush()
    for table in (Day, Break):
        await uow.session.execute(delete(table).where(table.fair_id == fair.id))
    uow.session.add_all(Day(fair_id=fair.id, day=each.day, opens=each.opens, closes=each.closes) for each in wish.days)
    uow.session.add_all(Break(fair_id=fair.id, starts=starts, ends=ends) for starts, ends in wish.breaks)
    await uow.session.flush()
    return await lay(uow, fair, plan, by_id=by_id)


async def lay(uow: UnitOfWork, fair: Fair, plan: Plan, *, by_id: str | None) -> list[str]:
    """Lay the slots of a plan anew. A slot at the same time stays the same one; what has no place any more is
    withdrawn, and meetings ahead in it are called off, whose people are told and offered other slots.
    """
    wanted = set(grid.slots(await grid_of(uow.session, fair, plan)))
    if len(wanted) > grid.SLOTS_MOST:
        raise ValueError("too many slots")
    known = (await uow.session.scalars(select(Slot).where(Slot.fair_id == fair.id))).all()
    for slot in known:
        stays = Span(slot.starts_at, slot.ends_at) in wanted
        slot.withdrawn_at = None if stays else slot.withdrawn_at or uow.clock.now()
    new = wanted - {Span(slot.starts_at, slot.ends_at) for slot in known}
    uow.session.add_all(
        Slot(id=new_id(), fair_id=fair.id, starts_at=each.starts, ends_at=each.ends) for each in sorted(new)
    )
    await uow.session.flush()
    uow.emit(PlanChanged(fair.id))
    return await _displace(uow, fair, by_id)


async def _displace(uow: UnitOfWork, fair: Fair, by_id: str | None) -> list[str]:
    homeless = (
        select(Meeting)
        .join(Slot, Slot.id == Meeting.slot_id)
        .where(Meeting.fair_id == fair.id, Slot.withdrawn_at.is_not(None), Meeting.cancelled_at.is_(None))
        .where(Meeting.starts_at > uow.clock.now())
    )
    found = (await uow.session.scalars(homeless)).all()
    people = await lock_meetings(uow, found)
    for meeting in (each for each in found if each.id in people):
        await give_up(uow, meeting, by_id=by_id or meeting.made_by_id, reason=SLOT_WITHDRAWN)
        uow.emit(MeetingCancelled(meeting.id, frozenset(people[meeting.id])))
    gone = select(Slot.id).where(Slot.fair_id == fair.id, Slot.withdrawn_at.is_not(None))
    await uow.session.execute(delete(Proposal).where(Proposal.slot_id.in_(gone)))
    return sorted(people)


# The reasons of cancellations that nobody typed; pages and mails say them in the reader's language.
SLOT_WITHDRAWN = "slot withdrawn"
TIMETABLE_MENDED = "timetable mended"


@dataclass(frozen=True)
class GroupWish:
    """A group as an organiser wants it: `members` are people's ids."""

    name: str
    role: str | None = None
    members: Sequence[str] = ()


async def add_group(uow: UnitOfWork, fair_id: str, wish: GroupWish) -> Group:
    """Make a group."""
    group = Group(id=new_id(), fair_id=fair_id, name=wish.name, role=wish.role)
    uow.session.add(group)
    await uow.session.flush()
    await set_members(uow, group, wish.members)
    return group


async def set_members(uow: UnitOfWork, group: Group, members: Sequence[str]) -> None:
    """Put exactly these people into a group by name; whoever was in another one by name is in this one now."""
    away = GroupMember.group_id == group.id
    await uow.session.execute(delete(GroupMember).where(away))
    same = GroupMember.fair_id == group.fair_id, GroupMember.person_id.in_(members)
    await uow.session.execute(delete(GroupMember).where(*same))
    uow.session.add_all(
        GroupMember(fair_id=group.fair_id, person_id=each, group_id=group.id) for each in dict.fromkeys(members)
    )
    await uow.session.flush()


async def remove_group(uow: UnitOfWork, group: Group) -> None:
    """Remove a group with its rules; its people are judged by their roles again."""
    await uow.session.execute(delete(Rule).where((Rule.from_group_id == group.id) | (Rule.to_group_id == group.id)))
    await uow.session.execute(delete(GroupMember).where(GroupMember.group_id == group.id))
    await uow.session.delete(group)


async def set_rules(uow: UnitOfWork, group_ids: Sequence[str], modes: Mapping[tuple[str, str], str]) -> None:
    """Set who may meet whom; pairs without a mode go the fair's own way."""
    await uow.session.execute(delete(Rule).where(Rule.from_group_id.in_(group_ids)))
    known = {*group_ids}
    uow.session.add_all(
        Rule(from_group_id=one, to_group_id=other, mode=Mode(mode))
        for (one, other), mode in modes.items()
        if one in known and other in known
    )
    await uow.session.flush()


async def members_by_email(uow: UnitOfWork, fair_id: str, emails: Sequence[str]) -> dict[str, str]:
    """Of these normalised addresses, those of the fair's members, each with the person's id."""
    query = (
        select(Person.email, Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.fair_id == fair_id, Person.email.in_(emails))
        .distinct()
    )
    return {row.email: row.id for row in await uow.session.execute(query)}
