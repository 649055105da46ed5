"""What is read about a fair's plan for meetings: its times, its groups, and who belongs to which."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, SQLColumnExpression, bindparam, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.cards import not_banned
from fairs.model import Fair, Membership
from fairs.rules import highest
from meetings.grid import Grid, Hours, Span
from meetings.model import Break, Day, Group, GroupMember, Meeting, Plan, Retreat, Rule, Seat, Slot
from meetings.rules import Limits, Mode, mode_between

# When a meeting is over, in a query: who stays longer has longer.
over_at = func.coalesce(Meeting.extended_until, Meeting.ends_at)


@dataclass(frozen=True)
class Rules:
    """Who may meet whom at a fair, and how."""

    default: str
    groups: Sequence[Group]
    between: dict[tuple[str, str], str]

    def mode(self, from_group: str | None, to_group: str | None) -> Mode:
        """How people of one group get a meeting with people of another."""
        return mode_between(self.default, self.between, from_group, to_group)


async def plan_of(session: AsyncSession, fair_id: str) -> Plan | None:
    """How a fair arranges its meetings; None: it has none."""
    return await session.get(Plan, fair_id)


async def plans_of(session: AsyncSession, fair_ids: Collection[str]) -> dict[str, Plan]:
    """The plans of these fairs, by fair; those without are left out."""
    found = await session.scalars(select(Plan).where(Plan.fair_id.in_(fair_ids)))
    return {each.fair_id: each for each in found}


async def count_booked(session: AsyncSession, fair_id: str) -> int:
    """How many meetings of a fair are booked, past ones too; those that were called off are not."""
    query = select(func.count()).select_from(Meeting)
    return await session.scalar(query.where(Meeting.fair_id == fair_id, Meeting.cancelled_at.is_(None))) or 0


async def meeting_with_plan(
    session: AsyncSession, viewer_id: str, meeting_id: str
) -> tuple[Meeting, Fair, Plan] | None:
    """A meeting for one of its people, with its fair and the plan of that. One query."""
    found = (await session.execute(_WITH_PLAN, {"meeting": meeting_id, "viewer": viewer_id})).one_or_none()
    return None if found is None else (found[0], found[1], found[2])


_WITH_PLAN = (
    select(Meeting, Fair, Plan)
    .join(Seat, Seat.meeting_id == Meeting.id)
    .join(Fair, Fair.id == Meeting.fair_id)
    .join(Plan, Plan.fair_id == Meeting.fair_id)
    .where(Meeting.id == bindparam("meeting"), Seat.person_id == bindparam("viewer"))
)


async def days_of(session: AsyncSession, fair_id: str) -> Sequence[Day]:
    """The days with meetings."""
    return (await session.scalars(select(Day).where(Day.fair_id == fair_id).order_by(Day.day))).all()


async def breaks_of(session: AsyncSession, fair_id: str) -> Sequence[Break]:
    """The breaks of each day."""
    return (await session.scalars(select(Break).where(Break.fair_id == fair_id).order_by(Break.starts))).all()


async def grid_of(session: AsyncSession, fair: Fair, plan: Plan) -> Grid:
    """The grid of a plan on the fair's clock, for laying its slots."""
    return await _grid(session, fair, plan, fair.time_zone)


async def laid_grid(session: AsyncSession, fair: Fair, plan: Plan) -> Grid:
    """The grid of a plan as it was laid: on the clock that the fair had then."""
    return await _grid(session, fair, plan, plan.laid_zone)


async def _grid(session: AsyncSession, fair: Fair, plan: Plan, zone: str) -> Grid:
    days = [Hours(each.day, each.opens, each.closes) for each in await days_of(session, fair.id)]
    breaks = [(each.starts, each.ends) for each in await breaks_of(session, fair.id)]
    return Grid(zone, plan.length, plan.gap, days, breaks)


async def slots_of(session: AsyncSession, fair_id: str, *, after: datetime | None = None) -> Sequence[Slot]:
    """The slots that a fair has now, by time; those that begin after a moment."""
    query = select(Slot).where(Slot.fair_id == fair_id, Slot.withdrawn_at.is_(None)).order_by(Slot.starts_at)
    if after is not None:
        query = query.where(Slot.starts_at > after)
    return (await session.scalars(query)).all()


async def slots_by_id(session: AsyncSession, fair_id: str, slot_ids: Collection[str]) -> list[Slot]:
    """Of these slots, those that are in the fair's plan now, by time."""
    query = select(Slot).where(Slot.fair_id == fair_id, Slot.id.in_(slot_ids), Slot.withdrawn_at.is_(None))
    return list(await session.scalars(query.order_by(Slot.starts_at)))


async def rules_of(session: AsyncSession, plan: Plan) -> Rules:
    """Who may meet whom at the plan's fair. One query, two where there are groups."""
    groups = (await session.scalars(select(Group).where(Group.fair_id == plan.fair_id).order_by(Group.id))).all()
    if not groups:
        return Rules(plan.mode, (), {})
    found = await session.scalars(select(Rule).where(Rule.from_group_id.in_([each.id for each in groups])))
    return Rules(plan.mode, groups, {(each.from_group_id, each.to_group_id): each.mode for each in found})


async def groups_of_people(
    session: AsyncSession, fair_id: str, groups: Sequence[Group], person_ids: Collection[str]
) -> dict[str, str | None]:
    """The group of each of these people: where they were put, else by their highest role; None: in no group."""
    if not groups:
        return dict.fromkeys(person_ids)
    put = await session.execute(
        select(GroupMember.person_id, GroupMember.group_id).where(
            GroupMember.fair_id == fair_id, GroupMember.person_id.in_(person_ids)
        )
    )
    by_name: dict[str, str] = {row.person_id: row.group_id for row in put}
    roles: dict[str, set[str]] = {}
    held = select(Membership.person_id, Membership.role).where(
        Membership.fair_id == fair_id, Membership.person_id.in_(person_ids)
    )
    for row in await session.execute(held):
        roles.setdefault(row.person_id, set()).add(row.role)
    by_role = {each.role: each.id for each in groups if each.role}
    return {person: by_name.get(person) or by_role.get(highest(roles.get(person, ()))) for person in person_ids}


async def retreated(session: AsyncSession, fair_id: str, person_ids: Collection[str]) -> frozenset[str]:
    """Of these people, those who take no meetings at a fair."""
    query = select(Retreat.person_id).where(
        Retreat.fair_id == fair_id, Retreat.person_id.in_(person_ids), Retreat.ended_at.is_(None)
    )
    return frozenset(await session.scalars(query))


def retreats(fair_id: str, person_id: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """The condition that somebody takes no meetings at a fair."""
    return exists().where(Retreat.fair_id == fair_id, Retreat.person_id == person_id, Retreat.ended_at.is_(None))


def limits_of(plan: Plan, fair: Fair) -> Limits:
    """What a plan allows one person."""
    return Limits(plan.most_per_day, plan.longest_streak, timedelta(minutes=plan.gap), fair.time_zone)


def span_of(slot: Slot) -> Span:
    """A slot's time."""
    return Span(slot.starts_at, slot.ends_at)


def at_its_fair() -> ColumnElement[bool]:
    """The condition that whoever has a `Seat` in a `Meeting` is at its fair still, for a query over both."""
    there = Membership.fair_id == Meeting.fair_id, Membership.person_id == Seat.person_id, not_banned()
    return select(literal(1)).where(*there).correlate(Meeting, Seat).exists()
