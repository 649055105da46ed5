"""The table of rooms: the places inside a fair."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, literal, select
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base

# What a room is for. Every fair has one lobby; the others have calls.
LOBBY, STAGE, BOOTH, MEETING, LOUNGE = "lobby", "stage", "booth", "meeting", "lounge"
WITH_CALLS = (STAGE, BOOTH, MEETING, LOUNGE)


class Room(Base):
    """A place where people are together. Who is in it now is known to the live line alone."""

    __tablename__ = "rooms"
    __table_args__ = (Index(None, "fair_id", "slug", unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True)
    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"))
    kind: Mapped[str]
    slug: Mapped[str]
    name: Mapped[str]  # empty for a lobby: pages call it so in the reader's language


class RoomClosure(Base):
    """A room is closed: nobody is in it, and no page names it but its fair's desk. The row goes when it opens again."""

    __tablename__ = "room_closures"

    room_id: Mapped[str] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))  # None: somebody who is gone


def is_open() -> ColumnElement[bool]:
    """The condition that a room is not closed, for a query over `Room`."""
    return ~select(literal(1)).where(RoomClosure.room_id == Room.id).correlate(Room).exists()
