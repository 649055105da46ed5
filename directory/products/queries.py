"""Everything that is read about products, each for a viewer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from directory.organisations.model import Organisation
from directory.organisations.queries import visible_to as organisation_visible_to
from directory.products.model import (
    Product,
    ProductChange,
    ProductDocument,
    ProductPicture,
    ProductRemoval,
    ProductText,
)
from directory.products.record import PRODUCTS
from people.model import Person
from server.kernel.prepared import CoreTransaction

# What is known of a product, by the names of its fields.
Fields = dict[str, Any]


@dataclass(frozen=True)
class Listed:
    """A product in a list: what its texts say by language, and its first picture."""

    id: str
    slug: str
    category: str
    price_from: int | None
    price_to: int | None
    currency: str
    names: dict[str, str]
    lines: dict[str, str]
    picture: str | None  # name among the files, the small size


@dataclass(frozen=True)
class Gone:
    """A product that is not shown any more, since when, and who took it away (empty: an import, or nobody by now)."""

    product: Listed
    at: datetime
    by_name: str


# The condition that a product was not removed. It stands in nearly every query, and costs more to build than SQLite
# needs to answer; so it is built once. The table has a name of its own in it: the query around it may read it, too.
_removal = aliased(ProductRemoval)
_PRESENT = ~exists().where(_removal.product_id == Product.id)


def present() -> ColumnElement[bool]:
    """The condition that a product was not removed."""
    return _PRESENT


def visible_to(person_id: str | None) -> ColumnElement[bool]:
    """The condition that somebody (None: without an account) may see a product; needs its organisation joined."""
    if person_id is not None:
        return present() & organisation_visible_to(person_id)
    return _VISIBLE_TO_ALL


_VISIBLE_TO_ALL = present() & organisation_visible_to(None) & (Product.visibility == "public")


async def by_slug(session: AsyncSession, organisation_id: str, slug: str, person_id: str | None) -> Product | None:
    """The product of this address of an organisation that the viewer may see."""
    query = select(Product).join(Organisation, Organisation.id == Product.organisation_id)
    one = Product.organisation_id == organisation_id, Product.slug == slug
    return await session.scalar(query.where(*one, visible_to(person_id)))


async def removed_by_slug(session: AsyncSession, organisation_id: str, slug: str) -> Product | None:
    """The product of this address that is not shown any more. For the editors of its organisation."""
    query = select(Product).join(ProductRemoval, ProductRemoval.product_id == Product.id)
    return await session.scalar(query.where(Product.organisation_id == organisation_id, Product.slug == slug))


async def organisation_of(session: AsyncSession, product_id: str) -> str | None:
    """Whose a product is, whoever may see it: for a door that asks what they may do there."""
    return await session.scalar(select(Product.organisation_id).where(Product.id == product_id))


async def removed_of(session: AsyncSession, organisation_id: str, limit: int = 50) -> list[Gone]:
    """Products that people have taken off an organisation, the latest first; not those of an import that was undone,
    which would push them out of the list. For its editors. Three queries."""
    query = (
        select(Product, ProductRemoval.at, Person.name)
        .join(ProductRemoval, ProductRemoval.product_id == Product.id)
        .outerjoin(Person, Person.id == ProductRemoval.by_id)
        .where(Product.organisation_id == organisation_id, ProductRemoval.reason == "removed")
        .order_by(ProductRemoval.at.desc(), Product.id)
        .limit(limit)
    )
    rows = (await session.execute(query)).all()
    shown = await listed(session, [row.Product for row in rows])
    return [Gone(one, row.at, row.name or "") for one, row in zip(shown, rows, strict=True)]


async def history(
    session: AsyncSession,
    organisation_id: str,
    slug: str | None = None,
    before: str | None = None,
    limit: int = 51,
    *,
    product_id: str | None = None,
) -> list[tuple[ProductChange, Product, str]]:
    """A page of what was changed about the products of an organisation (or the one of this address, or id), also those
    that are shown no more; the latest first, each with its product and the name of who changed it. For its members."""
    where = [Product.organisation_id == organisation_id]
    where += [Product.slug == slug] if slug else []
    where += [Product.id == product_id] if product_id else []
    where += [ProductChange.id < before] if before else []
    query = (
        select(ProductChange, Product, Person.name)
        .join(Product, Product.id == ProductChange.product_id)
        .outerjoin(Person, Person.id == ProductChange.by_id)
        .where(*where)
        .order_by(ProductChange.id.desc())
        .limit(limit)
    )
    return [(row.ProductChange, row.Product, row.name or "") for row in await session.execute(query)]


async def fields_of(session: AsyncSession, product_id: str) -> Fields:
    """All fields of a product that the viewer may see, see `fields.FIELDS`. Raises KeyError for none."""
    return (await fields_of_many(session, [product_id]))[product_id]


async def fields_of_many(session: AsyncSession, product_ids: Sequence[str]) -> dict[str, Fields]:
    """The same of several, by id."""
    connection = await session.connection()
    names = PRODUCTS.shape.lists.keys()
    return await connection.run_sync(lambda each: PRODUCTS.current(CoreTransaction(each), product_ids, names))


async def of_organisation(
    session: AsyncSession, organisation_id: str, person_id: str | None, *, after: str | None = None, limit: int = 13
) -> list[Listed]:
    """A page of the products of an organisation that the viewer may see, the oldest first. Three queries at most."""
    query = _of_organisation(somebody=person_id is not None, further=bool(after))
    asked = {"organisation_id": organisation_id, "most": limit} | ({"after": after} if after else {})
    found = await session.scalars(query, asked)
    return await listed(session, found.all())


@lru_cache(4)
def _of_organisation(*, somebody: bool, further: bool) -> Select[*tuple[Product]]:
    """Built once for strangers and once for those with an account: public pages are asked for again and again."""
    seen = visible_to("" if somebody else None), Product.organisation_id == bindparam("organisation_id")
    query = select(Product).join(Organisation, Organisation.id == Product.organisation_id)
    query = query.where(*seen, Product.id > bindparam("after")) if further else query.where(*seen)
    return query.order_by(Product.id).limit(bindparam("most"))


async def listed(session: AsyncSession, products: Sequence[Product]) -> list[Listed]:
    """Products that the viewer may see, with what a list shows of them. Two queries."""
    ids = [one.id for one in products]
    texts, shown = await _texts(session, ids), await first_pictures(session, ids)
    return [
        Listed(
            id=one.id,
            slug=one.slug,
            category=one.category,
            price_from=one.price_from,
            price_to=one.price_to,
            currency=one.currency,
            names={locale: text.name for locale, text in texts.get(one.id, {}).items()},
            lines={locale: text.line for locale, text in texts.get(one.id, {}).items()},
            picture=shown.get(one.id),
        )
        for one in products
    ]


async def count_of(session: AsyncSession, organisation_id: str, person_id: str | None) -> int:
    """How many products of an organisation the viewer may see."""
    query = select(func.count()).select_from(Product).join(Organisation, Organisation.id == Product.organisation_id)
    return await session.scalar(query.where(Product.organisation_id == organisation_id, visible_to(person_id))) or 0


async def count_on(session: AsyncSession, organisation_ids: Select[str], _now: datetime) -> int:
    """How many products these organisations have. See `directory.organisations.parts.Count`."""
    here = Product.organisation_id.in_(organisation_ids), present()
    return await session.scalar(select(func.count()).select_from(Product).where(*here)) or 0


async def pictures_of(session: AsyncSession, product_id: str) -> Sequence[ProductPicture]:
    """The pictures of a product that the viewer may see, in their order."""
    query = select(ProductPicture).where(ProductPicture.product_id == product_id)
    return (await session.scalars(query.order_by(ProductPicture.position, ProductPicture.id))).all()


async def documents_of(session: AsyncSession, product_id: str) -> Sequence[ProductDocument]:
    """The documents of a product that the viewer may see."""
    query = select(ProductDocument).where(ProductDocument.product_id == product_id)
    return (await session.scalars(query.order_by(ProductDocument.id))).all()


async def document(session: AsyncSession, product_id: str, document_id: str) -> ProductDocument | None:
    """One document of a product that the viewer may see."""
    mine = ProductDocument.product_id == product_id, ProductDocument.id == document_id
    return await session.scalar(select(ProductDocument).where(*mine))


async def first_pictures(session: AsyncSession, ids: Collection[str]) -> dict[str, str]:
    """The first picture of each of these products, in its small size."""
    if not ids:
        return {}
    query = select(ProductPicture.product_id, ProductPicture.file_small).where(ProductPicture.product_id.in_(ids))
    found: dict[str, str] = {}
    for row in await session.execute(query.order_by(ProductPicture.position, ProductPicture.id)):
        found.setdefault(row.product_id, row.file_small)
    return found


async def uses_file(session: AsyncSession, name: str) -> bool:
    """Whether a file is a picture or a document of some product."""
    picture = exists().where(or_(ProductPicture.file == name, ProductPicture.file_small == name))
    return bool(await session.scalar(select(or_(picture, exists().where(ProductDocument.file == name)))))


async def count_public(session: AsyncSession) -> int:
    """How many products everybody may see."""
    query = select(func.count()).select_from(Product).join(Organisation, Organisation.id == Product.organisation_id)
    return await session.scalar(query.where(visible_to(None))) or 0


async def public_paths(session: AsyncSession, offset: int, limit: int) -> list[tuple[str, datetime]]:
    """The addresses of products that everybody may see, with when they changed, in a stable order."""
    query = select(Organisation.slug, Product.slug, Product.updated_at).join(
        Organisation, Organisation.id == Product.organisation_id
    )
    rows = await session.execute(query.where(visible_to(None)).order_by(Product.id).offset(offset).limit(limit))
    return [(f"/o/{row[0]}/products/{row[1]}", row[2]) for row in rows]


async def _texts(session: AsyncSession, ids: Collection[str]) -> dict[str, dict[str, ProductText]]:
    found: dict[str, dict[str, ProductText]] = {}
    if ids:
        for one in await session.scalars(select(ProductText).where(ProductText.product_id.in_(ids))):
            found.setdefault(one.product_id, {})[one.locale] = one
    return found
