"""The table of rooms: the places inside a fair."""

from sqlalchemy import ForeignKey, Index
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
