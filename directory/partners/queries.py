"""Everything that is read about partners and their networks, each select for a viewer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from directory.organisations.model import Invitation, Member, Organisation, Saying, Tag
from directory.organisations.queries import is_open, present, visible_to
from directory.organisations.rules import MEMBERS_MOST
from directory.partners.model import NetworkMember, Partner, PartnerHost, PartnerModerator, PartnerSource
from directory.speaking import SPEAKING
from people.model import Person


@dataclass(frozen=True)
class PartnerShown:
    """A partner in a list: who it is, and how many organisations the viewer sees in its network."""

    id: str
    slug: str
    name: str
    logo: str | None
    accent: str
    count: int


@dataclass(frozen=True)
class Institution:
    """A partner, from the eyes of those who speak for it."""

    id: str
    slug: str
    name: str


@dataclass(frozen=True)
class Brought:
    """An organisation of a network, for the partner's desk."""

    id: str
    slug: str
    name: str
    since: datetime
    by_name: str


@dataclass(frozen=True)
class Waiting:
    """An organisation that a partner's imports have brought, and to which nobody belongs yet."""

    id: str
    name: str
    invited_at: datetime | None  # somebody who may still come


@dataclass(frozen=True)
class Colleague:
    """Somebody of an institution, as its desk names them."""

    person_id: str
    name: str


async def partner(session: AsyncSession, organisation_id: str) -> Partner | None:
    """The partner that an organisation is, if it is one."""
    return await session.get(Partner, organisation_id)


async def institution(session: AsyncSession, slug: str) -> Institution | None:
    """The partner of this name in addresses: for the command line, which asks nobody."""
    query = select(Organisation.id, Organisation.slug, Organisation.name).where(Organisation.slug == slug, present())
    query = query.join(Partner, Partner.organisation_id == Organisation.id)
    row = (await session.execute(query)).first()
    return Institution(*row) if row else None


async def spoken_for(session: AsyncSession, person_id: str) -> list[Institution]:
    """The partners for which somebody speaks, by name."""
    query = (
        select(Organisation.id, Organisation.slug, Organisation.name)
        .join(Partner, Partner.organisation_id == Organisation.id)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Member.person_id == person_id, Member.role.in_(SPEAKING), present())
        .order_by(func.lower(Organisation.name), Organisation.id)
    )
    return [Institution(*row) for row in await session.execute(query)]


async def moderates(session: AsyncSession, partner_id: str, person_id: str) -> bool:
    """Whether somebody cares for the network of a partner, and belongs to it."""
    query = named_and_there(partner_id).where(PartnerModerator.person_id == person_id)
    return (await session.execute(query)).first() is not None


async def moderators(session: AsyncSession, partner_id: str) -> list[Colleague]:
    """Who cares for the network of a partner, by name. For its own people."""
    rows = await session.execute(_moderators(partner_id).order_by(func.lower(Person.name), Person.id))
    return [Colleague(*row) for row in rows]


async def may_be_moderators(session: AsyncSession, partner_id: str) -> list[Colleague]:
    """Who belongs to a partner and does not work at its desk, by name: those who could be named."""
    query = (
        select(Person.id, Person.name)
        .join(Member, Member.person_id == Person.id)
        .where(Member.organisation_id == partner_id, Member.role.not_in(SPEAKING))
        .where(Person.id.not_in(select(_moderators(partner_id).subquery().c.id)))
        .order_by(func.lower(Person.name), Person.id)
        .limit(MEMBERS_MOST)
    )
    return [Colleague(*row) for row in await session.execute(query)]


def named_and_there(partner_id: str) -> Select[str, datetime, str | None]:
    """Who was named, when and by whom. Who left since then is none, also when they have joined again."""
    same = (Member.organisation_id == PartnerModerator.partner_id, Member.person_id == PartnerModerator.person_id)
    return (
        select(PartnerModerator.person_id, PartnerModerator.since, PartnerModerator.by_id)
        .join(Member, and_(*same, Member.since <= PartnerModerator.since))
        .where(PartnerModerator.partner_id == partner_id)
    )


def _moderators(partner_id: str) -> Select[str, str]:
    there = named_and_there(partner_id).with_only_columns(PartnerModerator.person_id)
    return select(Person.id, Person.name).where(Person.id.in_(there))


async def host_of(session: AsyncSession, organisation_id: str) -> str:
    """The host name of its own that a partner has, which everybody may know; empty: none."""
    query = select(PartnerHost.host).where(PartnerHost.partner_id == organisation_id)
    return await session.scalar(query) or ""


async def keeper_of(session: AsyncSession, source: str) -> str | None:
    """The partner that keeps the records of a source. For those who import."""
    return await session.scalar(select(PartnerSource.partner_id).where(PartnerSource.source == source))


async def sources_kept(session: AsyncSession, partner_id: str) -> Sequence[str]:
    """The sources that a partner keeps, the first one first. For its own people."""
    query = select(PartnerSource.source).where(PartnerSource.partner_id == partner_id)
    return (await session.scalars(query.order_by(PartnerSource.since, PartnerSource.source))).all()


async def slugs_by_host(session: AsyncSession) -> dict[str, str]:
    """The host names of partners with their slugs. What a stranger sees there is decided by the page."""
    query = select(PartnerHost.host, Organisation.slug).join(Organisation, Organisation.id == PartnerHost.partner_id)
    return {row.host: row.slug for row in await session.execute(query)}


async def count_public(session: AsyncSession) -> int:
    """How many landing pages everybody may see at our own host."""
    return await session.scalar(select(func.count()).select_from(_public().subquery())) or 0


async def public_paths(session: AsyncSession, offset: int, limit: int) -> list[tuple[str, datetime]]:
    """The paths of those pages, and when the partner last changed."""
    rows = await session.execute(_public().order_by(Organisation.id).offset(offset).limit(limit))
    return [(f"/partners/{row.slug}", row.updated_at) for row in rows]


async def partners(session: AsyncSession, person_id: str | None) -> list[PartnerShown]:
    """All partners that somebody may see, the largest network first. One query."""
    member = aliased(Organisation)
    count = (
        select(func.count())
        .select_from(NetworkMember)
        .join(member, member.id == NetworkMember.organisation_id)
        .where(NetworkMember.partner_id == Partner.organisation_id, visible_to(person_id, member))
        .scalar_subquery()
    )
    columns = Organisation.id, Organisation.slug, Organisation.name, Organisation.logo, Partner.accent
    query = (
        select(*columns, count.label("count"))
        .join(Partner, Partner.organisation_id == Organisation.id)
        .where(visible_to(person_id))
        .order_by(count.desc(), func.lower(Organisation.name))
    )
    return [PartnerShown(*row) for row in await session.execute(query)]


async def networks_of(session: AsyncSession, person_id: str | None, organisation_id: str) -> list[PartnerShown]:
    """The partners to whose networks an organisation belongs."""
    rows = await session.execute(_networks_of(somebody=person_id is not None), {"organisation_id": organisation_id})
    return [PartnerShown(*row, count=0) for row in rows]


@lru_cache(2)
def _networks_of(*, somebody: bool) -> Select[*tuple[str, str, str, str | None, str]]:
    """Built once for strangers and once for those with an account: it stands on every organisation's page."""
    columns = Organisation.id, Organisation.slug, Organisation.name, Organisation.logo, Partner.accent
    return (
        select(*columns)
        .join(Partner, Partner.organisation_id == Organisation.id)
        .join(NetworkMember, NetworkMember.partner_id == Partner.organisation_id)
        .where(NetworkMember.organisation_id == bindparam("organisation_id"), visible_to("" if somebody else None))
        .order_by(func.lower(Organisation.name))
    )


async def network(
    session: AsyncSession, person_id: str | None, partner_id: str, *, kind: str = "", limit: int, after: int = 0
) -> Sequence[str]:
    """A page of the ids of a network's organisations, by name; `kind`: only those of it."""
    query = members(person_id, partner_id).order_by(func.lower(Organisation.name), Organisation.id)
    if kind:
        query = query.where(Organisation.kind == kind)
    return (await session.scalars(query.limit(limit).offset(after))).all()


async def kinds(session: AsyncSession, person_id: str | None, partner_id: str) -> dict[str, int]:
    """How many organisations of each kind are in a network, the most frequent first."""
    seen = members(person_id, partner_id).subquery()
    query = select(Organisation.kind, func.count()).where(Organisation.id.in_(select(seen.c.id)))
    rows = await session.execute(query.group_by(Organisation.kind).order_by(func.count().desc(), Organisation.kind))
    return {row.kind: row[1] for row in rows}


async def industries(
    session: AsyncSession, person_id: str | None, partner_id: str, limit: int = 8
) -> list[tuple[str, int]]:
    """The industries of a network with their numbers of organisations, the most frequent first."""
    seen = members(person_id, partner_id).subquery()
    query = (
        select(Tag.code, func.count())
        .where(Tag.kind == "industry", Tag.organisation_id.in_(select(seen.c.id)))
        .group_by(Tag.code)
        .order_by(func.count().desc(), Tag.code)
        .limit(limit)
    )
    return [(row.code, row[1]) for row in await session.execute(query)]


async def countries(
    session: AsyncSession, person_id: str | None, partner_id: str, limit: int = 8
) -> list[tuple[str, int]]:
    """The countries of a network with their numbers of organisations, the most frequent first."""
    seen = members(person_id, partner_id).subquery()
    query = (
        select(Organisation.country, func.count())
        .where(Organisation.id.in_(select(seen.c.id)), Organisation.country != "")
        .group_by(Organisation.country)
        .order_by(func.count().desc(), Organisation.country)
        .limit(limit)
    )
    return [(row.country, row[1]) for row in await session.execute(query)]


async def brought_since(
    session: AsyncSession, person_id: str, partner_id: str, moments: Collection[datetime]
) -> list[int]:
    """How many of the organisations that somebody sees in a network were in it at each of these moments. One query."""
    counts = [func.count().filter(NetworkMember.since <= each) for each in moments]
    seen = NetworkMember.organisation_id.in_(members(person_id, partner_id))
    row = (await session.execute(select(*counts).where(NetworkMember.partner_id == partner_id, seen))).one()
    return list(row)


async def latest(session: AsyncSession, partner_id: str, limit: int = 50) -> list[Brought]:
    """Whom a partner has brought, the latest first, without those that are shown no longer. For its own people."""
    query = (
        select(Organisation.id, Organisation.slug, Organisation.name, NetworkMember.since, Person.name)
        .join(NetworkMember, NetworkMember.organisation_id == Organisation.id)
        .outerjoin(Person, Person.id == NetworkMember.by_id)
        .where(NetworkMember.partner_id == partner_id, present())
        .order_by(NetworkMember.since.desc(), Organisation.id)
        .limit(limit)
    )
    return [Brought(id_, slug, name, since, by or "") for id_, slug, name, since, by in await session.execute(query)]


async def waiting_for_somebody(
    session: AsyncSession, partner_id: str, now: datetime, *, limit: int, after: int = 0
) -> list[Waiting]:
    """A page of the organisations that a partner's own imports have brought and to which nobody belongs: first those
    for which nobody is invited, the latest first. For its own people."""
    asked = select(func.max(Invitation.at)).where(Invitation.organisation_id == Organisation.id, is_open(now))
    invited_at = asked.correlate(Organisation).scalar_subquery()
    query = (
        select(Organisation.id, Organisation.name, invited_at.label("invited_at"))
        .where(_waits(partner_id))
        .order_by(invited_at.is_not(None), Organisation.id.desc())
        .limit(limit)
        .offset(after)
    )
    return [Waiting(row.id, row.name, row.invited_at) for row in await session.execute(query)]


async def waits_for_somebody(session: AsyncSession, partner_id: str, organisation_id: str) -> bool:
    """Whether a partner's own imports have brought an organisation, and nobody belongs to it."""
    query = select(Organisation.id).where(Organisation.id == organisation_id, _waits(partner_id))
    return await session.scalar(query) is not None


def _waits(partner_id: str) -> ColumnElement[bool]:
    """Where an administrator has gone and others are left, it is theirs."""
    network = exists().where(NetworkMember.partner_id == partner_id, NetworkMember.organisation_id == Organisation.id)
    several = select(Saying.source).where(Saying.organisation_id == Organisation.id)
    theirs = (PartnerSource.source == Organisation.source) | PartnerSource.source.in_(several)
    kept = exists().where(PartnerSource.partner_id == partner_id, theirs)
    return network & kept & present() & ~exists().where(Member.organisation_id == Organisation.id)


async def is_in(session: AsyncSession, partner_id: str, organisation_id: str) -> bool:
    """Whether an organisation belongs to a network."""
    return await session.get(NetworkMember, (partner_id, organisation_id)) is not None


def _public() -> Select[str, datetime]:
    """Partners that everybody may see; who has a host of its own is listed there."""
    elsewhere = exists().where(PartnerHost.partner_id == Partner.organisation_id)
    query = select(Organisation.slug, Organisation.updated_at)
    return query.join(Partner, Partner.organisation_id == Organisation.id).where(visible_to(None), ~elsewhere)


def members(person_id: str | None, partner_id: str) -> Select[str]:
    """The ids of the organisations of a network that somebody may see."""
    here = NetworkMember.partner_id == partner_id, NetworkMember.organisation_id == Organisation.id
    return select(Organisation.id).where(exists().where(*here), visible_to(person_id))
