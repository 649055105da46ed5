"""Whether musts, pins and least numbers can be kept together at all; and if not, a smallest set of them that cannot.

The hard rules become clauses; each wish that may be at fault is switched on by an assumption of its own, and the SAT
solver names the assumptions of its contradiction. Leaving out one after the other makes that core minimal (J. Marques-
Silva, "Minimal Unsatisfiability: Models, Algorithms and Applications", ISMVL 2010).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from pysat.card import CardEnc, EncType
from pysat.solvers import Solver

from matching.plans.board import NOWHERE
from matching.plans.compact import Compact, Edge
from matching.plans.moves import bits

# How many conflicts one question may cost; about ten seconds.
_CONFLICTS = 300_000
# Above so many places for pairs the clauses would not fit into memory.
_MOST_PLACES = 1_500_000


@dataclass(frozen=True)
class Verdict:
    """`slots` of a timetable that keeps all hard rules (by pair; NOWHERE for those that do not meet), or the `core`
    that cannot be kept together, in sentences. Both None: not found out within the effort."""

    slots: Sequence[int] | None = None
    core: Sequence[str] | None = None


def judge(small: Compact) -> Verdict:
    """Decide, within the effort, whether all hard rules can be kept."""
    if core := _plain(small):
        return Verdict(core=core)
    relevant = _relevant(small)
    if sum(small.open[edge].bit_count() for edge in relevant) > _MOST_PLACES:
        return Verdict()
    return _Court(small, relevant).decide()


def _plain(small: Compact) -> list[str]:
    """What needs no search: a pair without a common slot, or one person with too little time."""
    for edge, slots in enumerate(small.open):
        if small.must[edge] and not slots:
            return [_must(small, edge), f"There is no slot in which {' and '.join(_names(small, edge))} both can."]
    for person, edges in enumerate(small.edges_of):
        name, most = small.people[person], small.most[person]
        musts = [edge for edge in edges if small.must[edge]]
        if len(musts) > most:
            return [*(_must(small, edge) for edge in musts[: most + 1]), f"{name} can have {most} meetings at most."]
        possible = sum(small.open[edge] != 0 for edge in edges)
        if small.least[person] > min(most, possible):
            return [_least(small, person), f"{name} can have {min(most, possible)} meetings at most."]
    return []


def _names(small: Compact, edge: Edge) -> tuple[str, str]:
    one, other = small.ends[edge]
    return small.people[one], small.people[other]


def _must(small: Compact, edge: Edge) -> str:
    return "{} and {} must meet.".format(*_names(small, edge))


def _least(small: Compact, person: int) -> str:
    return f"{small.people[person]} is to have {small.least[person]} meetings or more."


def _relevant(small: Compact) -> list[Edge]:
    """Pairs that a hard rule may need: musts, and all pairs of people with a least number."""
    edges = {edge for edge, must in enumerate(small.must) if must}
    edges |= {edge for person, least in enumerate(small.least) if least for edge in small.edges_of[person]}
    return sorted(edge for edge in edges if small.open[edge])


class _Court:
    def __init__(self, small: Compact, relevant: list[Edge]) -> None:
        self.small, self.relevant = small, relevant
        self.top = 0
        self.solver: Any = Solver(name="glucose4")
        self.at = {edge: {slot: self._new() for slot in bits(small.open[edge])} for edge in relevant}
        self.charges: dict[int, str] = {}  # an assumption, and what it says

    def decide(self) -> Verdict:
        """Ask, and make the answer small."""
        try:
            self._rules()
            self._charge()
            answer = self._ask(list(self.charges))
            if answer is None:
                return Verdict()
            if answer:
                return Verdict(slots=self._slots())
            return Verdict(core=[self.charges[literal] for literal in self._smallest()])
        finally:
            self.solver.delete()

    def _new(self) -> int:
        self.top += 1
        return self.top

    def _ask(self, assumed: Sequence[int]) -> bool | None:
        self.solver.conf_budget(_CONFLICTS)
        answer: bool | None = self.solver.solve_limited(assumptions=assumed)
        return answer

    def _smallest(self) -> list[int]:
        core = list(self.solver.get_core() or [])
        for literal in list(core):
            rest = [other for other in core if other != literal]
            if self._ask(rest) is False:
                found = set(self.solver.get_core() or [])
                core = [other for other in rest if other in found]
        return sorted(core)

    def _slots(self) -> list[int]:
        true = {literal for literal in self.solver.get_model() if literal > 0}
        found = [NOWHERE] * len(self.small.ends)
        for edge, places in self.at.items():
            found[edge] = next((slot for slot, literal in places.items() if literal in true), NOWHERE)
        return found

    # Rules without exception

    def _rules(self) -> None:
        for places in self.at.values():
            self._at_most(list(places.values()), 1)
        for person in range(len(self.small.people)):
            self._person(person)
        for slot, tables in enumerate(self.small.tables):
            self._at_most([places[slot] for places in self.at.values() if slot in places], tables)

    def _person(self, person: int) -> None:
        small = self.small
        places = [self.at[edge] for edge in small.edges_of[person] if edge in self.at]
        here = {slot: [p[slot] for p in places if slot in p] for slot in range(len(small.slots))}
        for literals in here.values():
            self._at_most(literals, 1)
        self._at_most([literal for literals in here.values() for literal in literals], small.most[person])
        for day in small.days:
            if (limit := small.most_per_day[person]) is not None:
                self._at_most([literal for slot in bits(day) for literal in here[slot]], limit)
            if small.streak is not None:
                self._streaks([here[slot] for slot in bits(day)], small.streak)

    def _streaks(self, day: list[list[int]], longest: int) -> None:
        for first in range(len(day) - longest):
            window = day[first : first + longest + 1]
            self._at_most([literal for literals in window for literal in literals], longest)

    def _at_most(self, literals: list[int], most: int) -> None:
        if len(literals) <= most:
            return
        if most == 1 and len(literals) <= 6:
            for one, other in combinations(literals, 2):
                self.solver.add_clause([-one, -other])
            return
        self._encode(CardEnc.atmost(literals, most, top_id=self.top, encoding=EncType.seqcounter))

    def _encode(self, encoded: Any, unless: Iterable[int] = ()) -> None:
        for clause in encoded.clauses:
            self.solver.add_clause([*clause, *unless])
        self.top = max(self.top, encoded.nv)

    # Wishes, each behind its assumption

    def _charge(self) -> None:
        small = self.small
        for edge in self.relevant:
            if small.must[edge]:
                charge = self._new()
                self.charges[charge] = _must(small, edge)
                self.solver.add_clause([*self.at[edge].values(), -charge])
        for person, least in enumerate(small.least):
            if least:
                charge = self._new()
                self.charges[charge] = _least(small, person)
                mine = [
                    literal for edge in small.edges_of[person] if edge in self.at for literal in self.at[edge].values()
                ]
                encoded = CardEnc.atleast(mine, least, top_id=self.top, encoding=EncType.seqcounter)
                self._encode(encoded, [-charge])
