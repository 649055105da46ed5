"""What no timetable can exceed, by linear programming.

The relaxation forgets the clock: each pair meets at most once, each person at most as often as their slots and limits
allow, and all meetings together need no more tables than there are in all slots; musts and least numbers are kept. Each
valid timetable is a point of it, so its optimum is an upper bound. What is reported is not the solver's word for that
optimum but the value of its dual prices, computed here anew: by weak duality any prices give a valid bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

from matching.plans.compact import Compact

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bound:
    """An upper bound in thousandths; for each pair how much of it the relaxation holds, and what it is worth beyond
    the prices of its two people and of a table (at zero and above: it belongs to a heaviest choice)."""

    value: int
    share: list[float]
    worth: list[float]


@dataclass(frozen=True)
class _Arrays:
    one: NDArray[np.int64]
    other: NDArray[np.int64]
    weight: Floats
    must: NDArray[np.bool_]
    possible: NDArray[np.bool_]
    most: Floats
    least: Floats
    room: float


def upper_bound(small: Compact, seconds: float) -> Bound | None:
    """The bound of all timetables that keep every rule; None where the relaxation already proves that there is none."""
    arrays = _arrays(small)
    if bool(np.any(arrays.must & ~arrays.possible)):
        return None
    relaxation = _Relaxation(arrays)
    if not relaxation.solve(seconds):
        return None
    return relaxation.bound()


def _arrays(small: Compact) -> _Arrays:
    ends = np.array(small.ends, dtype=np.int64).reshape(-1, 2)
    return _Arrays(
        ends[:, 0],
        ends[:, 1],
        np.array(small.weight, dtype=np.float64),
        np.array(small.must, dtype=np.bool_),
        np.array([slots != 0 for slots in small.open], dtype=np.bool_),
        np.array(small.most, dtype=np.float64),
        np.array(small.least, dtype=np.float64),
        float(sum(rooms(small))),
    )


def rooms(small: Compact) -> list[int]:
    """How many meetings each slot can hold: its tables, or half of those who have time."""
    there = [sum(mask >> slot & 1 for mask in small.free) for slot in range(len(small.slots))]
    return [min(tables, people // 2) for tables, people in zip(small.tables, there, strict=True)]


class _Relaxation:
    """The linear program, in GLOP (the simplex solver of OR-tools)."""

    def __init__(self, arrays: _Arrays) -> None:
        self.arrays = arrays
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        low, high = arrays.must.astype(float).tolist(), arrays.possible.astype(float).tolist()
        self.held = [self.solver.NumVar(a, b, "") for a, b in zip(low, high, strict=True)]
        bounds = zip(arrays.least.tolist(), arrays.most.tolist(), strict=True)
        self.people = [self.solver.Constraint(a, b) for a, b in bounds]
        self.tables = self.solver.Constraint(0, arrays.room)
        self._fill()

    def _fill(self) -> None:
        goal, tables, people, a = self.solver.Objective(), self.tables, self.people, self.arrays
        rows = zip(self.held, a.weight.tolist(), a.one.tolist(), a.other.tolist(), strict=True)
        for held, weight, one, other in rows:
            goal.SetCoefficient(held, weight)
            people[one].SetCoefficient(held, 1)
            people[other].SetCoefficient(held, 1)
            tables.SetCoefficient(held, 1)
        goal.SetMaximization()

    def solve(self, seconds: float) -> bool:
        """False when there is no point at all. Out of time the prices are less good, and the bound still holds."""
        if bool(np.any(self.arrays.least > self.arrays.most)):
            return False
        self.solver.SetTimeLimit(max(1, int(seconds * 1000)))
        self.status = self.solver.Solve()
        return bool(self.status != pywraplp.Solver.INFEASIBLE)

    def bound(self) -> Bound:
        """The value of the dual prices, rounded down to whole thousandths."""
        a = self.arrays
        price, table = self._prices()
        worth = a.weight - price[a.one] - price[a.other] - table
        chosen = np.where(a.must, worth, np.where(a.possible, np.maximum(worth, 0.0), 0.0))
        paid = np.where(price >= 0, price * a.most, price * a.least)
        value = float(chosen.sum() + paid.sum() + table * a.room)
        share = [held.solution_value() for held in self.held] if self._solved else (worth >= 0).astype(float).tolist()
        return Bound(int(np.floor(value + 1e-3)), share, worth.tolist())

    @property
    def _solved(self) -> bool:
        return bool(self.status == pywraplp.Solver.OPTIMAL)

    def _prices(self) -> tuple[Floats, float]:
        """What one more meeting of each person and one more table would be worth; of both signs for people."""
        if not self._solved:
            return np.zeros(len(self.people)), 0.0
        price = np.array([row.dual_value() for row in self.people])
        return price, max(0.0, self.tables.dual_value())
