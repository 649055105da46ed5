"""The tables of what people keep about organisations: for themselves, or shared with the people of one of their own."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base

# `team_id` in these tables is the organisation whose people share a row; None: only who made it sees it.


class Bookmark(Base):
    """Somebody wants to find an organisation again. Bookmarks are never shared."""

    __tablename__ = "bookmarks"

    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True, index=True)
    at: Mapped[datetime]


class Shortlist(Base):
    """A list of organisations that somebody puts together."""

    __tablename__ = "shortlists"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    by_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    team_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    created_at: Mapped[datetime]


class ShortlistEntry(Base):
    """An organisation is on a list."""

    __tablename__ = "shortlist_entries"

    shortlist_id: Mapped[str] = mapped_column(ForeignKey("shortlists.id"), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True, index=True)
    by_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    at: Mapped[datetime]


class Label(Base):
    """A word of one's own that hangs on an organisation: "pilot 2027", "met in Essen"."""

    __tablename__ = "labels"

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    word: Mapped[str]
    by_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    team_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    at: Mapped[datetime]


class Note(Base):
    """What somebody wrote down about an organisation."""

    __tablename__ = "notes"

    id: Mapped[str] = mapped_column(primary_key=True)  # from the page that it was written on: sent twice, kept once
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    text: Mapped[str]
    by_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    team_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
