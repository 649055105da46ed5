"""What happened to products: the only face of this part that others listen to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ProductMade:
    """An organisation has another product."""

    product_id: str
    organisation_id: str
    by_id: str


@dataclass(frozen=True)
class ProductChanged:
    """Something that is shown of a product is another one now."""

    product_id: str
    fields: frozenset[str]
    by_id: str


@dataclass(frozen=True)
class ProductReturned:
    """A product is shown again."""

    product_id: str
    by_id: str


@dataclass(frozen=True)
class ProductRemoved:
    """A product is no longer shown."""

    product_id: str
    by_id: str
