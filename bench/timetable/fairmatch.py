"""Fairmatch, by what the server and the command line use: the search in a process of its own."""

from __future__ import annotations

import os
import random
import time
from contextlib import closing
from dataclasses import replace
from typing import Any

from bench.timetable.cases import PUBLISHED_SECONDS, Fair, Published
from matching.gaps.dzn import read_dzn
from matching.gaps.rules import breaks
from matching.gaps.rules import faults as gap_faults
from matching.plans.forms import as_json, read_timetable
from matching.plans.model import Problem, Timetable
from matching.plans.repair import repair
from matching.plans.rules import faults, objective
from matching.running import follow

NAME = "fairmatch"
# How many people cancel, one after the other, each at the same timetable.
_CANCELLATIONS = 10

Figures = dict[str, float]


class WrongAnswerError(Exception):
    """What came out breaks a rule, or does not weigh what it says."""


def plan(fair: Fair, problem: Problem) -> tuple[Figures, Timetable, float]:
    """One timetable, checked by the rules as people state them; its figures, itself and the bound of its weight."""
    began = time.monotonic()
    job = {"kind": "plan", "problem": as_json(problem), "seconds": fair.seconds * 0.8, "gap": 0.001}
    answer = _last(job)
    seconds = time.monotonic() - began
    timetable = read_timetable(answer["assignment"])
    if wrong := faults(problem, timetable):
        raise WrongAnswerError(wrong[0])
    weight = objective(problem, timetable)
    figures = {
        "share_of_bound": weight / answer["bound"],
        "seconds": seconds,
        "meetings": float(len(timetable.meetings)),
    }
    return figures, timetable, answer["bound"]


def _last(job: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    with closing(follow(job)) as lines:
        for line in lines:
            answer = line
    return answer


def repairs(problem: Problem, timetable: Timetable, bound: float) -> Figures:
    """Several people cancel, one at a time: the slowest repair, and the least share of the bound that is left. The
    bound is that of the fair with everybody there, so the share is what was lost by the cancellation, too."""
    chance = random.Random(1)
    seconds, shares, changes = [], [], []
    for person in chance.sample(list(problem.people), _CANCELLATIONS):
        gone = [replace(p, free=frozenset()) if p.id == person.id else p for p in problem.people]
        without = replace(problem, people=gone)
        began = time.monotonic()
        mended = repair(without, timetable)
        seconds.append(time.monotonic() - began)
        if wrong := faults(without, mended.after):
            raise WrongAnswerError(wrong[0])
        shares.append(objective(without, mended.after) / bound)
        changes.append(len(mended.moved) + len(mended.added))
    return {"share_of_bound": min(shares), "seconds": max(seconds), "changes": float(max(changes))}


def pack(instance: Published) -> Figures:
    """A published instance; the answer is checked, and compared with the proved optimum."""
    text = instance.path.read_text()
    workers = len(os.sched_getaffinity(0))
    began = time.monotonic()
    job = {"kind": "gaps", "dzn": text, "fairness": instance.fairness, "seconds": PUBLISHED_SECONDS, "workers": workers}
    answer = _last(job)
    seconds = time.monotonic() - began
    if answer["status"] == "infeasible":
        if instance.optimum != "UNSAT":
            raise WrongAnswerError(f"said to be infeasible, and {instance.optimum} breaks are possible")
        return {"seconds": seconds}
    fair = read_dzn(text, instance.fairness)
    timetable = [slot - 1 for slot in answer["assignment"] or []]
    if wrong := gap_faults(fair, timetable):
        raise WrongAnswerError(wrong[0])
    found = sum(breaks(fair, timetable))
    if instance.optimum == "UNSAT" or found < int(instance.optimum) or answer["bound"] > int(instance.optimum):
        raise WrongAnswerError(f"{found} breaks and the bound {answer['bound']}; {instance.optimum} is proved")
    return {"seconds": seconds, "breaks": float(found), "bound": float(answer["bound"])}
