"""The tables of the search: what changed without leaving a trace elsewhere, and the searches that people keep."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base


class SearchChange(Base):
    """Something that can be found changed, or is gone, and its own row does not say when.

    One row per thing: its last change. Rows are few; they stay, so that an index of any age hears of them.
    """

    __tablename__ = "search_changes"

    kind: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]

    __table_args__ = (Index(None, "at", "id"),)


class SavedSearch(Base):
    """A search that somebody keeps. With `alerts`, what is new among its results is told to them, once each."""

    __tablename__ = "saved_searches"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    name: Mapped[str]
    asked: Mapped[dict[str, Any]]  # as `directory.search.asking.Asked.as_json`
    alerts: Mapped[bool]
    mails: Mapped[bool]  # alerts also come by mail, gathered once a day
    created_at: Mapped[datetime]
    looked_at: Mapped[datetime]  # when the results were last looked through for what is new
    mailed_at: Mapped[datetime | None]


class SearchAlert(Base):
    """One result that was new in a saved search. The key makes it come once, whatever runs twice."""

    __tablename__ = "search_alerts"

    saved_search_id: Mapped[str] = mapped_column(ForeignKey("saved_searches.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(primary_key=True)
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
