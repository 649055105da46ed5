"""The tables of partners: which institution stands behind this network, and whom it has brought."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base


class Partner(Base):
    """An organisation is a partner of this network. It goes on being an organisation with its own page and people."""

    __tablename__ = "partners"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    accent: Mapped[str]  # "#rrggbb" in lower case, see look.accent; empty: this network's own colour
    face: Mapped[str] = mapped_column(default="")  # of its headlines: one of look.FACES
    since: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class PartnerModerator(Base):
    """Somebody of a partner cares for its network without changing the institution itself.

    In force while they belong to the institution: who leaves and joins again is named again.
    """

    __tablename__ = "partner_moderators"

    partner_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True, index=True)
    since: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class PartnerHost(Base):
    """A partner's landing page stands at a host name of its own."""

    __tablename__ = "partner_hosts"

    partner_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    host: Mapped[str] = mapped_column(unique=True)  # in its one spelling, see host_rules.own_host
    since: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class PartnerSource(Base):
    """A partner keeps the records of a source: what its imports brought under this name, and nobody else's did."""

    __tablename__ = "partner_sources"

    source: Mapped[str] = mapped_column(primary_key=True)  # as `Organisation.source`
    partner_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    since: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class NetworkMember(Base):
    """An organisation belongs to the network of a partner. It may belong to several."""

    __tablename__ = "network_members"

    partner_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True, index=True)
    since: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))  # who brought it; None: an import
    # The import that brought it in: taking that back takes it out again.
    import_batch_id: Mapped[str | None] = mapped_column(ForeignKey("import_batches.id"), index=True)
