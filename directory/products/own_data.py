"""What products keep about a person: what they changed."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.products.model import Product, ProductChange


async def collect(session: AsyncSession, person_id: str) -> dict[str, Any]:
    """What somebody changed of which products. It stays with the organisation when they are erased, without a name."""
    query = (
        select(Product.slug.label("product"), ProductChange.at, ProductChange.field)
        .add_columns(ProductChange.before, ProductChange.after)
        .join(Product, Product.id == ProductChange.product_id)
        .where(ProductChange.by_id == person_id)
        .order_by(ProductChange.id)
    )
    return {"changes": [dict(row._mapping) for row in await session.execute(query)]}
