"""The products of one's own organisations, as they are hung on an answer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.products.model import Product, ProductRemoval, ProductText

# Products that are offered to choose from.
OFFERED_MOST = 200


@dataclass(frozen=True)
class Choice:
    """A product to choose: whose it is, and what it says of itself, by language."""

    id: str
    organisation_id: str
    names: Mapping[str, str]
    lines: Mapping[str, str]

    def name(self, locale: str) -> str:
        """Its name for a reader of this language."""
        return _in(self.names, locale)

    def line(self, locale: str) -> str:
        """Its line for a reader of this language."""
        return _in(self.lines, locale)


async def offered(session: AsyncSession, organisation_ids: Collection[str]) -> list[Choice]:
    """The products of these organisations of the viewer, the last changed first."""
    if not organisation_ids:
        return []
    gone = select(ProductRemoval.product_id).where(ProductRemoval.product_id == Product.id).exists()
    query = select(Product.id, Product.organisation_id).where(Product.organisation_id.in_(organisation_ids), ~gone)
    rows = (await session.execute(query.order_by(Product.updated_at.desc(), Product.id).limit(OFFERED_MOST))).all()
    said: dict[str, list[ProductText]] = {row.id: [] for row in rows}
    for each in await session.scalars(select(ProductText).where(ProductText.product_id.in_(said))):
        said[each.product_id].append(each)
    return [
        Choice(
            row.id,
            row.organisation_id,
            {each.locale: each.name for each in said[row.id]},
            {each.locale: each.line for each in said[row.id]},
        )
        for row in rows
    ]


def _in(texts: Mapping[str, str], locale: str) -> str:
    return texts.get(locale) or next((text for text in texts.values() if text), "")
