"""What programs read page by page, each select for a viewer: in the order in which records changed, so that whoever
keeps a copy goes on where they stopped."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from directory.organisations.model import Organisation, Tag
from directory.organisations.queries import visible_to as organisation_visible_to
from directory.organisations.record import ORGANISATIONS
from directory.partners.model import NetworkMember
from directory.records import Records
from directory.search.documents import Mark
from server.kernel.prepared import CoreTransaction

Column = InstrumentedAttribute[Any]


@dataclass(frozen=True)
class WantedOrganisations:
    """What a list of organisations is narrowed to; None means everything."""

    since: datetime | None = None
    kind: str | None = None
    country: str | None = None
    industry: str | None = None
    partner: str | None = None


async def organisations(
    session: AsyncSession, person_id: str | None, wanted: WantedOrganisations, after: Mark | None, limit: int
) -> Sequence[Organisation]:
    """A page of the organisations that somebody may see."""
    query = select(Organisation).where(
        organisation_visible_to(person_id), *_narrowed(wanted), *_beyond(Organisation, after, wanted.since)
    )
    return (await session.scalars(query.order_by(Organisation.updated_at, Organisation.id).limit(limit))).all()


async def organisation(
    session: AsyncSession, person_id: str | None, organisation_id: str, *, locked: bool = False
) -> Organisation | None:
    """One organisation that somebody may see; with `locked` changed by nobody else until the commit."""
    query = select(Organisation).where(Organisation.id == organisation_id, organisation_visible_to(person_id))
    return await session.scalar(query.with_for_update() if locked else query)


async def organisation_fields(session: AsyncSession, ids: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
    """All fields of organisations that the viewer may see, by id."""
    return await _fields(session, ORGANISATIONS, ids)


async def _fields(session: AsyncSession, records: Records, ids: Collection[str]) -> dict[str, dict[str, Any]]:
    connection = await session.connection()
    names = records.shape.lists.keys()
    return await connection.run_sync(lambda each: records.current(CoreTransaction(each), ids, names))


def _narrowed(wanted: WantedOrganisations) -> list[ColumnElement[bool]]:
    conditions = [
        column == value
        for column, value in ((Organisation.kind, wanted.kind), (Organisation.country, wanted.country))
        if value is not None
    ]
    if wanted.industry is not None:
        tag = Tag.organisation_id == Organisation.id, Tag.kind == "industry", Tag.code == wanted.industry
        conditions.append(exists().where(*tag))
    if wanted.partner is not None:
        here = NetworkMember.partner_id == wanted.partner, NetworkMember.organisation_id == Organisation.id
        conditions.append(exists().where(*here))
    return conditions


def _beyond(table: Any, after: Mark | None, since: datetime | None) -> list[ColumnElement[bool]]:
    """Behind a cursor, and not before a moment: both found by the index of (updated_at, id)."""
    conditions: list[ColumnElement[bool]] = []
    if since is not None:
        conditions.append(table.updated_at >= since)
    if after is not None:
        conditions.append(tuple_(table.updated_at, table.id) > tuple_(after.at, after.id))
    return conditions
