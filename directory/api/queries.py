"""What programs read page by page, each select for a viewer: in the order in which records changed, so that whoever
keeps a copy goes on where they stopped."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, and_, exists, func, literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from directory.organisations.model import Change, Organisation, Removal, Tag
from directory.organisations.queries import visible_to as organisation_visible_to
from directory.organisations.record import ORGANISATIONS
from directory.partners.model import NetworkMember, Partner, PartnerHost
from directory.products.model import Product, ProductChange, ProductPicture, ProductRemoval
from directory.products.queries import by_slug as product_by_slug
from directory.products.queries import visible_to as product_visible_to
from directory.products.record import PRODUCTS
from directory.records import Records
from directory.search.documents import Mark
from server.kernel.prepared import CoreTransaction

# The columns of a moment and of an id.
Order = tuple[InstrumentedAttribute[datetime], InstrumentedAttribute[str]]
_ORGANISATIONS: Order = (Organisation.updated_at, Organisation.id)
_PRODUCTS: Order = (Product.updated_at, Product.id)
_REMOVALS: Order = (Removal.at, Removal.organisation_id)
_PRODUCT_REMOVALS: Order = (ProductRemoval.at, ProductRemoval.product_id)


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
        organisation_visible_to(person_id),
        *_narrowed(person_id, wanted),
        *_beyond(_ORGANISATIONS, after, wanted.since),
    )
    return (await session.scalars(query.order_by(*_ORGANISATIONS).limit(limit))).all()


async def organisation(
    session: AsyncSession, person_id: str | None, organisation_id: str, *, locked: bool = False
) -> Organisation | None:
    """One organisation that somebody may see; with `locked` changed by nobody else until the commit."""
    query = select(Organisation).where(Organisation.id == organisation_id, organisation_visible_to(person_id))
    return await session.scalar(query.with_for_update() if locked else query)


async def organisation_fields(session: AsyncSession, ids: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
    """All fields of organisations that the viewer may see, by id."""
    return await _fields(session, ORGANISATIONS, ids)


@dataclass(frozen=True)
class WantedProducts:
    """What a list of products is narrowed to; None means everything."""

    since: datetime | None = None
    organisation: str | None = None
    category: str | None = None


@dataclass(frozen=True)
class FoundProduct:
    """A product, with what its organisation adds. `public`: both of them are."""

    row: Product
    organisation_slug: str
    public: bool


async def products(
    session: AsyncSession, person_id: str | None, wanted: WantedProducts, after: Mark | None, limit: int
) -> list[FoundProduct]:
    """A page of the products that somebody may see."""
    narrowed = [
        column == value
        for column, value in ((Product.organisation_id, wanted.organisation), (Product.category, wanted.category))
        if value is not None
    ]
    query = _products(person_id).where(*narrowed, *_beyond(_PRODUCTS, after, wanted.since))
    rows = await session.execute(query.order_by(*_PRODUCTS).limit(limit))
    return [_found(row) for row in rows]


async def product(
    session: AsyncSession, person_id: str | None, product_id: str, *, locked: bool = False
) -> FoundProduct | None:
    """One product that somebody may see; with `locked` changed by nobody else until the commit."""
    query = _products(person_id).where(Product.id == product_id)
    if locked:
        query = query.with_for_update(of=Product).execution_options(populate_existing=True)
    row = (await session.execute(query)).one_or_none()
    return _found(row) if row else None


async def product_id(session: AsyncSession, person_id: str | None, organisation_id: str, slug: str) -> str | None:
    """The id of the product of an address, if somebody may see it."""
    found = await product_by_slug(session, organisation_id, slug, person_id)
    return found.id if found else None


async def product_fields(session: AsyncSession, ids: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
    """All fields of products that the viewer may see, by id."""
    return await _fields(session, PRODUCTS, ids)


async def pictures(session: AsyncSession, ids: Collection[str]) -> Mapping[str, Sequence[ProductPicture]]:
    """The pictures of products that the viewer may see, by product, in their order."""
    found: dict[str, list[ProductPicture]] = {}
    if ids:
        query = select(ProductPicture).where(ProductPicture.product_id.in_(ids))
        for one in await session.scalars(query.order_by(ProductPicture.position, ProductPicture.id)):
            found.setdefault(one.product_id, []).append(one)
    return found


@dataclass(frozen=True)
class FoundPartner:
    """A partner, and how many organisations of its network the viewer sees."""

    organisation: Organisation
    accent: str
    face: str
    since: datetime
    count: int
    host: str | None  # of its own, where its page stands then


async def partners(session: AsyncSession, person_id: str | None, after: str | None, limit: int) -> list[FoundPartner]:
    """A page of the partners that somebody may see, in the order of their ids."""
    further = [Organisation.id > after] if after else []
    query = _partners(person_id).where(*further).order_by(Organisation.id).limit(limit)
    return [FoundPartner(*row) for row in await session.execute(query)]


async def partner(session: AsyncSession, person_id: str | None, partner_id: str) -> FoundPartner | None:
    """One partner that somebody may see."""
    row = (await session.execute(_partners(person_id).where(Organisation.id == partner_id))).one_or_none()
    return FoundPartner(*row) if row else None


def _partners(person_id: str | None) -> Select[Any]:
    member = aliased(Organisation)
    count = (
        select(func.count())
        .select_from(NetworkMember)
        .join(member, member.id == NetworkMember.organisation_id)
        .where(NetworkMember.partner_id == Partner.organisation_id, organisation_visible_to(person_id, member))
        .scalar_subquery()
    )
    return (
        select(Organisation, Partner.accent, Partner.face, Partner.since, count.label("count"), PartnerHost.host)
        .join(Partner, Partner.organisation_id == Organisation.id)
        .outerjoin(PartnerHost, PartnerHost.partner_id == Organisation.id)
        .where(organisation_visible_to(person_id))
    )


# Why a record is gone for who has no account: its owner shows it to members alone.
HIDDEN = "hidden"


@dataclass(frozen=True)
class Gone:
    """A record that is shown no longer."""

    id: str
    at: datetime
    reason: str
    merged_into: str | None  # None also where the viewer may not see it


async def organisations_gone(
    session: AsyncSession, person_id: str | None, since: datetime | None, after: Mark | None, limit: int
) -> list[Gone]:
    """A page of the organisations that somebody could see before they were removed, or shown to members alone, in the
    order in which they went. Two queries."""
    into = aliased(Organisation)
    seen = into.id == Removal.merged_into_id, organisation_visible_to(person_id, into)
    query = (
        select(Removal.organisation_id, Removal.at, Removal.reason, into.id)
        .join(Organisation, Organisation.id == Removal.organisation_id)
        .outerjoin(into, and_(*seen))
        .where(*_once_visible(person_id, Organisation), *_beyond(_REMOVALS, after, since))
        .order_by(*_REMOVALS)
        .limit(limit)
    )
    gone = [Gone(*row) for row in await session.execute(query)]
    hidden = await _hidden(session, person_id, Change, Change.organisation_id, Organisation, after, since, limit)
    return sorted([*gone, *hidden], key=lambda one: (one.at, one.id))[:limit]


async def products_gone(
    session: AsyncSession, person_id: str | None, since: datetime | None, after: Mark | None, limit: int
) -> list[Gone]:
    """The same of products. Those of an organisation that has gone are gone with it, and not named here."""
    query = (
        select(ProductRemoval.product_id, ProductRemoval.at, ProductRemoval.reason)
        .join(Product, Product.id == ProductRemoval.product_id)
        .join(Organisation, Organisation.id == Product.organisation_id)
        .where(*_once_visible(person_id, Organisation, Product))
        .where(*_beyond(_PRODUCT_REMOVALS, after, since))
        .order_by(*_PRODUCT_REMOVALS)
        .limit(limit)
    )
    gone = [Gone(*row, merged_into=None) for row in await session.execute(query)]
    hidden = await _hidden(session, person_id, ProductChange, ProductChange.product_id, Product, after, since, limit)
    return sorted([*gone, *hidden], key=lambda one: (one.at, one.id))[:limit]


async def _hidden(
    session: AsyncSession,
    person_id: str | None,
    changes: type[Change] | type[ProductChange],
    key: InstrumentedAttribute[str],
    records: type[Organisation] | type[Product],
    after: Mark | None,
    since: datetime | None,
    limit: int,
) -> list[Gone]:
    """What was public and is for members alone now: gone for who has no account, by the change log."""
    if person_id is not None:
        return []
    later = aliased(changes)
    again = getattr(later, key.key) == key, later.field == _VISIBILITY, later.id > changes.id
    query = (
        select(key, changes.at)
        .join(records, records.id == key)
        .where(changes.field == _VISIBILITY, records.visibility != "public", ~exists().where(*again))
        .where(*_beyond((changes.at, key), after, since))
        .order_by(changes.at, key)
        .limit(limit)
    )
    return [Gone(id_, at, HIDDEN, None) for id_, at in await session.execute(query)]


# Not a parameter: the index of these rows alone is for this very word.
_VISIBILITY = literal_column("'visibility'", String)


def _once_visible(person_id: str | None, *tables: type[Organisation] | type[Product]) -> list[ColumnElement[bool]]:
    return [] if person_id is not None else [table.visibility == "public" for table in tables]


def _products(person_id: str | None) -> Select[Product, str, str]:
    query = select(Product, Organisation.slug, Organisation.visibility)
    return query.join(Organisation, Organisation.id == Product.organisation_id).where(product_visible_to(person_id))


def _found(row: Row[Product, str, str]) -> FoundProduct:
    found, slug, visibility = row
    return FoundProduct(found, slug, visibility == "public" and found.visibility == "public")


async def _fields(session: AsyncSession, records: Records, ids: Collection[str]) -> dict[str, dict[str, Any]]:
    connection = await session.connection()
    names = records.shape.lists.keys()
    return await connection.run_sync(lambda each: records.current(CoreTransaction(each), ids, names))


def _narrowed(person_id: str | None, wanted: WantedOrganisations) -> list[ColumnElement[bool]]:
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
        conditions.append(exists().where(*here) & _is_partner(person_id, wanted.partner))
    return conditions


def _is_partner(person_id: str | None, organisation_id: str) -> ColumnElement[bool]:
    """Whether this is a partner that the viewer may see: else they hear nothing of its network either."""
    partner = aliased(Organisation)
    here = Partner.organisation_id == partner.id, partner.id == organisation_id
    return exists().where(*here, organisation_visible_to(person_id, partner))


def _beyond(order: Order, after: Mark | None, since: datetime | None) -> list[ColumnElement[bool]]:
    """Behind a cursor, else not before a moment: found by the index of the moment and the id.

    Never both, since SQLite would then search by the moment alone, and read all earlier pages again for each page.
    """
    if after is not None and (since is None or after.at >= since):
        return [tuple_(*order) > tuple_(after.at, after.id)]
    return [order[0] >= since] if since is not None else []
