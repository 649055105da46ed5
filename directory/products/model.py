"""The tables of products and services."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base


class Product(Base):
    """A product or a service of an organisation. Its name and its texts are in `ProductText`, one row per language.

    What is unknown is an empty text, or None where it is a number or a moment.
    """

    __tablename__ = "products"
    __table_args__ = (
        Index("uq_products_source_source_id", "source", "source_id", unique=True),
        Index("uq_products_organisation_id_slug", "organisation_id", "slug", unique=True),
        # The search follows what has changed, in this order.
        Index("ix_products_updated_at_id", "updated_at", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    slug: Mapped[str]  # its name in addresses, unique within the organisation
    category: Mapped[str]  # one of vocabulary.CATEGORIES
    maturity: Mapped[str]  # one of vocabulary.MATURITIES
    price_from: Mapped[int | None] = mapped_column(BigInteger)  # cents of `currency`; one of both may be missing
    price_to: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str]  # ISO 4217, in capitals; empty without a price
    url: Mapped[str]  # http or https
    source: Mapped[str | None]
    source_id: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    visibility: Mapped[str]  # one of directory.organisations.rules.VISIBILITIES; never more than its organisation
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ProductRemoval(Base):
    """A product is no longer shown."""

    __tablename__ = "product_removals"
    # Whoever keeps a copy follows what has gone, in this order.
    __table_args__ = (Index("ix_product_removals_at_product_id", "at", "product_id"),)

    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"), primary_key=True)
    reason: Mapped[str]  # one of directory.organisations.rules.REMOVALS, never merged
    at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class ProductText(Base):
    """A product in one language."""

    __tablename__ = "product_texts"

    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"), primary_key=True)
    locale: Mapped[str] = mapped_column(primary_key=True)  # one of web.i18n.LOCALES
    name: Mapped[str]
    line: Mapped[str]  # one line
    description: Mapped[str]  # Markdown as it was typed; made safe when it is shown


class ProductPicture(Base):
    """A picture of a product."""

    __tablename__ = "product_pictures"

    id: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"), index=True)
    position: Mapped[int]
    file: Mapped[str] = mapped_column(index=True)  # names among the files: at most 1600 px wide, and 480 px
    file_small: Mapped[str] = mapped_column(index=True)
    width: Mapped[int]  # pixels of the large one
    height: Mapped[int]
    said: Mapped[str]  # what is on it, for those who cannot see it
    added_at: Mapped[datetime]
    added_by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class ProductCertificate(Base):
    """A certificate or a standard that a product meets."""

    __tablename__ = "product_certificates"

    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class ProductDocument(Base):
    """A file about a product."""

    __tablename__ = "product_documents"

    id: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"), index=True)
    name: Mapped[str]
    file: Mapped[str] = mapped_column(index=True)
    bytes: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime]
    added_by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class ProductChange(Base):
    """One field of a product was changed, as `directory.organisations.model.Change`."""

    __tablename__ = "product_changes"
    __table_args__ = (
        Index("ix_product_changes_product_id_id", "product_id", "id"),
        # As that of `directory.organisations.model.Change`.
        Index(
            "ix_product_changes_of_visibility",
            "at",
            "product_id",
            sqlite_where=text("field = 'visibility'"),
            postgresql_where=text("field = 'visibility'"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), index=True)
    source: Mapped[str | None]
    field: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]


class ProductOwnField(Base):
    """A field that somebody of the organisation has edited: imports leave it alone."""

    __tablename__ = "product_own_fields"

    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"), primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
