"""The tables of connectors: what is read, how that went, and the news that came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base


class Connection(Base):
    """Something elsewhere that is read again and again."""

    __tablename__ = "connections"
    __table_args__ = (Index("uq_connections_organisation_id_kind", "organisation_id", "kind", unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]  # a name that parts.Connectors knows
    # For which organisation; None: another server, for the whole directory.
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"))
    url: Mapped[str]
    title: Mapped[str]  # as it calls itself; empty until it was read
    added_at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), index=True)
    # When it is read next. A job that was asked for another moment does nothing: there is one chain for each.
    due_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]  # the last time that went well
    problem: Mapped[str]  # one of rules.PROBLEMS; empty after a reading that went well
    failures: Mapped[int]  # in a row
    mark: Mapped[dict[str, Any]]  # what the connector remembers


class FeedItem(Base):
    """A piece of news out of an organisation's feed."""

    __tablename__ = "feed_items"
    __table_args__ = (Index("ix_feed_items_organisation_id_at", "organisation_id", "at"),)

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)  # a hash of the id that the feed gives it
    at: Mapped[datetime]  # when it was published, as the feed says; else when it was first seen
    source: Mapped[str]  # how the feed calls itself, else its host
    link: Mapped[str]  # an http(s) address, or empty
    title: Mapped[str]
    html: Mapped[str]  # cleaned: shown as it is
