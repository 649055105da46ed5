"""The tables of the organiser's timetable: wishes, runs, and what each run found."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base

_PERSON = "persons.id"


class MeetingWish(Base):
    """Somebody is to meet somebody, or not. What people say themselves and what the organiser says stand apart."""

    __tablename__ = "meeting_wishes"

    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"), primary_key=True)
    of_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True, index=True)
    whom_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True, index=True)
    organiser: Mapped[bool] = mapped_column(primary_key=True)
    kind: Mapped[str]  # must, like or never
    weight: Mapped[float]
    at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey(_PERSON), index=True)


class Pairing(Base):
    """What the organiser decided about two people: they meet in this slot, or (without one) are never put together."""

    __tablename__ = "meeting_pairings"

    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"), primary_key=True)
    one_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True, index=True)
    other_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True, index=True)
    slot_id: Mapped[str | None] = mapped_column(ForeignKey("meeting_slots.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey(_PERSON), index=True)


class TimetableRun(Base):
    """A timetable being made, made, or published. `copied_at` is when its entries were last written down.
    One that mends another one holds changes instead of entries."""

    __tablename__ = "meeting_timetables"
    __table_args__ = (
        Index(
            "uq_meeting_timetables_at_work",
            "fair_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"), index=True)
    mends_id: Mapped[str | None] = mapped_column(ForeignKey("meeting_timetables.id"), index=True)
    tables: Mapped[int | None]  # meetings at a time
    least: Mapped[int]  # nobody has fewer
    # Every given meeting is held, with the fewest gaps, of which two people have so many more or fewer at most; None:
    # it is made from wishes.
    gaps_apart: Mapped[int | None]
    made_at: Mapped[datetime]
    made_by_id: Mapped[str] = mapped_column(ForeignKey(_PERSON))
    attempts: Mapped[int] = mapped_column(default=0)  # above 1: it was cut off, and went on
    status: Mapped[str | None]  # one of matching.plans.model.Status
    objective: Mapped[float | None]  # weight of wishes, or number of gaps
    bound: Mapped[float | None]  # proven: no timetable has a greater weight, or fewer gaps
    distance: Mapped[float | None]  # proven, as a share of the best possible
    seconds: Mapped[float] = mapped_column(default=0.0)
    reasons: Mapped[str] = mapped_column(default="")  # one to a line, people by their ids
    copied_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    stopped_by_id: Mapped[str | None] = mapped_column(ForeignKey(_PERSON))
    ended_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(default="")  # why there is no result, for the organiser
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[str | None] = mapped_column(ForeignKey(_PERSON))


class TimetableEntry(Base):
    """Two people and a slot that a run found. `meeting_id`: booked; `why`: it could not be booked any more."""

    __tablename__ = "meeting_timetable_entries"

    timetable_id: Mapped[str] = mapped_column(ForeignKey("meeting_timetables.id"), primary_key=True)
    one_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True, index=True)
    other_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True, index=True)
    slot_id: Mapped[str] = mapped_column(ForeignKey("meeting_slots.id"), index=True)
    meeting_id: Mapped[str | None] = mapped_column(ForeignKey("meetings.id"), index=True)
    why: Mapped[str] = mapped_column(default="")


class TimetableChange(Base):
    """What mending a timetable changes for two people: without `from_id` a new meeting, without `to_id` one that falls
    away, else one that moves. The ids are those of slots."""

    __tablename__ = "meeting_timetable_changes"

    timetable_id: Mapped[str] = mapped_column(ForeignKey("meeting_timetables.id"), primary_key=True)
    one_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True, index=True)
    other_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True, index=True)
    from_id: Mapped[str | None] = mapped_column(ForeignKey("meeting_slots.id"))
    to_id: Mapped[str | None] = mapped_column(ForeignKey("meeting_slots.id"))
    meeting_id: Mapped[str | None] = mapped_column(ForeignKey("meetings.id"), index=True)
