"""The search for the heaviest timetable: first what the relaxation chooses, then step by step what it misses."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matching.plans.board import NOWHERE, Board
from matching.plans.bound import Bound, upper_bound
from matching.plans.compact import UNITS, Compact, Edge, compact
from matching.plans.core import judge
from matching.plans.model import Problem, Progress, Status, Timetable
from matching.plans.moves import Moves

# How often a search says where it stands, in seconds.
_EVERY = 0.25
# How deep meetings push one another out: shallow first, since most is won there.
_DEPTHS = (0, 1, 2, 3)
# The end, when a whole round of the deepest steps has improved the timetable by less than this share so often.
_PATIENCE = 3
_LITTLE = 2e-5


@dataclass(frozen=True)
class Limits:
    """When to stop: after so many seconds, or within this share of the bound (0: only when nothing more is found)."""

    seconds: float = 60.0
    gap: float = 0.001
    seed: int = 1


def solve(problem: Problem, start: Timetable | None = None, limits: Limits = Limits()) -> Iterator[Progress]:
    """Say again and again where the search stands; the last one is the result. Whoever stops asking stops it.

    `start` is where to go on: an earlier result, or one that was changed by hand; what of it no longer may be is left
    out. Objective and bound are sums of weights. Raises nothing for what people can wish; see files.check for forms.
    """
    search = _Search(compact(problem), limits)
    if search.bound is None:
        yield search.refused()
        return
    yield from search.run(start)


class _Search:
    def __init__(self, small: Compact, limits: Limits) -> None:
        self.began = time.monotonic()
        self.small, self.limits = small, limits
        self.chance = random.Random(limits.seed)  # noqa: S311 - not for secrets
        self.bound: Bound | None = upper_bound(small, limits.seconds / 2)
        self.board = Board(small)
        self.moves = Moves(self.board, self.chance)
        self.said = 0.0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def refused(self, core: Sequence[str] | None = None) -> Progress:
        """No timetable can keep all rules: the relaxation has no point, or the clauses have no model."""
        found = judge(self.small).core if core is None else core
        reasons = found or ["The musts and least numbers of all together ask for more than people and tables allow."]
        return Progress(Status.INFEASIBLE, 0.0, 0.0, self.seconds, Timetable(), reasons)

    def run(self, start: Timetable | None) -> Iterator[Progress]:
        self._begin(start)
        order = self._order()
        yield from self._sweep(order, None)
        for depth in self._depths():
            yield from self._sweep(order, depth)
            if self._done():
                break
        if self.missing():
            yield from self._settle(order)
            return
        yield self.now()

    def _settle(self, order: list[Edge]) -> Iterator[Progress]:
        """Steps alone did not keep every rule: have it decided exactly, and go on from a timetable that does."""
        verdict = judge(self.small)
        if verdict.core is not None:
            yield self.refused(verdict.core)
            return
        if verdict.slots is not None:
            self._begin_anew(verdict.slots)
            yield from self._sweep(order, None)
            for depth in _DEPTHS:
                yield from self._sweep(order, depth)
        yield self.now()

    def _begin_anew(self, slots: Sequence[int]) -> None:
        for edge, slot in enumerate(self.board.at):
            if slot != NOWHERE:
                self.board.take(edge)
        for edge, slot in enumerate(slots):
            if slot != NOWHERE:
                self.board.put(edge, slot)

    def _begin(self, start: Timetable | None) -> None:
        """What is pinned, and what stays of an earlier timetable."""
        placed = {} if start is None else self.small.placed(start)
        for edge, slot in [*self.small.pinned.items(), *placed.items()]:
            if self.board.at[edge] == NOWHERE and self.board.places(edge) >> slot & 1:
                self.board.put(edge, slot)

    def _order(self) -> list[Edge]:
        """Musts first, then as the relaxation chooses, then by what they are worth beyond the prices."""
        assert self.bound is not None
        share, worth, small = self.bound.share, self.bound.worth, self.small
        edges = [edge for edge, slots in enumerate(small.open) if slots]
        flexible = [slots.bit_count() for slots in small.open]
        return sorted(edges, key=lambda e: (not small.must[e], -round(share[e], 3), flexible[e] > 3, -worth[e]))

    def _depths(self) -> Iterator[int]:
        yield from _DEPTHS
        patience, before = _PATIENCE, self.objective
        while patience:
            yield _DEPTHS[-1]
            after = self.objective
            patience = _PATIENCE if after - before > _LITTLE * after else patience - 1
            before = after

    def _sweep(self, order: list[Edge], depth: int | None) -> Iterator[Progress]:
        """Go once through all pairs that do not meet; None: without pushing anybody out."""
        at, moves = self.board.at, self.moves
        for edge in order:
            if at[edge] != NOWHERE:
                continue
            moves.insert(edge) or (depth is not None and moves.push_in(edge, depth))
            self.board.log.clear()
            if self.seconds - self.said > _EVERY:
                yield self.now()
                if self._done():
                    return

    def _done(self) -> bool:
        assert self.bound is not None
        near = self.objective >= (1 - self.limits.gap) * self.bound.value and not self.missing()
        return near or self.seconds > self.limits.seconds

    @property
    def objective(self) -> int:
        """In thousandths."""
        return self.small.value(edge for edge, slot in enumerate(self.board.at) if slot != NOWHERE)

    def missing(self) -> list[str]:
        """Which musts and least numbers are not met."""
        small, board = self.small, self.board
        names = small.people
        musts = [
            f"{names[one]} and {names[other]} must meet and do not."
            for edge, (one, other) in enumerate(small.ends)
            if small.must[edge] and board.at[edge] == NOWHERE
        ]
        few = [
            f"{names[person]} has {small.most[person] - board.left[person]} meetings, and {least} are the least."
            for person, least in enumerate(small.least)
            if board.short(person, held=False)
        ]
        return musts + few

    def now(self) -> Progress:
        """Where the search stands."""
        assert self.bound is not None
        self.said = self.seconds
        missing = self.missing()
        objective = self.objective
        status = Status.UNKNOWN if missing else Status.OPTIMAL if objective >= self.bound.value else Status.FEASIBLE
        timetable = self.small.timetable(self.board.at)
        return Progress(status, objective / UNITS, self.bound.value / UNITS, self.said, timetable, missing)
