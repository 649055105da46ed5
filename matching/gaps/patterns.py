"""The least breaks that one participant must have, whatever the others do."""

from __future__ import annotations

from functools import cache

from matching.gaps.instance import Instance

IMPOSSIBLE = 10**6


def least_breaks(instance: Instance) -> list[int]:
    """For each participant, a proven lower bound of their breaks; IMPOSSIBLE where their meetings cannot all be held.

    A participant with k meetings takes k of the slots in which any of these may be. Of all such choices that hold the
    fixed slots and have room for the meetings of the morning and of the afternoon, the one with the fewest runs counts.
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
    def runs(slot: int, left: int, before: bool, early: int) -> int:
        """The fewest runs of `left` meetings from this slot on, `early` of the ones so far being in the morning."""
        if slot == last:
            return 0 if not left and early >= morning and len(mine) - early >= afternoon else IMPOSSIBLE
        best = IMPOSSIBLE
        if slot not in settled:
            best = runs(slot + 1, left, False, early)
        if slot in usable and left:
            best = min(best, (not before) + runs(slot + 1, left - 1, True, early + (slot < instance.morning)))
        return best

    found = runs(0, len(mine), False, 0)
    return IMPOSSIBLE if found >= IMPOSSIBLE else max(0, found - 1)
