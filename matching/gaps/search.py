"""Two ways to the proved optimum, one from each side; each tells what it finds as it finds it.

*Up* asks whether the proven bound can be reached, and when it cannot, raises the bound by one: the first answer is the
optimum. *Down* takes any timetable and asks for a better one until there is none. Each question is put to one
incremental SAT solver, CaDiCaL (A. Biere et al., "CaDiCaL 2.0", CAV 2024; A. Ignatiev et al., "PySAT", SAT 2018), which
keeps what it learned for the next one. They are plain functions of an instance: portfolio.py runs them side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pysat.solvers import Solver

from matching.gaps.encoding import Formula
from matching.gaps.instance import Instance
from matching.gaps.patterns import IMPOSSIBLE, least_breaks
from matching.gaps.rules import breaks

# By how much more than its lower bound the first formula counts breaks: more costs clauses, fewer a second formula.
_HEADROOM = 20


@dataclass(frozen=True)
class Finding:
    """Either a timetable with its breaks, or (no timetable) that fewer breaks than `breaks` are impossible; None
    stands for: there is no timetable at all."""

    breaks: int | None
    timetable: Sequence[int] | None = None


Strategy = Callable[[Instance], Iterator[Finding]]


def up(instance: Instance, solver: str = "cadical195") -> Iterator[Finding]:
    """Raise the bound until it is reached."""
    bound = sum(least_breaks(instance))
    if bound >= IMPOSSIBLE:
        yield Finding(None)
        return
    yield Finding(bound)
    most = bound + _HEADROOM
    while True:
        with _Questions(instance, most, solver) as questions:
            while bound <= most:
                if found := questions.ask(bound):
                    yield found
                    return
                if questions.hopeless:
                    yield Finding(None)
                    return
                bound += 1
                yield Finding(bound)
        most = 2 * most + _HEADROOM


def down(instance: Instance, solver: str = "cadical195") -> Iterator[Finding]:
    """Improve until nothing is better."""
    bound = sum(least_breaks(instance))
    if bound >= IMPOSSIBLE:
        yield Finding(None)
        return
    best: Finding | None = None
    most = bound + _HEADROOM
    while best is None or best.breaks is None or best.breaks > bound:
        with _Questions(instance, most, solver) as questions:
            if best is None:
                best = questions.ask(None)
                yield best or Finding(None)
                if best is None:
                    return
            while best.breaks is not None and best.breaks > bound:
                target = min(best.breaks - 1, most)
                found = questions.ask(target)
                if found is None:
                    bound = target + 1
                    yield Finding(bound)
                    break
                best = found
                yield best
        most = 2 * most + _HEADROOM


class _Questions:
    """One solver with the formula of an instance."""

    def __init__(self, instance: Instance, most: int, solver: str) -> None:
        self.instance = instance
        self.formula = Formula(instance, most)
        self.solver: Any = Solver(name=solver, bootstrap_with=self.formula.clauses)
        self.hopeless = False

    def __enter__(self) -> _Questions:
        return self

    def __exit__(self, *_: object) -> None:
        self.solver.delete()

    def ask(self, most: int | None) -> Finding | None:
        """A timetable with at most so many breaks (None: with any number). `hopeless` then says that there is none."""
        assumed = [] if most is None else self.formula.at_most(most)
        if not self.solver.solve(assumptions=assumed):
            self.hopeless = not assumed or not self.solver.get_core()
            return None
        timetable = self.formula.timetable({literal for literal in self.solver.get_model() if literal > 0})
        return Finding(sum(breaks(self.instance, timetable)), timetable)


STRATEGIES: tuple[Strategy, ...] = (up, down)
