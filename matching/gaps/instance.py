"""A fair whose meetings are all agreed: each must be held, and nobody should wait between two of them.

This is the problem of M. Bofill, J. Coll, M. Garcia, J. Giráldez-Cru, G. Pesant, J. Suy and M. Villaret, "Constraint
Solving Approaches to the Business-to-Business Meeting Scheduling Problem", JAIR 74 (2022), 263-301. Everything counts
from 0 here; files count from 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

# By how many breaks two participants may differ, where nothing else is said (the paper's d).
FAIRNESS = 2

# What a file from outside may ask for; far above the published events (70 people, 237 meetings, 21 slots).
MOST_PEOPLE = 2_000
MOST_MEETINGS = 10_000
MOST_SLOTS = 200


class Session(IntEnum):
    """The part of the day in which a meeting must be, numbered as in the published files."""

    MORNING = 1
    AFTERNOON = 2
    EITHER = 3


@dataclass(frozen=True)
class Meeting:
    """Two participants who meet once; `fixed` is their slot where it is settled, `after` the meetings before it, and
    `closed` the slots in which these two cannot meet, beside those that are forbidden to either."""

    one: int
    other: int
    session: Session = Session.EITHER
    fixed: int | None = None
    after: frozenset[int] = frozenset()
    closed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Cap:
    """A participant has at most so many meetings in these slots: those of a day, or as many on end as are too many.
    The published problem has none."""

    slots: range
    most: int


@dataclass(frozen=True)
class Instance:
    """All meetings of a fair: `people` participants, `slots` of which the first `morning` are before lunch,
    at most `tables` meetings at a time, the slots `forbidden` to each participant, the `caps` of each (none: empty).
    With each of the slots `nights` another day begins (none: all are on one, as in the published problem)."""

    people: int
    slots: int
    morning: int
    tables: int
    meetings: Sequence[Meeting]
    forbidden: Sequence[frozenset[int]]
    fairness: int = FAIRNESS
    caps: Sequence[Sequence[Cap]] = ()
    nights: frozenset[int] = frozenset()

    @cached_property
    def meetings_of(self) -> list[list[int]]:
        """For each participant, the numbers of their meetings."""
        found: list[list[int]] = [[] for _ in range(self.people)]
        for number, meeting in enumerate(self.meetings):
            found[meeting.one].append(number)
            found[meeting.other].append(number)
        return found

    @cached_property
    def allowed(self) -> list[list[int]]:
        """For each meeting, the slots in which it may be for itself: its session, both calendars, its fixed slot."""
        return [self._allowed(meeting) for meeting in self.meetings]

    def _allowed(self, meeting: Meeting) -> list[int]:
        closed = self.forbidden[meeting.one] | self.forbidden[meeting.other] | meeting.closed
        first = self.morning if meeting.session is Session.AFTERNOON else 0
        end = self.morning if meeting.session is Session.MORNING else self.slots
        open_slots = [slot for slot in range(first, end) if slot not in closed]
        return open_slots if meeting.fixed is None else [slot for slot in open_slots if slot == meeting.fixed]
