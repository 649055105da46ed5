"""The peer: OR-tools CP-SAT alone, with the model that its users would write, in a process of its own."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from typing import Any, Literal

from bench.timetable.cases import PUBLISHED_SECONDS, Fair, Published
from matching.plans.model import Problem

NAME = "cp-sat"
# The solver looks at its clock seldom; beyond this it is killed. In seconds.
_GRACE = 15.0

Figures = dict[str, float]
Work = Literal["plan", "pack"]


class NothingFoundError(Exception):
    """No timetable within the time; says why."""


def plan(fair: Fair, problem: Problem, bound: float) -> Figures:
    """The timetable of a fair within the same time, as a share of the same bound. Raises NothingFoundError."""
    value, seconds, count = _in_time("plan", (problem, fair.seconds), fair.seconds)
    return {"share_of_bound": value / bound, "seconds": seconds, "meetings": count}


def pack(instance: Published) -> Figures:
    """A published instance within the same time. Raises NothingFoundError."""
    found = _in_time("pack", (instance, PUBLISHED_SECONDS), PUBLISHED_SECONDS)
    if len(found) == 1:
        return {"seconds": found[0]}
    return {"seconds": found[0], "breaks": found[1], "bound": found[2]}


def _in_time(work: Work, arguments: tuple[Any, ...], seconds: float) -> tuple[float, ...]:
    """Run it in a child, building included, and kill it when it does not end."""
    mine, theirs = multiprocessing.get_context("spawn").Pipe(duplex=False)
    child = multiprocessing.get_context("spawn").Process(target=_child, args=(work, arguments, theirs), daemon=True)
    child.start()
    theirs.close()
    try:
        if not mine.poll(seconds + _GRACE):
            raise NothingFoundError(f"neither built nor solved within {seconds:g} s")
        found = mine.recv()
    except EOFError:
        raise NothingFoundError("its process died (out of memory?)") from None
    finally:
        child.kill()
        child.join()
        mine.close()
    if isinstance(found, str):
        raise NothingFoundError(found)
    return tuple(found)


def _child(work: Work, arguments: tuple[Any, ...], pipe: Connection) -> None:
    from bench.timetable import cpsat_model

    pipe.send(cpsat_model.plan(*arguments) if work == "plan" else cpsat_model.pack(*arguments))
