"""The table of requests for contact between organisations."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base


class ContactRequest(Base):
    """An organisation asks another one for contact: what it asks, and what it offers."""

    __tablename__ = "contact_requests"
    __table_args__ = (
        Index("uq_contact_requests_person_id_cid", "person_id", "cid", unique=True),
        Index("ix_contact_requests_from_id_at", "from_id", "at"),
        Index("ix_contact_requests_to_id_at", "to_id", "at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    from_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    to_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))  # who asked
    cid: Mapped[str]  # the sender's own id for it
    asks: Mapped[str]
    offers: Mapped[str]
    at: Mapped[datetime]


class ContactReply(Base):
    """How a request for contact was answered: once, by whom."""

    __tablename__ = "contact_replies"

    request_id: Mapped[str] = mapped_column(ForeignKey("contact_requests.id"), primary_key=True)
    kind: Mapped[str]  # one of rules.STATES, never "waiting" or "expired"
    reason: Mapped[str]  # one of rules.REASONS for a refusal, else empty
    text: Mapped[str]  # own words
    by_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    at: Mapped[datetime]
    after_seconds: Mapped[int]  # since the request
