"""Who changed what, as programs see it."""

from typing import Any, Self

from pydantic import Field

from directory.api.shapes.common import CURSOR, Onward, PageOf
from directory.api.shapes.values import GivenId, Id, Moment, Shown
from directory.organisations.model import Change as ChangeRow
from directory.organisations.queries import Noted
from directory.products.model import ProductChange as ProductChangeRow
from web.i18n import N_


class LogEntry(Shown):
    """One field of a record was changed, or something was done with the record."""

    id: Id
    at: Moment
    field: str = Field(description=N_("A field of the record (texts with their language), or what was done with it."))
    before: str = Field(description=N_("What it said before; long texts are shortened."))
    after: str
    by: str = Field(description=N_("The name of who changed it; empty: a source, or somebody who is gone."))
    source: str = Field(description=N_("The source whose import changed it; empty: a person did."))


class RecordLogEntry(LogEntry):
    """The same of an organisation."""

    record: str = Field(description=N_("The record that has become a part of this one, by its name; empty: its own."))

    @classmethod
    def of(cls, one: Noted) -> Self:
        """A change of an organisation, for its own people."""
        return cls(record=one.of, **_told(one.change, one.by))


class ProductLogEntry(LogEntry):
    """The same of a product."""

    product: Id

    @classmethod
    def of_product(cls, row: ProductChangeRow, by: str) -> Self:
        """A change of a product, for the people of its organisation."""
        return cls(product=row.product_id, **_told(row, by))


class LogPage(PageOf[RecordLogEntry]):
    """A page of changes, the latest first."""


class ProductLogPage(PageOf[ProductLogEntry]):
    """A page of changes of products, the latest first."""


class LogQuery(Onward):
    """Which page."""

    after: GivenId | None = Field(None, description=CURSOR)


class ProductLogQuery(LogQuery):
    """Which page, and of which product."""

    product: GivenId | None = Field(None, description=N_("Of this product alone."))


def _told(row: ChangeRow | ProductChangeRow, by: str) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in ("id", "at", "field", "before", "after")}
    return said | {"by": by, "source": row.source or ""}
