"""Products as pages show them, in a reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from markupsafe import Markup

from directory.organisations.rules import in_locale
from directory.organisations.shown import markdown, picture
from directory.products.model import Product, ProductPicture
from directory.products.names import FIELD_NAMES
from directory.products.queries import Listed
from directory.products.vocabulary import CATEGORIES, MATURITIES
from web import money
from web.i18n import LOCALES, translations


@dataclass(frozen=True)
class ProductShown:
    """A product with all that its page says."""

    id: str
    path: str
    name: str
    name_lang: str
    line: str
    line_lang: str
    description: Markup
    description_lang: str
    category: str
    facts: Sequence[tuple[str, str]]
    certificates: Sequence[str]
    url: str
    pictures: Sequence["PictureShown"]
    confirmed_at: datetime | None
    source: str | None
    public: bool
    fields: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        product: Product,
        fields: Mapping[str, Any],
        pictures: Sequence[ProductPicture],
        organisation_path: str,
        locale: str,
    ) -> Self:
        """A product with its fields, for a reader."""
        name, name_lang = in_locale(texts(fields, "name"), locale)
        line, line_lang = in_locale(texts(fields, "line"), locale)
        description, description_lang = in_locale(texts(fields, "description"), locale)
        return cls(
            id=product.id,
            path=f"{organisation_path}/products/{product.slug}",
            name=name,
            name_lang=name_lang,
            line=line,
            line_lang=line_lang,
            description=markdown(description),
            description_lang=description_lang,
            category=CATEGORIES.name(product.category, locale),
            facts=_facts(product, locale),
            certificates=fields["certificates"],
            url=product.url,
            pictures=[PictureShown.of(one) for one in pictures],
            confirmed_at=product.confirmed_at,
            source=product.source,
            public=product.visibility == "public",
            fields=fields,
        )


@dataclass(frozen=True)
class PictureShown:
    """A picture of a product."""

    id: str
    large: str
    small: str
    width: int
    height: int
    said: str

    @classmethod
    def of(cls, one: ProductPicture) -> Self:
        """A picture, for the browser."""
        return cls(one.id, picture(one.file), picture(one.file_small), one.width, one.height, one.said)


@dataclass(frozen=True)
class ProductCard:
    """A product in a list."""

    id: str
    path: str
    name: str
    line: str
    picture: str
    facts: Sequence[str]

    @classmethod
    def of(cls, one: Listed, organisation_path: str, locale: str) -> Self:
        """A product in a list, for a reader."""
        known = (CATEGORIES.name(one.category, locale), price(one.price_from, one.price_to, one.currency, locale))
        return cls(
            id=one.id,
            path=f"{organisation_path}/products/{one.slug}",
            name=in_locale(one.names, locale)[0],
            line=in_locale(one.lines, locale)[0],
            picture=picture(one.picture),
            facts=[text for text in known if text],
        )


def price(least: int | None, most: int | None, currency: str, locale: str) -> str:
    """A price or a range of prices, in cents, as people write it; empty for none."""
    least_of, most_of = (None if cents is None else Decimal(cents) / 100 for cents in (least, most))
    return money.span(least_of, most_of, currency or "EUR", locale)


def _facts(product: Product, locale: str) -> list[tuple[str, str]]:
    _ = translations(locale).gettext
    known = (
        ("category", CATEGORIES.name(product.category, locale)),
        ("maturity", MATURITIES.name(product.maturity, locale)),
        ("price", price(product.price_from, product.price_to, product.currency, locale)),
    )
    return [(_(FIELD_NAMES[name]), text) for name, text in known if text]


def texts(fields: Mapping[str, Any], part: str) -> dict[str, str]:
    """A part of a product's texts by language."""
    return {locale: fields[f"{part}.{locale}"] for locale in LOCALES}
