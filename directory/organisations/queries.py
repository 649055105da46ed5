"""Everything that is read about organisations, each for a viewer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from directory.organisations.licences import SERVERS
from directory.organisations.model import (
    Change,
    Claim,
    Document,
    Invitation,
    Member,
    Organisation,
    RecordLicence,
    RecordSource,
    Removal,
    Saying,
    Text,
)
from directory.organisations.policy import Standing
from directory.organisations.record import ORGANISATIONS
from people.affiliations import Affiliation
from people.model import Person
from server.kernel.prepared import CoreTransaction

# People who are shown on a page.
TEAM_MOST = 24
# Of one's own organisations that are shown no longer.
GONE_MOST = 50


@dataclass(frozen=True)
class Seen:
    """An organisation as an address meant it, and where the viewer stands to it."""

    organisation: Organisation
    standing: Standing
    removed: str | None  # why it is shown no longer
    moved_to: str | None  # the slug of the one that it was merged into


@dataclass(frozen=True)
class TeamMember:
    """Somebody of an organisation."""

    person_id: str
    name: str
    photo_small: str | None
    position: str
    role: str
    since: datetime


@dataclass(frozen=True)
class Ours:
    """An organisation from the eyes of one of its people."""

    id: str
    slug: str
    name: str
    kind: str
    logo_small: str | None
    role: str
    visibility: str
    confirmed_at: datetime | None


@dataclass(frozen=True)
class Gone:
    """An organisation that was taken off the directory: since when, and by whom (None: nobody by now)."""

    id: str
    slug: str
    name: str
    logo_small: str | None
    at: datetime
    by_name: str | None


def present(organisation: type[Organisation] = Organisation) -> ColumnElement[bool]:
    """The condition that an organisation was not removed."""
    return _PRESENT if organisation is Organisation else _present(organisation)


def _present(organisation: type[Organisation]) -> ColumnElement[bool]:
    removal = aliased(Removal)
    return ~exists().where(removal.organisation_id == organisation.id)


# It stands in nearly every query, and costs more to build than SQLite needs to answer.
_PRESENT = _present(Organisation)


def visible_to(person_id: str | None, organisation: type[Organisation] = Organisation) -> ColumnElement[bool]:
    """The condition that somebody (None: without an account) may see an organisation."""
    if person_id is not None:
        return present(organisation)
    return present(organisation) & (organisation.visibility == "public")


async def by_slug(session: AsyncSession, slug: str, person: Person | None) -> Seen | None:
    """The organisation of an address, if this person may know of it; also one that has moved. One query.

    One that was removed is seen by those who may bring it back.
    """
    return await _seen(session, Organisation.slug == slug, person)


async def by_id(session: AsyncSession, organisation_id: str, person: Person | None) -> Seen | None:
    """The same by the id of an organisation."""
    return await _seen(session, Organisation.id == organisation_id, person)


async def _seen(session: AsyncSession, which: ColumnElement[bool], person: Person | None) -> Seen | None:
    asked = {"person_id": person.id if person else None}
    row = (await session.execute(_any_seen().where(which), asked)).one_or_none()
    if row is None:
        return None
    standing = Standing(person.id if person else None, row.role, bool(person and person.admin))
    seen = Seen(row.Organisation, standing, row.reason, row.slug)
    return seen if _may_know(seen) else None


@lru_cache(1)
def _any_seen() -> Select[*tuple[Any, ...]]:
    """Built once: every page of an organisation begins with it."""
    into, same = aliased(Organisation), Member.organisation_id == Organisation.id
    role = select(Member.role).where(same, Member.person_id == bindparam("person_id"))
    return (
        select(Organisation, Removal.reason, into.slug, role.scalar_subquery().label("role"))
        .outerjoin(Removal, Removal.organisation_id == Organisation.id)
        .outerjoin(into, into.id == Removal.merged_into_id)
    )


def _may_know(seen: Seen) -> bool:
    if seen.moved_to is not None:
        return True
    if seen.removed is not None:
        return seen.standing.administers
    return seen.organisation.visibility == "public" or seen.standing.person_id is not None


async def fields_of(session: AsyncSession, organisation_id: str) -> dict[str, Any]:
    """All fields of an organisation that the viewer may see, see `fields.FIELDS`. Raises KeyError for none."""
    connection = await session.connection()
    names = ORGANISATIONS.shape.lists.keys()
    found = await connection.run_sync(
        lambda each: ORGANISATIONS.current(CoreTransaction(each), [organisation_id], names)
    )
    return found[organisation_id]


async def documents_of(session: AsyncSession, organisation_id: str) -> Sequence[Document]:
    """What an organisation that the viewer may see hands out."""
    query = select(Document).where(Document.organisation_id == organisation_id).order_by(Document.id)
    return (await session.scalars(query)).all()


async def document(session: AsyncSession, organisation_id: str, document_id: str) -> Document | None:
    """One document of an organisation that the viewer may see."""
    return await session.scalar(
        select(Document).where(Document.organisation_id == organisation_id, Document.id == document_id)
    )


async def team(session: AsyncSession, organisation_id: str, limit: int = TEAM_MOST, after: int = 0) -> list[TeamMember]:
    """The people of an organisation, the longest there first, without erased ones; `after` so many.

    For viewers who are signed in.
    """
    query = (
        select(Person.id, Person.name, Person.photo_small, Person.position, Member.role, Member.since)
        .join(Member, Member.person_id == Person.id)
        .where(Member.organisation_id == organisation_id, Person.erased_at.is_(None))
        .order_by(Member.since, Person.id)
        .offset(after)
        .limit(limit)
    )
    return [TeamMember(*row) for row in await session.execute(query)]


async def member_count(session: AsyncSession, organisation_id: str) -> int:
    """How many people belong to an organisation."""
    query = select(func.count()).select_from(Member).where(Member.organisation_id == organisation_id)
    return await session.scalar(query) or 0


async def roles(session: AsyncSession, organisation_id: str) -> dict[str, str]:
    """Everybody's role in an organisation, by person."""
    query = select(Member.person_id, Member.role).where(Member.organisation_id == organisation_id)
    return {row.person_id: row.role for row in await session.execute(query)}


async def ours(session: AsyncSession, person_id: str) -> list[Ours]:
    """The organisations that somebody belongs to, by name."""
    columns = Organisation.id, Organisation.slug, Organisation.name, Organisation.kind, Organisation.logo_small
    query = (
        select(*columns, Member.role, Organisation.visibility, Organisation.confirmed_at)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Member.person_id == person_id, present())
        .order_by(func.lower(Organisation.name), Organisation.id)
    )
    return [Ours(*row) for row in await session.execute(query)]


async def taken_off(session: AsyncSession, person_id: str) -> list[Gone]:
    """Organisations that somebody administers and that are shown no longer, the latest first."""
    mine = Member.organisation_id == Organisation.id, Member.person_id == person_id, Member.role == "administrator"
    query = _gone().where(exists().where(*mine))
    return [Gone(*row) for row in await session.execute(query.limit(GONE_MOST))]


async def removed(session: AsyncSession, after: int = 0, limit: int = 51) -> list[Gone]:
    """A page of all organisations that were taken off the directory, the latest first. For who runs the platform."""
    return [Gone(*row) for row in await session.execute(_gone().limit(limit).offset(after))]


def _gone() -> Select[str, str, str, str | None, datetime, str]:
    """Organisations that somebody took off: a duplicate of another one cannot come back, and what an undone import had
    brought comes back with the next one."""
    columns = Organisation.id, Organisation.slug, Organisation.name, Organisation.logo_small
    return (
        select(*columns, Removal.at, Person.name)
        .join(Removal, Removal.organisation_id == Organisation.id)
        .outerjoin(Person, Person.id == Removal.by_id)
        .where(Removal.reason == "removed")
        .order_by(Removal.at.desc(), Organisation.id)
    )


async def at_domain(session: AsyncSession, viewer_id: str, domain: str, limit: int = 5) -> Sequence[Organisation]:
    """The organisations whose website is at this host."""
    query = select(Organisation).where(Organisation.domain == domain, visible_to(viewer_id))
    return (await session.scalars(query.order_by(Organisation.created_at, Organisation.id).limit(limit))).all()


async def claim_of(session: AsyncSession, organisation_id: str, person_id: str) -> Claim | None:
    """The claim of somebody that waits to be decided."""
    open_one = Claim.organisation_id == organisation_id, Claim.person_id == person_id, Claim.decided_at.is_(None)
    return await session.scalar(select(Claim).where(*open_one))


async def open_claims(session: AsyncSession, organisation_id: str) -> list[tuple[Claim, Person]]:
    """Who wants to belong to an organisation, the longest waiting first. For its administrators."""
    query = (
        select(Claim, Person)
        .join(Person, Person.id == Claim.person_id)
        .where(Claim.organisation_id == organisation_id, Claim.decided_at.is_(None), Person.erased_at.is_(None))
        .order_by(Claim.at)
        .limit(100)
    )
    return [(row.Claim, row.Person) for row in await session.execute(query)]


async def open_invitations(session: AsyncSession, organisation_id: str, now: datetime) -> Sequence[Invitation]:
    """Whom an organisation has asked to join and who has not answered, the latest first. For its administrators."""
    query = (
        select(Invitation)
        .where(Invitation.organisation_id == organisation_id, is_open(now))
        .order_by(Invitation.id.desc())
    )
    return (await session.scalars(query)).all()


def is_open(now: datetime) -> ColumnElement[bool]:
    """The condition that an invitation can still be accepted."""
    return Invitation.accepted_at.is_(None) & Invitation.withdrawn_at.is_(None) & (Invitation.expires_at > now)


@dataclass(frozen=True)
class Noted:
    """A change in the log of an organisation: who made it, and of which record that has become a part of it (empty: its
    own)."""

    change: Change
    by: str
    of: str


async def history(
    session: AsyncSession, organisation_id: str, before: str | None = None, limit: int = 51
) -> list[Noted]:
    """A page of the change log, with those of the records that were merged into it, the latest first. For its members.

    One query.
    """
    older = [Change.id < before] if before else []
    merged = select(Removal.organisation_id).where(Removal.merged_into_id == organisation_id)
    query = (
        select(Change, Person.name, Organisation.name.label("record"))
        .join(Organisation, Organisation.id == Change.organisation_id)
        .outerjoin(Person, Person.id == Change.by_id)
        .where(or_(Change.organisation_id == organisation_id, Change.organisation_id.in_(merged)), *older)
        .order_by(Change.id.desc())
        .limit(limit)
    )
    rows = [(row.Change, row.name or "", row.record) for row in await session.execute(query)]
    return [Noted(one, by, "" if one.organisation_id == organisation_id else record) for one, by, record in rows]


async def uses_file(session: AsyncSession, name: str) -> bool:
    """Whether a file is a logo, a banner or a document of some organisation."""
    query = select(
        or_(
            exists().where(
                or_(Organisation.logo == name, Organisation.logo_small == name, Organisation.banner == name)
            ),
            exists().where(Document.file == name),
        )
    )
    return bool(await session.scalar(query))


async def pitches(session: AsyncSession, ids: Collection[str]) -> dict[str, dict[str, str]]:
    """The pitch lines of organisations that the viewer may see, by id and language."""
    found: dict[str, dict[str, str]] = {}
    query = select(Text.organisation_id, Text.locale, Text.pitch).where(Text.organisation_id.in_(ids))
    for id_, locale, pitch in await session.execute(query):
        found.setdefault(id_, {})[locale] = pitch
    return found


# A source, and a record's number there.
Kept = tuple[str | None, str | None]


async def sources_of(session: AsyncSession, rows: Collection[Organisation]) -> dict[str, list[Kept]]:
    """Who keeps each of these organisations, by their ids: the source that goes first at the beginning; none where it
    was made here. Everybody may know."""
    found: dict[str, list[Kept]] = {}
    query = select(Saying.organisation_id, Saying.source, Saying.source_id)
    query = query.where(Saying.organisation_id.in_([row.id for row in rows if row.source]), Saying.said.is_not(None))
    for id_, source, source_id in await session.execute(query.order_by(Saying.position)):
        found.setdefault(id_, []).append((source, source_id))
    return {row.id: found.get(row.id) or ([(row.source, row.source_id)] if row.source else []) for row in rows}


async def licences(session: AsyncSession, sources: Collection[str | None]) -> dict[str, str]:
    """On which terms these sources give their records, by their names, where that is known. Everybody may know."""
    asked = {name for name in sources if name is not None}
    query = select(RecordSource.name, RecordSource.licence).where(RecordSource.name.in_(asked))
    return {row.name: row.licence for row in await session.execute(query)} if asked else {}


async def licences_of(session: AsyncSession, records: Collection[Kept]) -> dict[Kept, str]:
    """On which terms each of these records (its source and its number there) is given, where that is known: its own
    terms, else those of its source. Everybody may know. Two queries at most."""
    whole = await licences(session, {source for source, _ in records})
    copied = {id_ for source, id_ in records if source and source.startswith(SERVERS)}
    query = select(RecordLicence.source, RecordLicence.source_id, RecordLicence.licence)
    rows = await session.execute(query.where(RecordLicence.source_id.in_(copied))) if copied else ()
    own: dict[Kept, str] = {(source, id_): licence for source, id_, licence in rows}
    known = {each: own.get(each) or whole.get(each[0] or "", "") for each in records}
    return {each: licence for each, licence in known.items() if licence}


async def names(session: AsyncSession, viewer_id: str | None, ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
    """Slug and name of those of these organisations that somebody may see, by id."""
    query = select(Organisation.id, Organisation.slug, Organisation.name)
    rows = await session.execute(query.where(Organisation.id.in_(ids), visible_to(viewer_id)))
    return {row.id: (row.slug, row.name) for row in rows}


async def colleagues(session: AsyncSession, one: str, others: Collection[str]) -> set[str]:
    """Those of several people who belong to an organisation to which somebody belongs, too, as long as it is there."""
    mine, theirs = aliased(Member), aliased(Member)
    query = select(theirs.person_id).join(mine, mine.organisation_id == theirs.organisation_id)
    query = query.join(Organisation, Organisation.id == mine.organisation_id).where(present())
    return set(await session.scalars(query.where(mine.person_id == one, theirs.person_id.in_(others))))


async def affiliations(session: AsyncSession, viewer_id: str, person_id: str) -> list[Affiliation]:
    """The organisations that somebody belongs to and the viewer may see, for the person's profile."""
    query = select(Organisation.name, Organisation.slug).join(Member, Member.organisation_id == Organisation.id)
    rows = await session.execute(
        query.where(Member.person_id == person_id, visible_to(viewer_id)).order_by(func.lower(Organisation.name))
    )
    return [Affiliation(row.name, f"/o/{row.slug}") for row in rows]
