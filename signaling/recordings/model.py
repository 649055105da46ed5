"""The tables of recordings."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base
from signaling.recorded import Why


class Recording(Base):
    """A recording of a call. Its file is named by its id, in the folder `recordings` of the data folder."""

    __tablename__ = "recordings"

    id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]  # of the room, as it was called then
    by_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    began_at: Mapped[datetime]
    why: Mapped[Why | None] = mapped_column(String)  # it stops; null while nothing is known that ends it
    stopped_at: Mapped[datetime | None]  # nothing is recorded any more
    ended_at: Mapped[datetime | None]  # set once the file is whole
    seconds: Mapped[int] = mapped_column(default=0)  # 0: nothing was recorded
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    published_at: Mapped[datetime | None]  # for all who may enter the room
    published_by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class RecordingAnswer(Base):
    """Somebody agreed to be recorded, or did not; who thinks again answers again, and the latest counts."""

    __tablename__ = "recording_answers"
    __table_args__ = (Index(None, "recording_id", "person_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recordings.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    agrees: Mapped[bool]
    at: Mapped[datetime]


class RecordingChapter(Base):
    """A place in a recording: where somebody began to speak, or what a moderator marked."""

    __tablename__ = "recording_chapters"
    __table_args__ = (Index(None, "recording_id", "number", unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recordings.id"))
    number: Mapped[int]
    at_ms: Mapped[int]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    title: Mapped[str]
