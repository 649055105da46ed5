"""What is to be found of products, and the cards with which they are shown in lists."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.organisations.model import Organisation, Tag
from directory.products import queries
from directory.products.model import Product
from directory.products.record import PRODUCTS
from directory.products.shown import ProductCard
from directory.products.vocabulary import CATEGORIES, MATURITIES
from directory.search.changes import rows_after
from directory.search.documents import MEMBERS, PUBLIC, Behind, Card, Document, Kind, Mark, Viewer, Wording
from server.kernel.prepared import CoreTransaction
from web.i18n import LOCALES


class ProductSource:
    """Products, for the search. What their organisation is and where counts for them, too.

    A change of the organisation (its name, place, visibility) reaches them by `listeners`.
    """

    kind: Kind = "product"

    async def changed(self, session: AsyncSession, after: Mark | None, limit: int) -> Sequence[Mark]:
        """The next products that changed, removed ones too."""
        return await rows_after(session, Product.updated_at, Product.id, after, limit)

    async def documents(self, session: AsyncSession, ids: Collection[str]) -> Sequence[Document]:
        """These products, without removed ones and those of organisations that are."""
        if not ids:
            return []
        query = select(Product, Organisation).join(Organisation, Organisation.id == Product.organisation_id)
        somebody = ""  # whoever is signed in: visibility to strangers is in the audiences
        rows = (await session.execute(query.where(Product.id.in_(ids), queries.visible_to(somebody)))).all()
        connection = await session.connection()
        found = [row.Product.id for row in rows]
        fields = await connection.run_sync(
            lambda each: PRODUCTS.current(CoreTransaction(each), found, ("certificates",))
        )
        tags = await _tags(session, {row.Organisation.id for row in rows})
        return [
            document(row.Product, row.Organisation, fields[row.Product.id], tags.get(row.Organisation.id, {}))
            for row in rows
        ]

    async def cards(self, session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> Mapping[str, Card]:
        """Those of these products that the viewer may see."""
        query = select(Product, Organisation.slug, Organisation.name)
        query = query.join(Organisation, Organisation.id == Product.organisation_id)
        rows = (await session.execute(query.where(Product.id.in_(ids), queries.visible_to(viewer.person_id)))).all()
        whose = {row.Product.id: (row.slug, row.name) for row in rows}
        found = await queries.listed(session, [row.Product for row in rows])
        return {one.id: _card(one, *whose[one.id], viewer.locale) for one in found}

    async def behind(self, session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> Mapping[str, Behind]:
        """What is said of them in both languages, and the words by which they are filed."""
        query = select(Product, Organisation).join(Organisation, Organisation.id == Product.organisation_id)
        rows = (await session.execute(query.where(Product.id.in_(ids)))).all()
        fields = await queries.fields_of_many(session, [row.Product.id for row in rows])
        said = [f"{part}.{locale}" for part in ("name", "line", "description") for locale in LOCALES]
        return {
            row.Product.id: Behind(
                [text for name in said if (text := fields[row.Product.id][name])],
                _words(row.Product, row.Organisation, fields[row.Product.id]),
            )
            for row in rows
        }

    async def audiences(self, session: AsyncSession, viewer: Viewer) -> Collection[str]:
        """None besides everybody and the signed in."""
        return ()


def document(
    product: Product, organisation: Organisation, fields: Mapping[str, Any], tags: Mapping[str, Sequence[str]]
) -> Document:
    """A product as the search keeps it."""
    public = product.visibility == "public" and organisation.visibility == "public"
    facets = {**tags, "type": [organisation.kind], "stage": [organisation.stage], "size": [organisation.size]}
    facets |= {"country": [organisation.country.lower()]}
    return Document(
        kind="product",
        id=product.id,
        path=f"/o/{organisation.slug}/products/{product.slug}",
        wordings=_wordings(fields),
        updated_at=product.updated_at,
        created_at=product.created_at,
        words=_words(product, organisation, fields),
        tags={facet: [code for code in codes if code] for facet, codes in facets.items()},
        place=organisation.place,
        latitude=organisation.latitude if organisation.longitude is not None else None,
        longitude=organisation.longitude if organisation.latitude is not None else None,
        audiences=(PUBLIC,) if public else (MEMBERS,),
        owner=organisation.id,
        boost=0.6 if product.confirmed_at else 0.5,
    )


def _words(product: Product, organisation: Organisation, fields: Mapping[str, Any]) -> list[str]:
    """What it is found by, too: its category and maturity in both languages, its certificates, and whose it is."""
    named = [CATEGORIES.name(product.category, locale) for locale in LOCALES]
    named += [MATURITIES.name(product.maturity, locale) for locale in LOCALES]
    return [word for word in (*named, *fields["certificates"], organisation.name) if word]


def _wordings(fields: Mapping[str, Any]) -> dict[str, Wording]:
    said = {
        locale: Wording(fields[f"name.{locale}"], fields[f"line.{locale}"], markdown=fields[f"description.{locale}"])
        for locale in LOCALES
    }
    return {locale: one for locale, one in said.items() if one.name or one.line or one.markdown}


async def _tags(session: AsyncSession, organisation_ids: Collection[str]) -> dict[str, dict[str, list[str]]]:
    """Industries and technologies of organisations, as facets of their products."""
    kinds = ("industry", "technology")
    query = select(Tag.organisation_id, Tag.kind, Tag.code)
    found: dict[str, dict[str, list[str]]] = {}
    for row in await session.execute(query.where(Tag.organisation_id.in_(organisation_ids), Tag.kind.in_(kinds))):
        found.setdefault(row.organisation_id, {}).setdefault(row.kind, []).append(row.code)
    return found


def _card(one: queries.Listed, organisation_slug: str, organisation_name: str, locale: str) -> Card:
    shown = ProductCard.of(one, f"/o/{organisation_slug}", locale)
    return Card(
        kind="product",
        id=one.id,
        path=shown.path,
        name=shown.name,
        line=shown.line,
        picture=shown.picture,
        by=organisation_name,
        facts=shown.facts,
    )
