"""Decisions about fairs, without database and clock: roles, days, and who may act upon whom."""

import re
import unicodedata
from collections.abc import Iterable, Set
from datetime import date, datetime
from enum import Enum
from zoneinfo import ZoneInfo

# From the least to the most: whoever has several is shown with the last of them.
ROLES = ("attendee", "exhibitor", "speaker", "moderator", "organiser")
BASE_ROLE = "attendee"
# What an organiser gives and takes. Being in at all is for the person to decide.
GIVEN_ROLES = ROLES[1:]
STAFF = frozenset({"moderator", "organiser"})
# Who is named to everybody also in a room with so many people that of the others only the number is told.
NAMED_IN_CROWDS = STAFF | {"speaker"}

# Characters of a ban's reason, as shown to the one who was banned.
REASON_MOST = 500
# A trade fair; beyond it lies a typing error.
LONGEST_DAYS = 60
# Days on which a fair can be: far from the ends of the calendar, beyond which nothing can be counted.
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SLUG_MOST = 60
# Letters that are more than a plain one with a mark.
_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "ł": "l", "æ": "ae"})
# Words that our own addresses below /fairs/ use or will use.
_TAKEN_SLUGS = frozenset({"new"})


class Phase(Enum):
    """Where today stands to a fair."""

    AHEAD = "ahead"
    RUNNING = "running"
    OVER = "over"


def phase(starts_on: date, ends_on: date, now: datetime, time_zone: str) -> Phase:
    """Whether a fair is ahead, running or over; its days are days of its own time zone."""
    today = now.astimezone(ZoneInfo(time_zone)).date()
    if today < starts_on:
        return Phase.AHEAD
    return Phase.RUNNING if today <= ends_on else Phase.OVER


def is_moved(before: tuple[date, date], after: tuple[date, date]) -> bool:
    """Whether a fair goes to other days with all that is on: it lasts as long as before, or shares no day with before.
    Else days come or go, in front or at the end, and what is on keeps its date. Both are the first and the last day."""
    shares_days = before[0] <= after[1] and after[0] <= before[1]
    return before[1] - before[0] == after[1] - after[0] or not shares_days


def is_slug(text: str) -> bool:
    """Whether a text can name a fair in an address."""
    return len(text) <= SLUG_MOST and _SLUG.fullmatch(text) is not None and text not in _TAKEN_SLUGS


def slug_from(name: str) -> str:
    """What names a fair in its address, made from its name; empty when nothing of that can be written in it."""
    letters = name.lower().translate(_SPELT)
    plain = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:SLUG_MOST].strip("-")


def highest(roles: Iterable[str]) -> str:
    """The role by which somebody is shown: the most that they have. "attendee" for none."""
    return max(roles, key=_rank, default=BASE_ROLE)


def is_staff(roles: Set[str]) -> bool:
    """Whether these roles keep order at the fair."""
    return not STAFF.isdisjoint(roles)


def may_act_upon(actor: Set[str], other: Set[str]) -> bool:
    """Whether somebody may ban or mute another: staff, and only upon people of a lower role than their own."""
    return is_staff(actor) and _rank(highest(actor)) > _rank(highest(other))


def _rank(role: str) -> int:
    return ROLES.index(role) if role in ROLES else -1
