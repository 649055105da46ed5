"""The tables of meetings: the fair's slots, who is free, who asks whom, what is booked, and what came of it."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base

_PERSON = "persons.id"
_MEETING = "meetings.id"


class Plan(Base):
    """How a fair arranges its meetings. Durations are minutes; a fair without a plan has no meetings."""

    __tablename__ = "meeting_plans"

    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"), primary_key=True)
    mode: Mapped[str]  # one of meetings.rules.Mode, where no rule between two groups says otherwise
    length: Mapped[int]
    gap: Mapped[int]
    most_per_day: Mapped[int]
    longest_streak: Mapped[int]  # meetings without a free slot between them
    open_requests: Mapped[int]  # unanswered ones that somebody may have at a time
    answer_within: Mapped[int]  # hours until an unanswered request expires
    wishes_until: Mapped[datetime | None]  # when people's own wishes for the timetable are closed; None: never
    # From which day the fair's days were counted when the slots were laid, and in which zone: what it was moved by
    # since shows against them.
    laid_from: Mapped[date]
    laid_zone: Mapped[str]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[str | None] = mapped_column(ForeignKey(_PERSON))


class Day(Base):
    """A day with meetings: from when to when, in minutes after midnight on the fair's clock."""

    __tablename__ = "meeting_days"

    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    opens: Mapped[int]
    closes: Mapped[int]


class Break(Base):
    """A time of each day without meetings, in minutes after midnight on the fair's clock."""

    __tablename__ = "meeting_breaks"

    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"), primary_key=True)
    starts: Mapped[int] = mapped_column(primary_key=True)
    ends: Mapped[int]


class Slot(Base):
    """A time at which people can meet. One that the plan has no more is withdrawn, and comes back with it."""

    __tablename__ = "meeting_slots"
    __table_args__ = (Index(None, "fair_id", "starts_at", "ends_at", unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True)
    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Group(Base):
    """People of one kind, for who may meet whom: those who are named, else those whose highest role this is."""

    __tablename__ = "meeting_groups"

    id: Mapped[str] = mapped_column(primary_key=True)
    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"), index=True)
    name: Mapped[str]
    role: Mapped[str | None]  # one of fairs.rules.ROLES
    weight: Mapped[float] = mapped_column(default=1.0)  # what its people's wishes count in the timetable


class GroupMember(Base):
    """Somebody was put into a group by name."""

    __tablename__ = "meeting_group_members"

    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True, index=True)
    group_id: Mapped[str] = mapped_column(ForeignKey("meeting_groups.id"), index=True)


class Rule(Base):
    """How people of one group get a meeting with people of another."""

    __tablename__ = "meeting_rules"

    from_group_id: Mapped[str] = mapped_column(ForeignKey("meeting_groups.id"), primary_key=True)
    to_group_id: Mapped[str] = mapped_column(ForeignKey("meeting_groups.id"), primary_key=True, index=True)
    mode: Mapped[str]


class Absence(Base):
    """Somebody is not free in a slot. Who says nothing is free in all of them."""

    __tablename__ = "meeting_absences"

    person_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True)
    slot_id: Mapped[str] = mapped_column(ForeignKey("meeting_slots.id"), primary_key=True, index=True)
    since: Mapped[datetime]


class Retreat(Base):
    """Somebody takes no meetings at a fair, until it is ended; the row stays."""

    __tablename__ = "meeting_retreats"
    __table_args__ = (
        Index(
            "uq_meeting_retreats_in_force",
            "fair_id",
            "person_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), index=True)
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Request(Base):
    """Somebody asks somebody for a meeting. It holds no slot: the slot is chosen when it is accepted."""

    __tablename__ = "meeting_requests"
    __table_args__ = (
        Index(
            "uq_meeting_requests_open",
            "fair_id",
            "from_id",
            "to_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"))
    from_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), index=True)
    to_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), index=True)
    turn_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), index=True)  # who has to answer now
    # Whose team shares it: any of them can take it over. None: it is the receiver's alone.
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    ask: Mapped[str]
    offer: Mapped[str]
    any_slot: Mapped[bool]
    sent_at: Mapped[datetime]
    moved_at: Mapped[datetime]  # when the turn came to whoever has it
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[str | None] = mapped_column(ForeignKey(_PERSON))
    answer: Mapped[str | None]  # one of meetings.rules.Answer
    reason: Mapped[str] = mapped_column(default="")


class Proposal(Base):
    """A slot on the table for a request. A counter-proposal replaces them."""

    __tablename__ = "meeting_proposals"

    request_id: Mapped[str] = mapped_column(ForeignKey("meeting_requests.id"), primary_key=True)
    slot_id: Mapped[str] = mapped_column(ForeignKey("meeting_slots.id"), primary_key=True, index=True)
    by_id: Mapped[str] = mapped_column(ForeignKey(_PERSON))


class Handover(Base):
    """A request went on to a colleague: passed on, or (by the colleague) taken over. Who was erased is named no
    more."""

    __tablename__ = "meeting_handovers"

    id: Mapped[str] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("meeting_requests.id"), index=True)
    from_id: Mapped[str | None] = mapped_column(ForeignKey(_PERSON), index=True)
    to_id: Mapped[str | None] = mapped_column(ForeignKey(_PERSON), index=True)
    at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey(_PERSON), index=True)


class Meeting(Base):
    """A booked meeting. `sequence` grows with every change of it that calendars must hear of (RFC 5546)."""

    __tablename__ = "meetings"

    id: Mapped[str] = mapped_column(primary_key=True)
    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"), index=True)
    slot_id: Mapped[str] = mapped_column(ForeignKey("meeting_slots.id"), index=True)
    request_id: Mapped[str | None] = mapped_column(ForeignKey("meeting_requests.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    extended_until: Mapped[datetime | None]
    ask: Mapped[str]
    offer: Mapped[str]
    sequence: Mapped[int]
    made_at: Mapped[datetime]
    made_by_id: Mapped[str] = mapped_column(ForeignKey(_PERSON))
    cancelled_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[str | None] = mapped_column(ForeignKey(_PERSON))
    cancel_reason: Mapped[str] = mapped_column(default="")


class Seat(Base):
    """Somebody takes part in a meeting. `slot_id` is the lock: one person has each slot at most once, whoever books
    at the same moment. A meeting that is cancelled gives it back, and the row stays."""

    __tablename__ = "meeting_seats"
    __table_args__ = (Index(None, "person_id", "slot_id", unique=True),)

    meeting_id: Mapped[str] = mapped_column(ForeignKey(_MEETING), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True)
    slot_id: Mapped[str | None] = mapped_column(ForeignKey("meeting_slots.id"))
    since: Mapped[datetime]


class Substitution(Base):
    """Somebody gave their seat in a meeting to a colleague. `sequence`: the meeting's from then on. Who was erased is
    named no more."""

    __tablename__ = "meeting_substitutions"

    id: Mapped[str] = mapped_column(primary_key=True)
    meeting_id: Mapped[str] = mapped_column(ForeignKey(_MEETING), index=True)
    from_id: Mapped[str | None] = mapped_column(ForeignKey(_PERSON), index=True)
    to_id: Mapped[str | None] = mapped_column(ForeignKey(_PERSON), index=True)
    sequence: Mapped[int]
    at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey(_PERSON), index=True)


class Reminder(Base):
    """What the participants of a meeting were told, so that they are told it once."""

    __tablename__ = "meeting_reminders"

    meeting_id: Mapped[str] = mapped_column(ForeignKey(_MEETING), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # one of meetings.rules.STEPS, or "invitation"
    at: Mapped[datetime]


class Notes(Base):
    """What the participants write down together."""

    __tablename__ = "meeting_notes"

    meeting_id: Mapped[str] = mapped_column(ForeignKey(_MEETING), primary_key=True)
    text: Mapped[str]
    version: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[str] = mapped_column(ForeignKey(_PERSON))


class MeetingFile(Base):
    """A file that somebody gave to all who sit in a meeting with them."""

    __tablename__ = "meeting_files"

    id: Mapped[str] = mapped_column(primary_key=True)
    meeting_id: Mapped[str] = mapped_column(ForeignKey(_MEETING), index=True)
    name: Mapped[str]  # as it is called when it is loaded down, with its ending
    file: Mapped[str] = mapped_column(index=True)  # its name among the files
    bytes: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    by_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), index=True)


class Attendance(Base):
    """Somebody was in the meeting's room."""

    __tablename__ = "meeting_attendances"

    meeting_id: Mapped[str] = mapped_column(ForeignKey(_MEETING), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True, index=True)
    came_at: Mapped[datetime]


class NoShow(Base):
    """Somebody was missing two minutes after the start, as far as presence can tell. They may say otherwise."""

    __tablename__ = "meeting_no_shows"

    meeting_id: Mapped[str] = mapped_column(ForeignKey(_MEETING), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True, index=True)
    at: Mapped[datetime]
    disputed_at: Mapped[datetime | None]
    dispute: Mapped[str] = mapped_column(default="")


class Rescue(Base):
    """Somebody who waits in vain was offered another person for the rest of the slot."""

    __tablename__ = "meeting_rescues"

    id: Mapped[str] = mapped_column(primary_key=True)
    meeting_id: Mapped[str] = mapped_column(ForeignKey(_MEETING), index=True)
    waiting_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), index=True)
    candidate_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), index=True)
    at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    new_meeting_id: Mapped[str | None] = mapped_column(ForeignKey(_MEETING))  # None with an answer: no, thank you


class Outcome(Base):
    """What somebody takes away from a meeting. The note is for their own eyes."""

    __tablename__ = "meeting_outcomes"

    meeting_id: Mapped[str] = mapped_column(ForeignKey(_MEETING), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True, index=True)
    verdict: Mapped[str]  # one of meetings.rules.VERDICTS
    next_step: Mapped[str]
    note: Mapped[str]
    at: Mapped[datetime]


class SharedContact(Base):
    """Somebody gave one who sat in a meeting with them their mail address. Whoever has the seat later was not meant."""

    __tablename__ = "meeting_contacts_given"

    meeting_id: Mapped[str] = mapped_column(ForeignKey(_MEETING), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True, index=True)
    to_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True, index=True)
    at: Mapped[datetime]


class FollowUp(Base):
    """Somebody was asked some days later what became of a meeting."""

    __tablename__ = "meeting_follow_ups"

    meeting_id: Mapped[str] = mapped_column(ForeignKey(_MEETING), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True, index=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]  # one of meetings.rules.BECAME


class Feed(Base):
    """A secret address under which somebody's meetings can be read by a calendar. The secret itself is kept nowhere:
    it follows from the id and the server's key."""

    __tablename__ = "calendar_feeds"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), index=True)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class OwnCalendar(Base):
    """Somebody's own calendar, read now and then for when they are busy."""

    __tablename__ = "own_calendars"

    person_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True)
    id: Mapped[str]  # another address is another one, whose jobs the old one's are not
    url: Mapped[str]
    added_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    problem: Mapped[str | None]  # one of meetings.calendars.PROBLEMS


class Busy(Base):
    """A time that somebody's own calendar has taken. What for is not kept."""

    __tablename__ = "busy_times"

    person_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(primary_key=True)
