"""The tables of news: what somebody is told, and who wants no mail of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base


class News(Base):
    """Somebody is told that something happened. What it says is made where it is read, for who reads it then."""

    __tablename__ = "news"
    __table_args__ = (
        # Telling the same twice tells it once.
        Index("uq_news_person_id_key", "person_id", "key", unique=True),
        Index("ix_news_person_id_at", "person_id", "at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    kind: Mapped[str]  # what happened, one of those that a part has registered
    subject: Mapped[str] = mapped_column(index=True)  # the id of what it happened to
    key: Mapped[str]
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]


class MailSilence(Base):
    """Somebody wants no mail with news. The row goes when they want it again."""

    __tablename__ = "news_mail_silences"

    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    since: Mapped[datetime]
