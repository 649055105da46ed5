"""The tables of fairs: the event itself, who belongs to it in which role, and who was shut out."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base


class Fair(Base):
    """A trade fair, on some days at some place on the globe."""

    __tablename__ = "fairs"

    id: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)  # its name in addresses: lower-case letters, digits, hyphens
    name: Mapped[str]
    tagline: Mapped[str]
    starts_on: Mapped[date]  # both days are days in `time_zone`, and both belong to the fair
    ends_on: Mapped[date]
    counted_from: Mapped[date]  # the day with number 0: the first one, unless a day came or went in front
    time_zone: Mapped[str]  # IANA name
    created_at: Mapped[datetime]


class Membership(Base):
    """Somebody has a role at a fair. Everybody who is in has "attendee"; further roles are further rows."""

    __tablename__ = "fair_memberships"

    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(primary_key=True)  # one of fairs.rules.ROLES
    since: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))  # None: on the command line


class Ban(Base):
    """Somebody was shut out of a fair. In force until it is lifted; the row stays."""

    __tablename__ = "fair_bans"
    # At most one ban in force for each person and fair.
    __table_args__ = (
        Index(
            "uq_fair_bans_in_force",
            "fair_id",
            "person_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    reason: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
