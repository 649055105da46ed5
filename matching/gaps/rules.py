"""Whether a timetable of agreed meetings is valid, and how many breaks it has. Knows nothing of how it was found."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from matching.gaps.instance import Instance

Slots = Sequence[int]  # the slot of each meeting


def breaks_of(slots: Sequence[int], nights: frozenset[int] = frozenset()) -> int:
    """How often somebody with meetings in these slots waits: a gap counts once, however long it is, and not at all
    where a day begins in it or at its end, for people go home at night."""
    return sum(
        later - earlier > 1 and nights.isdisjoint(range(earlier + 1, later + 1))
        for earlier, later in pairwise(sorted(slots))
    )


def breaks(instance: Instance, timetable: Slots) -> list[int]:
    """The breaks of each participant."""
    return [breaks_of([timetable[meeting] for meeting in mine], instance.nights) for mine in instance.meetings_of]


def faults(instance: Instance, timetable: Slots) -> list[str]:
    """What is wrong with a timetable, in sentences that count from 1; empty when it is valid."""
    if len(timetable) != len(instance.meetings):
        return [f"{len(timetable)} slots for {len(instance.meetings)} meetings."]
    found = [*_misplaced(instance, timetable), *_doubled(instance, timetable), *_crowded(instance, timetable)]
    found += [*_out_of_order(instance, timetable), *_beyond_caps(instance, timetable)]
    counts = breaks(instance, timetable)
    if counts and max(counts) - min(counts) > instance.fairness:
        found.append(f"One has {max(counts)} breaks and another {min(counts)}: more than {instance.fairness} apart.")
    return found


def _misplaced(instance: Instance, timetable: Slots) -> list[str]:
    allowed = instance.allowed
    return [f"Meeting {m + 1} may not be in slot {t + 1}." for m, t in enumerate(timetable) if t not in allowed[m]]


def _doubled(instance: Instance, timetable: Slots) -> list[str]:
    found = []
    for person, mine in enumerate(instance.meetings_of):
        taken = [timetable[meeting] for meeting in mine]
        found += [
            f"Participant {person + 1} has two meetings in slot {t + 1}." for t in set(taken) if taken.count(t) > 1
        ]
    return found


def _crowded(instance: Instance, timetable: Slots) -> list[str]:
    counts = [0] * instance.slots
    for slot in timetable:
        if 0 <= slot < instance.slots:
            counts[slot] += 1
    return [
        f"Slot {t + 1} has {n} meetings for {instance.tables} tables."
        for t, n in enumerate(counts)
        if n > instance.tables
    ]


def _beyond_caps(instance: Instance, timetable: Slots) -> list[str]:
    return [
        f"Participant {person + 1} has more than {cap.most} meetings from slot {cap.slots.start + 1} on."
        for person, caps in enumerate(instance.caps)
        for cap in caps
        if sum(timetable[meeting] in cap.slots for meeting in instance.meetings_of[person]) > cap.most
    ]


def _out_of_order(instance: Instance, timetable: Slots) -> list[str]:
    return [
        f"Meeting {number + 1} must be later than meeting {earlier + 1}."
        for number, meeting in enumerate(instance.meetings)
        for earlier in meeting.after
        if timetable[earlier] >= timetable[number]
    ]
