"""Products and services, as programs see and write them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import Field

from directory.api.queries import FoundProduct
from directory.api.shapes.common import GivenInBoth, InBoth, Paged, PageOf, Since
from directory.api.shapes.organisations import (
    CHANGED,
    CONFIRMED,
    PAGE,
    PUBLIC,
    SOURCE,
    TEXTS,
    Licences,
    Source,
    Visibility,
    WebAddress,
    codes,
    source_of,
)
from directory.api.shapes.values import (
    WHOLE,
    Address,
    Given,
    GivenId,
    Id,
    Moment,
    Query,
    Shown,
    coded,
    left_out,
    one_of,
    up_to,
)
from directory.organisations.fields import DESCRIPTION_MOST, LINE_MOST, NAME_MOST, PITCH_MOST
from directory.organisations.shown import picture
from directory.products.fields import CERTIFICATES_MOST, PRICE_MOST
from directory.products.model import ProductPicture
from directory.products.vocabulary import CATEGORIES, CURRENCIES, MATURITIES
from web.i18n import LOCALES, N_

Category = Annotated[str, one_of(codes(CATEGORIES), unknown=True)]
Maturity = Annotated[str, one_of(codes(MATURITIES), unknown=True)]
Currency = Annotated[str, one_of(CURRENCIES, unknown=True)]
Cents = Annotated[int, Field(ge=0, le=PRICE_MOST), WHOLE]
CENTS = N_("In cents of the currency.")
SAID = N_("What is on it, for those who cannot see it.")


class ProductText(Shown):
    """A product in one language."""

    name: str
    line: str = Field(description=N_("One line."))
    description: str = Field(description=N_("Markdown as it was typed: make it safe before you show it."))


class ProductTexts(InBoth[ProductText]):
    """A product in both languages."""


class Picture(Shown):
    """A picture of a product."""

    id: Id
    url: Address = Field(description=N_("At most 1600 pixels wide."))
    small: Address = Field(description=N_("The same, at most 480 pixels wide."))
    width: int
    height: int
    said: str = Field(description=SAID)

    @classmethod
    def of(cls, row: ProductPicture, site: str) -> Self:
        """A picture of a product that the viewer may see; `site` is our own address."""
        return cls(
            id=row.id,
            url=site + picture(row.file),
            small=site + picture(row.file_small),
            width=row.width,
            height=row.height,
            said=row.said,
        )


class Product(Shown):
    """A product or a service of an organisation."""

    id: Id = Field(description=N_("Stays the same for good."))
    organisation: Id = Field(description=N_("Whose product it is."))
    slug: str = Field(description=N_("Its name in addresses."))
    page: Address = Field(description=PAGE)
    texts: ProductTexts = Field(description=TEXTS)
    category: Annotated[str, coded(CATEGORIES.codes)]
    maturity: Annotated[str, coded(MATURITIES.codes)]
    price_from: int | None = Field(description=CENTS)
    price_to: int | None = Field(description=CENTS)
    currency: str
    url: str = Field(description=N_("A page about it elsewhere."))
    certificates: list[str]
    pictures: list[Picture]
    source: Source | None = Field(description=SOURCE)
    public: bool = Field(description=PUBLIC)
    confirmed_at: Moment | None = Field(description=CONFIRMED)
    created_at: Moment
    updated_at: Moment = Field(description=CHANGED)

    @classmethod
    def of(
        cls,
        found: FoundProduct,
        fields: Mapping[str, Any],
        pictures: Sequence[ProductPicture],
        licences: Licences,
        site: str,
    ) -> Self:
        """A product that the viewer may see, with the licences of records; `site` is our own address."""
        row = found.row
        plain = "category maturity price_from price_to currency url confirmed_at"
        values: dict[str, Any] = {name: fields[name] for name in plain.split()}
        return cls(
            **values,
            id=row.id,
            organisation=row.organisation_id,
            slug=row.slug,
            page=f"{site}/o/{found.organisation_slug}/products/{row.slug}",
            texts=ProductTexts(**{locale: _text(fields, locale) for locale in sorted(LOCALES)}),
            certificates=list(fields["certificates"]),
            pictures=[Picture.of(one, site) for one in pictures],
            source=source_of(row.source, row.source_id, licences),
            public=found.public,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class PictureQuery(Query):
    """What is said with a picture."""

    said: Annotated[str, up_to(LINE_MOST)] = Field("", description=SAID)


class ProductPage(PageOf[Product]):
    """A page of products, in the order in which they last changed."""


class ProductQuery(Paged):
    """Which products."""

    updated_since: Since = None
    organisation: GivenId | None = Field(None, description=N_("Only those of this organisation, by its id."))
    category: Annotated[str, one_of(codes(CATEGORIES))] | None = None


class GivenProductText(Given):
    """A product in one language; what is left out stays."""

    name: Annotated[str, up_to(NAME_MOST)] = left_out()
    line: Annotated[str, up_to(PITCH_MOST)] = left_out()
    description: Annotated[str, up_to(DESCRIPTION_MOST)] = left_out()


class GivenProductTexts(GivenInBoth[GivenProductText]):
    """A product in one language or both; what is left out stays."""


class ProductChange(Given):
    """What is to be changed of a product. What is left out stays; lists are given whole."""

    texts: GivenProductTexts = left_out()
    category: Category = left_out()
    maturity: Maturity = left_out()
    price_from: Cents | None = Field(default_factory=lambda: None, description=CENTS)
    price_to: Cents | None = Field(default_factory=lambda: None, description=CENTS)
    currency: Currency = left_out()
    url: WebAddress = left_out()
    visibility: Visibility = left_out()
    certificates: Annotated[list[Annotated[str, up_to(LINE_MOST, 1)]], Field(max_length=CERTIFICATES_MOST)] = left_out()


class ProductNew(ProductChange):
    """A new product. It needs a name in one language at least."""

    organisation: GivenId = Field(description=N_("Whose product it is: one that you manage."))
    texts: GivenProductTexts


def _text(fields: Mapping[str, Any], locale: str) -> ProductText:
    return ProductText(**{part: fields[f"{part}.{locale}"] for part in ("name", "line", "description")})
