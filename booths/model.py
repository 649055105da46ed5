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
    day: Mapped[int]  # of the fair, counted from 0
    begins: Mapped[int]  # minutes after midnight on the fair's clock
    minutes: Mapped[int]  # how long it is
    made_at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
