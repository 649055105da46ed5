"""Which tables a product's record is made of, for `directory.records`."""

from directory.organisations.record import table
from directory.products.fields import COLUMNS
from directory.products.model import (
    Product,
    ProductCertificate,
    ProductChange,
    ProductOwnField,
    ProductRemoval,
    ProductText,
)
from directory.records import Hanging, Records, Shape
from web.i18n import LOCALES

PRODUCTS = Records(
    Shape(
        table=table(Product),
        removals=table(ProductRemoval),
        changes=table(ProductChange),
        own_fields=table(ProductOwnField),
        key="product_id",
        columns=COLUMNS,
        texts=table(ProductText),
        parts=("name", "line", "description"),
        locales=tuple(sorted(LOCALES)),
        lists={"certificates": Hanging(table(ProductCertificate), ("name",), ordered=True)},
        derive=lambda _values: {},
        empty={"price_from": None, "price_to": None, "confirmed_at": None, "visibility": "public"},
    )
)
