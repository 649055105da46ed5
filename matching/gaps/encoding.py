"""The instance as clauses: which meeting is in which slot, who is busy when, and where somebody waits.

Cardinalities are totalizers (O. Bailleux, Y. Boufkhad, "Efficient CNF Encoding of Boolean Cardinality Constraints",
CP 2003), cut off at the count that matters; counts that are known exactly are sequential counters (C. Sinz, "Towards an
Optimal CNF Encoding of Boolean Cardinality Constraints", CP 2005). The implied constraints, "a participant with k
meetings is busy in exactly k slots", are those of Bofill et al. (JAIR 74, 2022).
"""

from __future__ import annotations

from collections.abc import Sequence

from matching.gaps.instance import Instance
from matching.gaps.patterns import least_breaks

Literal = int


class Formula:
    """Clauses over numbered variables. `break_counts[p][j]` is true when participant p has more than j breaks."""

    def __init__(self, instance: Instance, most: int) -> None:
        """The valid timetables of an instance with at most `most` breaks in all (what is above is cut off)."""
        self.instance = instance
        self.most = most
        self.clauses: list[list[Literal]] = []
        self.variables = 0
        self.at: list[dict[int, Literal]] = [{slot: self.new() for slot in slots} for slots in instance.allowed]
        self.busy = [self._busy(person) for person in range(instance.people)]
        self.break_counts = [self._breaks(person) for person in range(instance.people)]
        self._place()
        self._order()
        self._caps()
        self._fairness()
        self.total = self._total()

    def new(self) -> Literal:
        """A variable that is in no clause yet."""
        self.variables += 1
        return self.variables

    def add(self, *clause: Literal) -> None:
        """One clause."""
        self.clauses.append(list(clause))

    def at_most(self, count: int) -> list[Literal]:
        """What to assume for at most so many breaks in all."""
        return [-self.total[count]] if count < len(self.total) else []

    def timetable(self, true: set[Literal]) -> list[int]:
        """The slot of each meeting in a model."""
        return [next(slot for slot, literal in slots.items() if literal in true) for slots in self.at]

    def phases(self, timetable: Sequence[int]) -> list[Literal]:
        """The literals of a timetable, for a solver to begin with."""
        return [
            literal if timetable[meeting] == slot else -literal
            for meeting, slots in enumerate(self.at)
            for slot, literal in slots.items()
        ]

    # Who is busy when

    def _busy(self, person: int) -> list[Literal | None]:
        """For each slot a literal that says whether this participant meets somebody; None where they never can."""
        mine = self.instance.meetings_of[person]
        busy: list[Literal | None] = []
        for slot in range(self.instance.slots):
            candidates = [self.at[meeting][slot] for meeting in mine if slot in self.at[meeting]]
            busy.append(self._exactly_one_when(candidates) if candidates else None)
        self._exactly([literal for literal in busy if literal is not None], len(mine))
        return busy

    def _exactly_one_when(self, candidates: list[Literal]) -> Literal:
        """A literal that is true when one of these is, and never two are."""
        if len(candidates) == 1:
            return candidates[0]
        self._at_most_one(candidates)
        some = self.new()
        self.add(-some, *candidates)
        for literal in candidates:
            self.add(-literal, some)
        return some

    def _at_most_one(self, literals: list[Literal]) -> None:
        for index, one in enumerate(literals):
            for other in literals[index + 1 :]:
                self.add(-one, -other)

    def _exactly(self, literals: list[Literal], count: int) -> None:
        """A sequential counter: `row[j]` says that at least j of the literals so far are true, in both directions."""
        if count > len(literals):
            self.add()
            return
        row: list[Literal] = []  # row[j - 1]: at least j
        for index, literal in enumerate(literals):
            width = min(index + 1, count + 1)
            row = [self._count_on(row, literal, j) for j in range(width)]
        if count:
            self.add(row[count - 1])
        if len(row) > count:
            self.add(-row[count])

    def _count_on(self, row: list[Literal], literal: Literal, j: int) -> Literal:
        """Whether more than j are true, when `row` says so for those before and `literal` comes to them."""
        now = self.new()
        before = row[j] if j < len(row) else None
        less = row[j - 1] if j else None
        if before is not None:
            self.add(-before, now)
            self.add(-now, before, literal)
        else:
            self.add(-now, literal)
        if less is not None:
            self.add(-less, -literal, now)
            self.add(-now, less) if before is None else self.add(-now, before, less)
        else:
            self.add(-literal, now)
        return now

    # Waiting

    def _breaks(self, person: int) -> list[Literal]:
        """A totalizer over the slots in which this participant begins anew after having been busy before that day."""
        busy = self.busy[person]
        begins: list[Literal] = []
        seen: Literal | None = None  # busy in some slot of the day at least two before
        for slot, literal in enumerate(busy):
            if not slot or slot in self.instance.nights:
                seen = None
                continue
            if literal is not None and seen is not None:
                begins.append(self._begins(literal, busy[slot - 1], seen))
            if (before := busy[slot - 1]) is not None:
                seen = before if seen is None else self._either(seen, before)
        counts = self._count(begins, min(self.most + 1, len(self.instance.meetings_of[person])))
        self._without_break(busy, len(self.instance.meetings_of[person]), counts[:1])
        return counts

    def _without_break(self, busy: list[Literal | None], meetings: int, some: list[Literal]) -> None:
        """Implied: who has no break is busy in as many slots on end as they have meetings, and nowhere far from there
        on that day. Said directly, the solver sees it at once when one slot is taken."""
        nights = self.instance.nights
        taken = [(slot, literal) for slot, literal in enumerate(busy) if literal is not None]
        for slot, literal in taken:
            for later, other in taken:
                if later - slot >= max(meetings, 2) and nights.isdisjoint(range(slot + 1, later + 1)):
                    self.add(-literal, -other, *some)

    def _begins(self, now: Literal, before: Literal | None, seen: Literal) -> Literal:
        literal = self.new()
        rest = [] if before is None else [before]
        self.add(-now, *rest, -seen, literal)
        self.add(-literal, now)
        self.add(-literal, seen)
        if before is not None:
            self.add(-literal, -before)
        return literal

    def _either(self, one: Literal, other: Literal) -> Literal:
        some = self.new()
        self.add(-one, some)
        self.add(-other, some)
        self.add(-some, one, other)
        return some

    def _count(self, literals: list[Literal], most: int) -> list[Literal]:
        """A totalizer: the literal at j is true exactly when more than j of these are, for j below `most`."""
        if len(literals) <= 1:
            return literals
        middle = len(literals) // 2
        return self._merge(self._count(literals[:middle], most), self._count(literals[middle:], most), most)

    def _merge(self, left: list[Literal], right: list[Literal], most: int) -> list[Literal]:
        width = min(len(left) + len(right), most)
        merged = [self.new() for _ in range(width)]
        for i in range(len(left) + 1):
            for j in range(len(right) + 1):
                if i + j:
                    self.add(
                        *(-x for x in (*left[max(i - 1, 0) : i], *right[max(j - 1, 0) : j])),
                        merged[min(i + j, width) - 1],
                    )
                if i + j < width:
                    self.add(*left[i : i + 1], *right[j : j + 1], -merged[i + j])
        return merged

    # Meetings, tables, order

    def _place(self) -> None:
        for slots in self.at:
            self.add(*slots.values())
            self._at_most_one(list(slots.values()))
        for slot in range(self.instance.slots):
            here = [slots[slot] for slots in self.at if slot in slots]
            if len(here) > self.instance.tables:
                self.add(-self._count(here, self.instance.tables + 1)[self.instance.tables])
                self._seat(slot)

    def _seat(self, slot: int) -> None:
        """Implied: people who are busy in a slot are an even number, at most two for each table."""
        here = [literal for busy in self.busy if (literal := busy[slot]) is not None]
        counts = self._count(here, 2 * self.instance.tables + 1)
        if len(counts) > 2 * self.instance.tables:
            self.add(-counts[2 * self.instance.tables])
        for odd in range(0, len(counts), 2):
            self.add(-counts[odd], *counts[odd + 1 : odd + 2])

    def _order(self) -> None:
        for number, meeting in enumerate(self.instance.meetings):
            for earlier in meeting.after:
                self._strictly_before(self.at[earlier], self.at[number])

    def _strictly_before(self, earlier: dict[int, Literal], later: dict[int, Literal]) -> None:
        """Through a ladder: `by` says that the earlier meeting is over when a slot begins."""
        by: Literal | None = None
        for slot in range(self.instance.slots):
            if slot in later:
                self.add(-later[slot], *([] if by is None else [by]))
            if slot in earlier:
                by = self._ladder(by, earlier[slot])

    def _ladder(self, by: Literal | None, literal: Literal) -> Literal:
        if by is None:
            return literal
        return self._either(by, literal)

    def _caps(self) -> None:
        for busy, caps in zip(self.busy, self.instance.caps, strict=False):
            for cap in caps:
                here = [literal for slot in cap.slots if (literal := busy[slot]) is not None]
                if len(here) > cap.most:
                    self.add(-self._count(here, cap.most + 1)[cap.most])

    # Fairness and the whole

    def _fairness(self) -> None:
        """There is a least number of breaks L: everybody has L at least and L + d at most."""
        d = self.instance.fairness
        ceiling = min(len(counts) for counts in self.break_counts) if self.break_counts else 0
        levels = [self.new() for _ in range(ceiling + 1)]
        self.add(*levels)
        for least, level in enumerate(levels):
            for counts in self.break_counts:
                if least:
                    self.add(-level, counts[least - 1])
                if least + d < len(counts):
                    self.add(-level, -counts[least + d])

    def _total(self) -> list[Literal]:
        """A totalizer over everybody's breaks, the participants in pairs of pairs."""
        layer = [counts for counts in self.break_counts if counts]
        while len(layer) > 1:
            pairs = [layer[i : i + 2] for i in range(0, len(layer), 2)]
            layer = [self._merge(p[0], p[1], self.most + 1) if len(p) == 2 else p[0] for p in pairs]
        return layer[0] if layer else []


def lowest(instance: Instance) -> int:
    """A proven lower bound of all breaks."""
    return sum(least_breaks(instance))
