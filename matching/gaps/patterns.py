"""The least breaks that one participant must have, whatever the others do."""

from __future__ import annotations

from enum import Enum
from functools import cache

from matching.gaps.instance import Instance

IMPOSSIBLE = 10**6


class _Day(Enum):
    """How somebody's day has gone so far: no meeting yet, one just now, or one before and none since."""

    FRESH, BUSY, IDLE = range(3)


def least_breaks(instance: Instance) -> list[int]:
    """For each participant, a proven lower bound of their breaks; IMPOSSIBLE where their meetings cannot all be held.

    A participant with k meetings takes k of the slots in which any of these may be. Of all such choices that hold the
    fixed slots and have room for the meetings of the morning and of the afternoon, that with the fewest breaks counts.
    """
    return [_least(instance, person) for person in range(instance.people)]


def _least(instance: Instance, person: int) -> int:
    mine = [instance.allowed[meeting] for meeting in instance.meetings_of[person]]
    if not all(mine):
        return IMPOSSIBLE
    usable = {slot for slots in mine for slot in slots}
    settled = {slots[0] for slots in mine if len(slots) == 1}
    morning = sum(slots[-1] < instance.morning for slots in mine)
    afternoon = sum(slots[0] >= instance.morning for slots in mine)
    last = instance.slots

    @cache
    def waits(slot: int, left: int, day: _Day, early: int) -> int:
        """The fewest breaks of `left` meetings from this slot on, `early` of the ones so far being in the morning."""
        if slot == last:
            return 0 if not left and early >= morning and len(mine) - early >= afternoon else IMPOSSIBLE
        if slot in instance.nights:
            day = _Day.FRESH
        best = IMPOSSIBLE
        if slot not in settled:
            best = waits(slot + 1, left, _Day.FRESH if day is _Day.FRESH else _Day.IDLE, early)
        if slot in usable and left:
            rest = waits(slot + 1, left - 1, _Day.BUSY, early + (slot < instance.morning))
            best = min(best, (day is _Day.IDLE) + rest)
        return best

    return min(waits(0, len(mine), _Day.FRESH, 0), IMPOSSIBLE)
