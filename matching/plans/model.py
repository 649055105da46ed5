"""What an organiser knows before the timetable: people and their hours, wishes and their weights, slots and tables.

Everything is frozen and plain: a `Problem` can be built from a database, a file or a test, and goes to another process
as JSON (files.py). People, groups and slots are named by ids of the caller's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

# What one fair may ask for; far above the largest known partnering events (2,500 people, 100 slots).
MOST_PEOPLE = 20_000
MOST_SLOTS = 500
MOST_WISHES = 500_000
MOST_WEIGHT = 1_000.0


class Kind(StrEnum):
    """How much somebody wishes a meeting."""

    MUST = "must"  # the timetable is invalid without it
    LIKE = "like"  # counts with its weight
    NEVER = "never"  # these two are never put together, whatever the other one wishes


@dataclass(frozen=True)
class Slot:
    """A time in which people meet once. `day` tells days apart (a date at the fair); slots of a day are in order.
    `tables` is how many meetings fit at that time (None: as the rules say)."""

    id: str
    starts: datetime  # with its time zone
    ends: datetime
    day: str
    tables: int | None = None


@dataclass(frozen=True)
class Person:
    """Somebody who meets people. `free` holds the ids of their slots (None: all); `zone` is an IANA name, for waking
    hours; two people who both name languages need one in common. The limits go before those of the rules."""

    id: str
    group: str = ""
    free: frozenset[str] | None = None
    languages: frozenset[str] = frozenset()
    zone: str | None = None
    least: int | None = None
    most: int | None = None
    most_per_day: int | None = None


@dataclass(frozen=True)
class Wish:
    """One person's wish about another; the wishes of both sides add up."""

    of: str
    whom: str
    kind: Kind = Kind.LIKE
    weight: float = 1.0


@dataclass(frozen=True)
class Meeting:
    """Two people in a slot, by their ids."""

    one: str
    other: str
    slot: str

    @property
    def pair(self) -> frozenset[str]:
        """Who meets, whichever comes first."""
        return frozenset((self.one, self.other))


@dataclass(frozen=True)
class Waking:
    """People are asked for meetings from `earliest` to `latest` o'clock of their own time, as hours from 0 to 24."""

    earliest: float = 7.0
    latest: float = 22.0


@dataclass(frozen=True)
class Rules:
    """What holds for everybody who does not say otherwise. None stands for no limit."""

    tables: int | None = None  # meetings at a time
    least: int = 0  # fairness: nobody has fewer meetings than this
    most: int | None = None  # meetings of one person
    most_per_day: int | None = None
    longest_streak: int | None = None  # meetings in a row without a free slot, on one day
    waking: Waking | None = None


@dataclass(frozen=True)
class Problem:
    """Everything that one timetable is made from. `groups` weighs what the people of a group wish (1 where it is
    silent); `pinned` are meetings that stay; `closed` are meetings that must not be, at that time."""

    people: Sequence[Person]
    slots: Sequence[Slot]
    wishes: Sequence[Wish]
    rules: Rules = Rules()
    groups: Mapping[str, float] = field(default_factory=dict)
    pinned: Sequence[Meeting] = ()
    closed: Sequence[Meeting] = ()


@dataclass(frozen=True)
class Timetable:
    """Who meets whom and when."""

    meetings: Sequence[Meeting] = ()

    def of(self, person: str) -> list[Meeting]:
        """One person's meetings."""
        return [meeting for meeting in self.meetings if person in (meeting.one, meeting.other)]


class Status(StrEnum):
    """How a search ended, or stands."""

    OPTIMAL = "optimal"  # the proven bound is reached
    FEASIBLE = "feasible"  # every rule is kept; how far the best possible may be away, the bound says
    INFEASIBLE = "infeasible"  # proven: not all rules and musts can be kept together
    UNKNOWN = "unknown"  # not found and not disproved in the time given


@dataclass(frozen=True)
class Progress:
    """Where a search stands: the best so far, and a bound that no timetable can exceed."""

    status: Status
    objective: float
    bound: float
    seconds: float
    timetable: Timetable
    missing: Sequence[str] = ()  # musts and least numbers that are not met, in sentences

    @property
    def distance(self) -> float:
        """The proven distance to the best possible, as a share: 0.004 is “within 0.4 %”."""
        return max(0.0, 1.0 - self.objective / self.bound) if self.bound > 0 else 0.0
