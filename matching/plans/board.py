"""The timetable while it is being made: who is busy when, what may still be put where, and a way back from each step.

The board keeps every hard rule at each step, apart from the least numbers, which it can only approach. It is
plain Python on whole numbers as bit masks: to what the search asks ("in which slots are both free?") one `and` is the
answer.
"""

from __future__ import annotations

from matching.plans.compact import Compact, Edge, Mask

NOWHERE = -1


class Board:
    """Pairs in slots. `at[e]` is the slot of pair e, or NOWHERE; `cell[p][t]` the pair in which person p is busy."""

    def __init__(self, small: Compact) -> None:
        self.small = small
        self.at = [NOWHERE] * len(small.ends)
        self.cell: list[list[Edge]] = [[NOWHERE] * len(small.slots) for _ in small.people]
        self.free: list[Mask] = list(small.free)  # slots in which a person is there and meets nobody yet
        self.left = list(small.most)  # how many more meetings a person may have
        self.spare = list(small.tables)
        self.with_spare: Mask = sum(1 << slot for slot, tables in enumerate(small.tables) if tables)
        self.tables_left = sum(small.tables)
        self.log: list[tuple[Edge, int]] = []  # a pair, and where it was before
        self._limited = small.streak is not None or any(limit is not None for limit in small.most_per_day)
        self._day_of = [next(day for day in small.days if day >> slot & 1) for slot in range(len(small.slots))]

    def put(self, edge: Edge, slot: int) -> None:
        """Let a pair that is nowhere meet in a slot in which it may."""
        self.log.append((edge, NOWHERE))
        self._put(edge, slot)

    def take(self, edge: Edge) -> None:
        """Let a pair not meet after all."""
        self.log.append((edge, self.at[edge]))
        self._take(edge)

    def back_to(self, mark: int) -> None:
        """Undo all steps since the log had this length."""
        log = self.log
        while len(log) > mark:
            edge, slot = log.pop()
            if self.at[edge] != NOWHERE:
                self._take(edge)
            if slot != NOWHERE:
                self._put(edge, slot)

    def _put(self, edge: Edge, slot: int) -> None:
        bit = 1 << slot
        self.at[edge] = slot
        for person in self.small.ends[edge]:
            self.cell[person][slot] = edge
            self.free[person] &= ~bit
            self.left[person] -= 1
        self.spare[slot] -= 1
        self.tables_left -= 1
        if not self.spare[slot]:
            self.with_spare &= ~bit

    def _take(self, edge: Edge) -> None:
        slot = self.at[edge]
        bit = 1 << slot
        self.at[edge] = NOWHERE
        for person in self.small.ends[edge]:
            self.cell[person][slot] = NOWHERE
            self.free[person] |= bit
            self.left[person] += 1
        self.spare[slot] += 1
        self.tables_left += 1
        self.with_spare |= bit

    def short(self, person: int, held: bool) -> bool:
        """Whether a meeting more, or (held) this one, takes a person towards their least number."""
        return self.small.most[person] - self.left[person] - held < self.small.least[person]

    # What may be

    def room(self, edge: Edge) -> bool:
        """Whether both people may have one more meeting at all."""
        one, other = self.small.ends[edge]
        return self.left[one] > 0 and self.left[other] > 0

    def places(self, edge: Edge) -> Mask:
        """The slots in which this pair could meet right now."""
        one, other = self.small.ends[edge]
        if self.left[one] <= 0 or self.left[other] <= 0:
            return 0
        mask = self.small.open[edge] & self.free[one] & self.free[other] & self.with_spare
        if not self._limited or not mask:
            return mask
        return self._rested(self._rested(mask, one), other)

    def _rested(self, mask: Mask, person: int) -> Mask:
        """Those of these slots that neither the day's limit nor the longest streak of a person forbids."""
        kept = 0
        while mask:
            bit = mask & -mask
            mask ^= bit
            if self.bears(person, bit.bit_length() - 1):
                kept |= bit
        return kept

    def bears(self, person: int, slot: int) -> bool:
        """Whether a person can have one more meeting in this slot, by the day's limit and the longest streak."""
        if not self._limited:
            return True
        day = self._day_of[slot]
        busy = self.small.free[person] & ~self.free[person] & day
        limit, streak = self.small.most_per_day[person], self.small.streak
        if limit is not None and busy.bit_count() >= limit:
            return False
        return streak is None or _run(busy, slot) + 1 <= streak

    def bears_move(self, person: int, before: int, after: int) -> bool:
        """The same for a meeting that moves from one slot to another."""
        if not self._limited:
            return True
        self.free[person] |= 1 << before
        allowed = self.bears(person, after)
        self.free[person] &= ~(1 << before)
        return allowed


def _run(busy: Mask, slot: int) -> int:
    """How many busy slots touch this one, on both sides together."""
    after = busy >> (slot + 1)
    found = (~after & (after + 1)).bit_length() - 1  # ones at the low end
    while slot and busy >> (slot - 1) & 1:
        found, slot = found + 1, slot - 1
    return found
