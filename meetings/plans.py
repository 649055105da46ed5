"""What an organiser does: the plan of a fair's meetings, its slots, its groups and rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select

from fairs.model import Fair
from meetings import displacing, grid
from meetings.displacing import Laid
from meetings.events import PlanChanged
from meetings.grid import Hours, Span, moved_along
from meetings.model import Break, Day, Group, GroupMember, Plan, Rule, Slot
from meetings.queries import grid_of, laid_grid, span_of
from meetings.rules import Mode
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


async def arrange(uow: UnitOfWork, fair: Fair, wish: Wish, *, by_id: str | None, along: bool = False) -> Laid:
    """Have a fair arrange its meetings so. With `along` the meetings of each day go with its times; without, those
    whose time stays keep it. What became of the others: see `lay`.

    Raises ValueError for a plan of more than `grid.SLOTS_MOST` slots.
    """
    known = await uow.session.get(Plan, fair.id, with_for_update=True)
    before = await laid_grid(uow.session, fair, known) if known and along else None
    plan = known or Plan(fair_id=fair.id, laid_from=fair.counted_from, laid_zone=fair.time_zone)
    for name in ("mode", "length", "gap", "most_per_day", "longest_streak", "open_requests", "answer_within"):
        setattr(plan, name, getattr(wish, name))
    plan.changed_at, plan.changed_by_id = uow.clock.now(), by_id
    uow.session.add(plan)
    await uow.session.flush()
    for table in (Day, Break):
        await uow.session.execute(delete(table).where(table.fair_id == fair.id))
    await _set_days(uow, fair, wish.days)
    uow.session.add_all(Break(fair_id=fair.id, starts=starts, ends=ends) for starts, ends in wish.breaks)
    await uow.session.flush()
    goes = moved_along(before, await grid_of(uow.session, fair, plan), 0) if before else {}
    return await lay(uow, fair, plan, goes, by_id=by_id)


async def follow(uow: UnitOfWork, fair: Fair, *, by_id: str | None) -> Laid:
    """Have a plan follow its fair, which was moved to other days or to another zone: the times stay what the clock
    says, and the meetings go along. Done twice it does nothing more. Days that the fair has no more are dropped."""
    plan = await uow.session.get(Plan, fair.id, with_for_update=True)
    if plan is None:
        return Laid()
    before, shift = await laid_grid(uow.session, fair, plan), fair.counted_from - plan.laid_from
    hours = [Hours(each.day + shift, each.opens, each.closes) for each in before.days]
    inside = [each for each in hours if fair.starts_on <= each.day <= fair.ends_on]
    await uow.session.execute(delete(Day).where(Day.fair_id == fair.id))
    await _set_days(uow, fair, inside)
    goes = moved_along(before, await grid_of(uow.session, fair, plan), shift.days)
    return await lay(uow, fair, plan, goes, by_id=by_id)


async def _set_days(uow: UnitOfWork, fair: Fair, days: Sequence[Hours]) -> None:
    uow.session.add_all(Day(fair_id=fair.id, day=each.day, opens=each.opens, closes=each.closes) for each in days)
    await uow.session.flush()


async def lay(
    uow: UnitOfWork, fair: Fair, plan: Plan, goes: Mapping[Span, Span] | None = None, *, by_id: str | None
) -> Laid:
    """Lay the slots of a plan anew. A slot at the same time stays the same one; what has no place is withdrawn.

    Meetings ahead go where their slot `goes`, if their people can; those that cannot, and those whose slot is
    withdrawn, are called off. Everybody is told either way, and offered other slots. Who was not free at a time is not
    free in the new slots at that time; times proposed and pinned go along.
    """
    wanted, goes, now = set(grid.slots(await grid_of(uow.session, fair, plan))), goes or {}, uow.clock.now()
    if len(wanted) > grid.SLOTS_MOST:
        raise ValueError("too many slots")
    plan.laid_from, plan.laid_zone = fair.counted_from, fair.time_zone
    known = {span_of(each): each for each in await uow.session.scalars(select(Slot).where(Slot.fair_id == fair.id))}
    back = [slot for span, slot in known.items() if span in wanted and slot.withdrawn_at is not None]
    for span, slot in known.items():
        slot.withdrawn_at = None if span in wanted else slot.withdrawn_at or now
    new = {each: Slot(id=new_id(), fair_id=fair.id, starts_at=each.starts, ends_at=each.ends) for each in wanted}
    fresh = [slot for span, slot in sorted(new.items()) if span not in known]
    uow.session.add_all(fresh)
    await uow.session.flush()
    uow.emit(PlanChanged(fair.id))
    await displacing.keep_absences(uow, fair.id, [each.id for each in (*back, *fresh)], since=now)
    slots = known | {span: slot for span, slot in new.items() if span not in known}
    places = {known[one].id: slots[other] for one, other in goes.items() if one in known}
    await displacing.move_proposals(uow, fair.id, places)
    return await displacing.displace(uow, fair, plan, places, by_id=by_id)


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
