"""What is said about a search for the heaviest timetable: one JSON value, as the command prints it."""

from __future__ import annotations

from typing import Any

from matching.plans.model import Problem, Progress, Status


def as_line(problem: Problem, progress: Progress) -> dict[str, Any]:
    """`assignment` holds the meetings; `distance` is the proven distance to the best possible, as a share."""
    infeasible = progress.status is Status.INFEASIBLE
    return {
        "status": progress.status.value,
        "objective": None if infeasible else progress.objective,
        "bound": None if infeasible else progress.bound,
        "seconds": round(progress.seconds, 3),
        "distance": None if infeasible else round(progress.distance, 6),
        "assignment": None if infeasible else _meetings(progress),
        "reasons": list(progress.missing),
    }


def _meetings(progress: Progress) -> dict[str, Any]:
    meetings = progress.timetable.meetings
    return {"meetings": [{"one": m.one, "other": m.other, "slot": m.slot} for m in meetings]}
