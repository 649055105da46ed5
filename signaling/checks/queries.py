"""Everything that is read about checks of connections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.cards import COLUMNS, Card, card_of, not_banned, roles_column
from fairs.model import Membership
from fairs.queries import below
from people.model import Person
from signaling.checks.model import ConnectionCheck
from signaling.checks.rules import COUNTS_FOR, OTHERWISE_WELL

# How the people of a fair are told apart. "silent": nothing else is wrong that is known, and no microphone works.
GROUPS = ("video", "silent", "sound", "text", "untried", "unchecked")
IN_TROUBLE = frozenset({"silent", "sound", "text"})


@dataclass(frozen=True)
class Checked:
    """Somebody at a fair with their latest check that still counts; None: there is none."""

    card: Card
    check: ConnectionCheck | None


async def own(session: AsyncSession, person_id: str) -> Sequence[ConnectionCheck]:
    """One's own checks, the latest first."""
    mine = select(ConnectionCheck).where(ConnectionCheck.person_id == person_id)
    return (await session.scalars(mine.order_by(ConnectionCheck.id.desc()))).all()


async def counted(session: AsyncSession, fair_id: str, now: datetime) -> Mapping[str, int]:
    """How many people of a fair are in each group, all groups named. One query. For its organisers."""
    people = (
        select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.fair_id == fair_id, not_banned(), Person.erased_at.is_(None))
        .distinct()
        .subquery()
    )
    query = (
        select(_GROUP.label("kind"), func.count().label("people"))
        .select_from(people)
        .outerjoin(ConnectionCheck, _latest(people.c.person_id, now))
        .group_by(_GROUP)
    )
    found = {row.kind: row.people for row in await session.execute(query)}
    return {group: found.get(group, 0) for group in GROUPS}


async def checked(
    session: AsyncSession, fair_id: str, now: datetime, groups: frozenset[str], *, after: str | None, limit: int
) -> list[Checked]:
    """A page of the fair's people in these groups, by name. `after` is the id of the last one before the page.
    For the fair's organisers."""
    query = (
        _of_fair(fair_id, now)
        .where(_GROUP.in_(groups), *below(after))
        .order_by(func.lower(Person.name), Person.id)
        .limit(limit)
    )
    return [Checked(card_of(row), row.ConnectionCheck) for row in await session.execute(query)]


def _of_fair(fair_id: str, now: datetime) -> Select[*tuple[object, ...]]:
    return (
        select(*COLUMNS, roles_column().label("roles"), ConnectionCheck)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(ConnectionCheck, _latest(Person.id, now))
        .where(Membership.fair_id == fair_id, not_banned(), Person.erased_at.is_(None))
        .group_by(Person.id, ConnectionCheck.id)
    )


def _latest(person_id: SQLColumnExpression[str], now: datetime) -> ColumnElement[bool]:
    """The condition that a check is somebody's latest, and still counts. Ids grow with time."""
    counting = ConnectionCheck.at > now - COUNTS_FOR
    newest = select(func.max(ConnectionCheck.id)).where(counting).group_by(ConnectionCheck.person_id)
    return and_(ConnectionCheck.person_id == person_id, ConnectionCheck.id.in_(newest))


_GROUP: ColumnElement[str] = case(
    (ConnectionCheck.id.is_(None), "unchecked"),
    (or_(ConnectionCheck.known.not_in(OTHERWISE_WELL), ConnectionCheck.microphone), ConnectionCheck.known),
    else_="silent",
)
