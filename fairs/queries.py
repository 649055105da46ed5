"""Everything that is read about fairs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from fairs.cards import COLUMNS, SEPARATOR, Card, card_of, not_banned, roles_column
from fairs.model import Ban, Fair, Membership
from people.model import Person
from server.kernel.tables import named_like

# A day that is over in UTC is over everywhere at most this much later (UTC-12).
LATEST_ZONE = timedelta(hours=12)


@dataclass(frozen=True)
class Attendance:
    """Somebody at a fair, seen from the person."""

    fair: Fair
    roles: frozenset[str]


@dataclass(frozen=True)
class Member:
    """Somebody at a fair, seen from the fair."""

    card: Card
    roles: frozenset[str]


@dataclass(frozen=True)
class BannedMember:
    """Somebody who was shut out, for the eyes of those who keep order."""

    person_id: str
    name: str
    at: datetime
    by_name: str
    reason: str


async def by_slug(session: AsyncSession, slug: str) -> Fair | None:
    """The fair of this name in addresses."""
    return await session.scalar(select(Fair).where(Fair.slug == slug))


async def all_fairs(session: AsyncSession) -> Sequence[Fair]:
    """Every fair there ever was, the newest first."""
    return (await session.scalars(select(Fair).order_by(Fair.starts_on.desc(), Fair.id))).all()


async def open_fairs(session: AsyncSession, now: datetime, person_id: str = "", limit: int = 20) -> Sequence[Fair]:
    """Fairs that are not over, the next one first; for a person those from which they are not shut out."""
    query = select(Fair).where(Fair.ends_on >= (now - LATEST_ZONE).date(), not_shut_out(person_id))
    return (await session.scalars(query.order_by(Fair.starts_on, Fair.id).limit(limit))).all()


def not_shut_out(person_id: str) -> ColumnElement[bool]:
    """The condition that somebody, in it or not, is not shut out of a fair, for a query over `Fair`."""
    return Fair.id.not_in(select(Ban.fair_id).where(Ban.person_id == person_id, Ban.lifted_at.is_(None)))


async def fairs_of(session: AsyncSession, person_id: str) -> list[Attendance]:
    """The fairs where somebody is in, with all their roles; the latest first. One query."""
    query = (
        select(Fair, roles_column().label("roles"))
        .join(Membership, Membership.fair_id == Fair.id)
        .where(Membership.person_id == person_id, not_banned())
        .group_by(Fair.id)
        .order_by(Fair.starts_on.desc(), Fair.id)
    )
    return [Attendance(row.Fair, _roles(row.roles)) for row in await session.execute(query)]


async def roles_in(session: AsyncSession, fair: str, person_id: str) -> frozenset[str]:
    """Somebody's roles at the fair of this slug; none for who is not in, or banned. One query."""
    return frozenset(await session.scalars(_ROLES_IN, {"fair": fair, "person": person_id}))


# Built once: it stands before nearly every page of a fair.
_ROLES_IN = (
    select(Membership.role)
    .join(Fair, Fair.id == Membership.fair_id)
    .where(Fair.slug == bindparam("fair"), Membership.person_id == bindparam("person"), not_banned())
)


async def granted_roles(session: AsyncSession, fair_id: str, person_id: str) -> frozenset[str]:
    """The roles that somebody has, whether banned or not: what a ban or a change of roles is decided by."""
    query = select(Membership.role).where(Membership.fair_id == fair_id, Membership.person_id == person_id)
    return frozenset(await session.scalars(query))


async def members(
    session: AsyncSession,
    fair_id: str,
    *,
    after: str | None = None,
    limit: int = 50,
    role: str | None = None,
    words: Sequence[str] = (),
) -> list[Member]:
    """A page of the fair's people by name, without banned ones. `after` is the id of the last one before the page."""
    query = (
        select(*COLUMNS, roles_column().label("roles"))
        .join(Membership, Membership.person_id == Person.id)
        .where(*_listed(fair_id, role, words), *below(after))
        .group_by(Person.id)
        .order_by(func.lower(Person.name), Person.id)
        .limit(limit)
    )
    return [Member(card_of(row), _roles(row.roles)) for row in await session.execute(query)]


async def found_count(session: AsyncSession, fair_id: str, *, role: str | None, words: Sequence[str]) -> int:
    """How many people `members` has on all its pages."""
    people = select(func.count(func.distinct(Person.id))).join(Membership, Membership.person_id == Person.id)
    return await session.scalar(people.where(*_listed(fair_id, role, words))) or 0


def _listed(fair_id: str, role: str | None, words: Sequence[str]) -> list[ColumnElement[bool]]:
    """Who is in, not banned, has this role, and has each of these words in their name or that of their organisation."""
    having = aliased(Membership)
    of_role = exists().where(having.fair_id == fair_id, having.person_id == Person.id, having.role == role)
    named = [or_(*(named_like(column, word) for column in (Person.name, Person.organisation))) for word in words]
    there = [Membership.fair_id == fair_id, not_banned(), Person.erased_at.is_(None)]
    return [*there, *([of_role] if role else []), *named]


async def member_count(session: AsyncSession, fair_id: str) -> int:
    """How many people are in, banned ones not counted."""
    people = func.count(func.distinct(Membership.person_id))
    return await session.scalar(select(people).where(Membership.fair_id == fair_id, not_banned())) or 0


async def role_counts(session: AsyncSession, fair_id: str) -> dict[str, int]:
    """How many people have each role that somebody has, banned ones not counted."""
    query = select(Membership.role, func.count()).where(Membership.fair_id == fair_id, not_banned())
    return {role: count for role, count in await session.execute(query.group_by(Membership.role))}


async def organisers(session: AsyncSession, fair_id: str) -> frozenset[str]:
    """The ids of those who run the fair and are not banned from it, for the rule that somebody always does."""
    run = Membership.fair_id == fair_id, Membership.role == "organiser", not_banned()
    return frozenset(await session.scalars(select(Membership.person_id).where(*run)))


async def ban_in_force(session: AsyncSession, fair_id: str, person_id: str) -> Ban | None:
    """The ban that shuts somebody out now."""
    return await session.scalar(
        select(Ban).where(Ban.fair_id == fair_id, Ban.person_id == person_id, Ban.lifted_at.is_(None))
    )


async def banned(session: AsyncSession, fair_id: str, limit: int = 200) -> list[BannedMember]:
    """Who is shut out now, the latest first."""
    by = aliased(Person)
    query = (
        select(Ban.person_id, Person.name, Ban.at, by.name.label("by_name"), Ban.reason)
        .join(Person, Person.id == Ban.person_id)
        .join(by, by.id == Ban.by_id)
        .where(Ban.fair_id == fair_id, Ban.lifted_at.is_(None))
        .order_by(Ban.at.desc())
        .limit(limit)
    )
    return [BannedMember(*row) for row in await session.execute(query)]


async def share_a_fair(session: AsyncSession, one: str, other: str) -> bool:
    """Whether two people are both in some fair, neither of them banned there."""
    return bool(await at_a_fair_with(session, one, [other]))


async def at_a_fair_with(session: AsyncSession, one: str, others: Collection[str]) -> set[str]:
    """Those of several people with whom somebody shares a fair."""
    mine, theirs = aliased(Membership), aliased(Membership)
    query = (
        select(theirs.person_id)
        .join(mine, theirs.fair_id == mine.fair_id)
        .where(mine.person_id == one, theirs.person_id.in_(others), not_banned(mine), not_banned(theirs))
    )
    return set(await session.scalars(query))


def below(after: str | None) -> list[ColumnElement[bool]]:
    """The condition that a person stands after the one of this id by name; none for None. Compared in the database, by
    its own collation."""
    if after is None:
        return []
    last = aliased(Person)
    name = select(func.lower(last.name)).where(last.id == after).scalar_subquery()
    mine = func.lower(Person.name)
    return [or_(mine > name, and_(mine == name, Person.id > after))]


def _roles(text: str) -> frozenset[str]:
    return frozenset(text.split(SEPARATOR))
