"""Decisions about meetings, without database and clock: who may ask whom, who can be booked when, and why not."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from meetings.grid import Span

# People in one meeting, everybody counted.
PEOPLE_MOST = 8
PROPOSALS_MOST = 3
# Characters of a reason: what one asks for, what one offers.
TEXT_MOST = 600
NOTES_MOST = 10_000
# The door of a meeting's room opens so long before its start.
OPENS_BEFORE = timedelta(minutes=5)
# Who is not there so long after the start is missing.
MISSING_AFTER = timedelta(minutes=2)
# A soft end: both stay as long as both are free, this much at a time.
EXTENSION = timedelta(minutes=5)
# What is left of a slot when somebody steps in must be worth it.
LEAST_LEFT = timedelta(minutes=4)
# A request that waits is brought to mind once, when so much of its time is left.
REMINDED_BEFORE = timedelta(hours=12)


class Mode(StrEnum):
    """How people of one group get a meeting with those of another."""

    OPEN = "open"  # whoever asks has booked
    REQUEST = "request"  # the other one accepts
    ORGANISER = "organiser"  # the organiser's timetable alone
    NEVER = "never"


class Answer(StrEnum):
    """What became of a request."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class WhyNot(StrEnum):
    """Why somebody cannot be met, or not in a slot."""

    NO_PLAN = "no_plan"
    ONESELF = "oneself"
    NOT_HERE = "not_here"
    NEVER = "never"
    ORGANISER_ONLY = "organiser_only"
    RETREATED = "retreated"
    YOU_RETREATED = "you_retreated"
    ALREADY_ASKED = "already_asked"
    THEY_ASKED = "they_asked"
    ALREADY_MEETING = "already_meeting"
    BUDGET = "budget"
    NO_SLOT = "no_slot"
    OVER = "over"


class SlotTaken(StrEnum):
    """Why somebody has no time in a slot."""

    PAST = "past"
    GONE = "gone"  # not in the plan any more
    MEETING = "meeting"
    ABSENT = "absent"
    CALENDAR = "calendar"
    DAY_FULL = "day_full"
    STREAK = "streak"


VERDICTS = ("good", "follow_up", "no")
BECAME = ("met_again", "pilot", "contract", "nothing")
FOLLOW_UP_DAYS = (7, 30, 90)

# What happens to a meeting by time: its name, and when, from the start (negative: before it).
STEPS: tuple[tuple[str, timedelta], ...] = (
    ("mail_24h", -timedelta(hours=24)),
    ("mail_1h", -timedelta(hours=1)),
    ("app_5min", -timedelta(minutes=5)),
    ("app_1min", -timedelta(minutes=1)),
    ("missing", MISSING_AFTER),
    *((f"after_{days}d", timedelta(days=days)) for days in FOLLOW_UP_DAYS),
)


@dataclass(frozen=True)
class Limits:
    """What a plan allows one person."""

    most_per_day: int
    longest_streak: int
    gap: timedelta
    zone: str  # of the fair: its days count


@dataclass(frozen=True)
class Agenda:
    """What takes somebody's time: meetings everywhere, absences of a fair, and their own calendar."""

    meetings: Sequence[Span] = ()
    absent: frozenset[str] = frozenset()  # ids of slots
    busy: Sequence[Span] = ()


def taken(slot_id: str, span: Span, agenda: Agenda, limits: Limits, now: datetime) -> SlotTaken | None:
    """Why somebody has no time in a slot; None: they are free."""
    if span.starts <= now:
        return SlotTaken.PAST
    if any(span.overlaps(each) for each in agenda.meetings):
        return SlotTaken.MEETING
    if slot_id in agenda.absent:
        return SlotTaken.ABSENT
    if any(span.overlaps(each) for each in agenda.busy):
        return SlotTaken.CALENDAR
    return _too_many(span, agenda.meetings, limits)


def _too_many(span: Span, meetings: Sequence[Span], limits: Limits) -> SlotTaken | None:
    zone = ZoneInfo(limits.zone)
    day = span.starts.astimezone(zone).date()
    that_day = [each for each in meetings if each.starts.astimezone(zone).date() == day]
    if len(that_day) >= limits.most_per_day:
        return SlotTaken.DAY_FULL
    return SlotTaken.STREAK if streak(span, that_day, limits.gap) > limits.longest_streak else None


def streak(span: Span, meetings: Collection[Span], gap: timedelta) -> int:
    """How many meetings would follow one another without a pause longer than `gap`, this one counted."""
    count, first, last = 1, span.starts, span.ends
    for each in sorted(meetings, key=lambda one: one.starts, reverse=True):
        if each.ends <= first and first - each.ends <= gap:
            count, first = count + 1, each.starts
    for each in sorted(meetings, key=lambda one: one.starts):
        if each.starts >= last and each.starts - last <= gap:
            count, last = count + 1, each.ends
    return count


def mode_between(default: str, rules: dict[tuple[str, str], str], from_group: str | None, to_group: str | None) -> Mode:
    """How people of two groups get a meeting: the rule between these groups, else the fair's own way."""
    if from_group is None or to_group is None:
        return Mode(default)
    return Mode(rules.get((from_group, to_group), default))


def next_step(starts_at: datetime, now: datetime, done: Collection[str] = ()) -> tuple[str, datetime] | None:
    """What happens to a meeting next, and when. What is past already, or done, is left out."""
    ahead = [(kind, starts_at + after) for kind, after in STEPS if kind not in done and starts_at + after > now]
    return ahead[0] if ahead else None


def due_at(starts_at: datetime, kind: str) -> datetime:
    """When something happens to a meeting, by its name in `STEPS`."""
    return starts_at + dict(STEPS)[kind]


def comes_too_late(starts_at: datetime, kind: str, now: datetime) -> bool:
    """Whether nobody wants to be reminded any more: of what has begun, or of tomorrow in the last hour."""
    before_start = kind.startswith(("mail_", "app_"))
    upcoming = next((at for name, at in _times(starts_at) if at > due_at(starts_at, kind)), None)
    return before_start and (now >= starts_at or (kind == "mail_24h" and upcoming is not None and now >= upcoming))


def _times(starts_at: datetime) -> list[tuple[str, datetime]]:
    return [(kind, starts_at + after) for kind, after in STEPS]


def is_open(starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Whether a meeting's room can be entered."""
    return starts_at - OPENS_BEFORE <= now < ends_at + EXTENSION


def response_rate(answered: int, expired: int) -> int | None:
    """Per cent of requests that somebody answered in time; None before the first three, which say nothing."""
    total = answered + expired
    return round(100 * answered / total) if total >= 3 else None


def seat_now(first: str, given: Iterable[tuple[str | None, str | None]]) -> str | None:
    """Who has the seat that somebody had first, after it was given on from one to the other, in this order. None:
    somebody who was erased."""
    has: str | None = first
    for from_id, to_id in given:
        has = to_id if from_id == has else has
    return has
