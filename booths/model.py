"""The tables of stands and talks: which organisation has which room of a fair, and who speaks on which stage when."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base


class Stand(Base):
    """A room of kind "booth" is the stand of an organisation."""

    __tablename__ = "stands"

    room_id: Mapped[str] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    since: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))  # None: somebody who is gone


class Talk(Base):
    """An organisation speaks on a stage of a fair.

    When is told by the fair's own days and clock, so that a fair which is moved takes its talks along, see `rules`.
    """

    __tablename__ = "talks"

    id: Mapped[str] = mapped_column(primary_key=True)
    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"), index=True)
    room_id: Mapped[str] = mapped_column(ForeignKey("rooms.id"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    title: Mapped[str]
    day: Mapped[int]  # of the fair, see rules.When
    begins: Mapped[int]  # minutes after midnight on the fair's clock
    minutes: Mapped[int]  # how long it is
    made_at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    # What calendars know it again by: how often it became another one (RFC 5545, 3.8.7.4), and when for the last time.
    sequence: Mapped[int]
    changed_at: Mapped[datetime]


class TalkText(Base):
    """What a talk is about, in one language."""

    __tablename__ = "talk_texts"

    talk_id: Mapped[str] = mapped_column(ForeignKey("talks.id"), primary_key=True)
    locale: Mapped[str] = mapped_column(primary_key=True)  # one of web.i18n.LOCALES
    text: Mapped[str]  # Markdown as it was typed; made safe when it is shown


class TalkSpeaker(Base):
    """Somebody who speaks, as the organiser writes them: they need no account here."""

    __tablename__ = "talk_speakers"

    talk_id: Mapped[str] = mapped_column(ForeignKey("talks.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    line: Mapped[str]  # who they are, on one line; may be empty


class TalkRemoval(Base):
    """A talk was taken out of the programme. What is left of it is what a calendar needs to call it off."""

    __tablename__ = "talk_removals"

    talk_id: Mapped[str] = mapped_column(primary_key=True)
    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"), index=True)
    title: Mapped[str]
    stage: Mapped[str]
    day: Mapped[int]
    begins: Mapped[int]
    minutes: Mapped[int]
    sequence: Mapped[int]
    at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
