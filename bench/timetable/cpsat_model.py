"""The peer's models, in a module of their own: the solver brings pandas along, and only who solves waits for that."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from typing import Any

from ortools.sat.python import cp_model

from bench.timetable.cases import Published
from matching.gaps.dzn import read_dzn
from matching.gaps.instance import Instance
from matching.plans.compact import UNITS, Compact, compact
from matching.plans.model import Problem
from matching.plans.moves import bits


def _solver(left: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = left
    solver.parameters.num_workers = len(os.sched_getaffinity(0))
    return solver


def plan(problem: Problem, seconds: float) -> tuple[float, ...] | str:
    """The value of the best timetable within the time, the seconds and the meetings; or why there is none."""
    began = time.monotonic()
    small = compact(problem)
    model, held = _plan_model(small)
    built = time.monotonic() - began
    if built >= seconds:
        return f"building the model took {built:.1f} s of {seconds:g} s"
    solver = _solver(seconds - built)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return f"no timetable within {seconds:g} s, {built:.1f} s of which building the model"
    count = sum(solver.value(literal) for literal in held)
    return solver.objective_value / UNITS, time.monotonic() - began, float(count)


def _plan_model(small: Compact) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    """A Boolean for each pair and slot in which they may meet."""
    model = cp_model.CpModel()
    literals: list[cp_model.IntVar] = []
    weights: list[int] = []
    cells: dict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
    people: list[list[cp_model.IntVar]] = [[] for _ in small.people]
    slots: list[list[cp_model.IntVar]] = [[] for _ in small.slots]
    for edge, ends in enumerate(small.ends):
        here = {slot: model.new_bool_var("") for slot in bits(small.open[edge])}
        model.add_at_most_one(here.values())
        literals += here.values()
        weights += [small.weight[edge]] * len(here)
        for slot, literal in here.items():
            slots[slot].append(literal)
            for person in ends:
                cells[person, slot].append(literal)
                people[person].append(literal)
    for cell in cells.values():
        model.add_at_most_one(cell)
    for person, mine in enumerate(people):
        model.add(sum(mine) <= small.most[person])
    for slot, meetings in enumerate(slots):
        model.add(sum(meetings) <= small.tables[slot])
    model.maximize(cp_model.LinearExpr.weighted_sum(literals, weights))
    return model, literals


def pack(instance: Published, seconds: float) -> tuple[float, ...] | str:
    """The seconds, and where there is a timetable its breaks and their bound; or why there is none."""
    began = time.monotonic()
    fair = read_dzn(instance.path.read_text(), instance.fairness)
    if not all(fair.allowed):
        return (time.monotonic() - began,)
    model = _pack_model(fair)
    solver = _solver(seconds - (time.monotonic() - began))
    status = solver.solve(model)
    passed = time.monotonic() - began
    if status == cp_model.INFEASIBLE:
        return (passed,)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return f"neither a timetable nor a proof within {seconds:g} s"
    return passed, solver.objective_value, solver.best_objective_bound


def _pack_model(fair: Instance) -> cp_model.CpModel:
    model = cp_model.CpModel()
    at = [{slot: model.new_bool_var("") for slot in slots} for slots in fair.allowed]
    for slots in at:
        model.add_exactly_one(slots.values())
    counts = [_breaks(model, fair, at, person) for person in range(fair.people)]
    for slot in range(fair.slots):
        model.add(sum(slots[slot] for slots in at if slot in slots) <= fair.tables)
    for number, meeting in enumerate(fair.meetings):
        for earlier in meeting.after:
            before, after = (sum(slot * literal for slot, literal in at[m].items()) for m in (earlier, number))
            model.add(before < after)
    least = model.new_int_var(0, fair.slots, "")
    for count in counts:
        model.add(count >= least)
        model.add(count <= least + fair.fairness)
    model.minimize(sum(counts))
    return model


def _breaks(model: cp_model.CpModel, fair: Instance, at: list[dict[int, Any]], person: int) -> Any:
    """The runs of a person's busy slots, less one."""
    mine = fair.meetings_of[person]
    if not mine:
        return 0
    busy = [model.new_bool_var("") for _ in range(fair.slots)]
    begins = [model.new_bool_var("") for _ in range(fair.slots)]
    for slot, (now, begin) in enumerate(zip(busy, begins, strict=True)):
        model.add(sum(at[meeting][slot] for meeting in mine if slot in at[meeting]) == now)
        before = busy[slot - 1] if slot else 0
        model.add(begin >= now - before)
        model.add(begin <= now)
        model.add(begin <= 1 - before)
    return sum(begins) - 1
