"""The tables of organisations: what is said about them, who belongs to them, and what was changed by whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base


class Organisation(Base):
    """An organisation of the network.

    What is unknown is an empty text, or None where it is a number or a moment. Codes are those of
    `directory.organisations.vocabulary`.
    """

    __tablename__ = "organisations"
    __table_args__ = (
        Index("uq_organisations_source_source_id", "source", "source_id", unique=True),
        # The search follows what has changed, in this order.
        Index("ix_organisations_updated_at_id", "updated_at", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)  # its name in addresses, for good
    kind: Mapped[str]  # one of vocabulary.KINDS
    name: Mapped[str]
    legal_name: Mapped[str]
    website: Mapped[str]  # http or https
    domain: Mapped[str] = mapped_column(index=True)  # the website's host, see domains.domain_of
    founded: Mapped[int | None]  # year
    size: Mapped[str]  # one of vocabulary.SIZES
    stage: Mapped[str]  # one of vocabulary.STAGES
    business_model: Mapped[str]  # one of vocabulary.BUSINESS_MODELS
    customer_focus: Mapped[str]  # one of vocabulary.CUSTOMER_FOCUS
    country: Mapped[str]  # ISO 3166-1 alpha-2, in capitals
    place: Mapped[str]
    postcode: Mapped[str]
    latitude: Mapped[float | None]  # WGS 84, degrees
    longitude: Mapped[float | None]
    video_url: Mapped[str]  # shown as a link, never embedded
    logo: Mapped[str | None] = mapped_column(index=True)  # names among the files: 512 px square, and the same at 96 px
    logo_small: Mapped[str | None]
    banner: Mapped[str | None] = mapped_column(index=True)  # 1600 by 400 px
    # Who keeps the record elsewhere, and its key there: of several the one that goes first. None: it was made here.
    source: Mapped[str | None]
    source_id: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]  # when somebody who knows last said that this is so
    visibility: Mapped[str]  # one of rules.VISIBILITIES
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]  # of the record and of everything that hangs on it, removal and return included


class Saying(Base):
    """What one of several sources says about an organisation. Where one alone keeps it, there is none."""

    __tablename__ = "organisation_sayings"

    source: Mapped[str] = mapped_column(primary_key=True)  # as `Organisation.source`, which is the first of them
    source_id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    position: Mapped[int]  # whose say goes first
    # Its values as directory.packing writes them. None: its import was taken back, and it is known again if it returns.
    said: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class RecordSource(Base):
    """What is known about a source of records: on which terms it gives them."""

    __tablename__ = "record_sources"

    name: Mapped[str] = mapped_column(primary_key=True)  # as `Organisation.source`, and that of products
    licence: Mapped[str]  # one of licences.LICENCES
    since: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class RecordLicence(Base):
    """On which terms one record is given, where its source gives its records on several: as another server does, which
    has them from others itself. The record is known by its number there, also before the copy of it is made."""

    __tablename__ = "record_licences"

    source: Mapped[str] = mapped_column(primary_key=True)  # as `Organisation.source`
    source_id: Mapped[str] = mapped_column(primary_key=True)
    licence: Mapped[str]  # one of licences.LICENCES
    since: Mapped[datetime]


class Removal(Base):
    """An organisation is no longer shown. The row of the organisation stays, for its address and its history."""

    __tablename__ = "organisation_removals"
    # Whoever keeps a copy follows what has gone, in this order.
    __table_args__ = (Index("ix_organisation_removals_at_organisation_id", "at", "organisation_id"),)

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    reason: Mapped[str]  # one of rules.REMOVALS
    # Where its address leads now. Never one that was merged away itself.
    merged_into_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class Text(Base):
    """What an organisation says about itself in one language."""

    __tablename__ = "organisation_texts"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    locale: Mapped[str] = mapped_column(primary_key=True)  # one of web.i18n.LOCALES
    pitch: Mapped[str]  # one line
    description: Mapped[str]  # Markdown as it was typed; made safe when it is shown


class Tag(Base):
    """An industry, a technology or a market of an organisation."""

    __tablename__ = "organisation_tags"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # one of vocabulary.TAGS
    code: Mapped[str] = mapped_column(primary_key=True)


class Language(Base):
    """A language in which one can talk with an organisation."""

    __tablename__ = "organisation_languages"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)  # ISO 639-1, see people.languages


class Link(Base):
    """A place on the web where an organisation also is."""

    __tablename__ = "organisation_links"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str]  # empty: shown by its host
    url: Mapped[str]  # http or https


class Location(Base):
    """A further place where an organisation is, besides its seat."""

    __tablename__ = "organisation_locations"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str]  # "Works", "Sales office"; may be empty
    place: Mapped[str]
    postcode: Mapped[str]
    country: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]


class Document(Base):
    """A file that an organisation hands out."""

    __tablename__ = "organisation_documents"

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str]  # as it is called when it is loaded down, with its ending
    file: Mapped[str] = mapped_column(index=True)  # its name among the files
    bytes: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime]
    added_by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class Member(Base):
    """Somebody belongs to an organisation, in one role."""

    __tablename__ = "organisation_members"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True, index=True)
    role: Mapped[str]  # one of rules.ROLES
    since: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))  # who let them in; None: the program


class Claim(Base):
    """Somebody says that they belong to an organisation, by their mail address at its domain. Open until decided."""

    __tablename__ = "organisation_claims"
    __table_args__ = (
        Index(
            "uq_organisation_claims_open",
            "organisation_id",
            "person_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    email: Mapped[str]  # the confirmed address by which they claim, as it was then
    at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))  # None: nobody had to be asked
    outcome: Mapped[str]  # one of rules.OUTCOMES; empty while open


class Invitation(Base):
    """Somebody is asked by mail to join an organisation. Good until it is used, withdrawn or expired."""

    __tablename__ = "organisation_invitations"

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    email: Mapped[str] = mapped_column(index=True)  # normalised by people.addresses
    role: Mapped[str]  # one of rules.ROLES
    token_hash: Mapped[str] = mapped_column(unique=True)  # the token is in the mail alone
    at: Mapped[datetime]
    by_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), index=True)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class Change(Base):
    """One field of an organisation was changed. Long texts are shortened, see rules.LOGGED_MOST."""

    __tablename__ = "organisation_changes"
    __table_args__ = (
        Index("ix_organisation_changes_organisation_id_id", "organisation_id", "id"),
        # Whoever keeps a copy of what is public hears what is so no longer, in this order.
        Index(
            "ix_organisation_changes_of_visibility",
            "at",
            "organisation_id",
            sqlite_where=text("field = 'visibility'"),
            postgresql_where=text("field = 'visibility'"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), index=True)  # None: a source, or the program
    source: Mapped[str | None]  # whose import changed it; None: a person did
    field: Mapped[str]  # one of fields.FIELDS, or what was done: see rules.DEEDS
    before: Mapped[str]
    after: Mapped[str]


class OwnField(Base):
    """A field that somebody of the organisation has edited: from then on imports leave it alone."""

    __tablename__ = "organisation_own_fields"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)  # one of fields.FIELDS
    since: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
