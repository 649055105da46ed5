"""The tables of visiting cards: what somebody left with an organisation at a fair, and what its people made of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base


class VisitingCard(Base):
    """Somebody left their card at the stand of an organisation. What it says is a copy: exactly what they agreed to."""

    __tablename__ = "visiting_cards"
    __table_args__ = (
        # One for each person, organisation and fair: leaving it again changes it.
        Index("uq_visiting_cards_whose", "person_id", "organisation_id", "fair_id", unique=True),
        # Ids sort by time, so that these are lists by time as well.
        Index("ix_visiting_cards_organisation_id_id", "organisation_id", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    room_id: Mapped[str] = mapped_column(ForeignKey("rooms.id"))  # the stand at which it was left
    name: Mapped[str]
    organisation: Mapped[str]  # as the person's profile called it; may be empty, as all that follows
    position: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str]
    about: Mapped[str]
    left_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]


class CardAssessment(Base):
    """What the people of an organisation think of a card. Who thinks so last, is here."""

    __tablename__ = "card_assessments"

    card_id: Mapped[str] = mapped_column(ForeignKey("visiting_cards.id"), primary_key=True)
    kind: Mapped[str]  # one of rules.ASSESSMENTS
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), index=True)  # None: somebody who is gone
    at: Mapped[datetime]


class CardNote(Base):
    """What the people of an organisation wrote down about a card: one text of all of them. Who wrote last, is here."""

    __tablename__ = "card_notes"

    card_id: Mapped[str] = mapped_column(ForeignKey("visiting_cards.id"), primary_key=True)
    text: Mapped[str]
    by_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    at: Mapped[datetime]
