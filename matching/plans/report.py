"""What is said about a search for the heaviest timetable: one JSON value, as the command prints it."""

from __future__ import annotations

from typing import Any

from matching.plans.model import Meeting, Problem, Progress, Status
from matching.plans.repair import Difference
from matching.plans.rules import missed, objective


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


def as_changes(problem: Problem, difference: Difference, seconds: float) -> dict[str, Any]:
    """What a repair changes: `from` is null for a new meeting, `to` for one that falls away. `reasons` names the musts
    and least numbers that are not kept."""
    moved = [_change(each.before, each.before.slot, each.after.slot) for each in difference.moved]
    return {
        "status": Status.FEASIBLE.value,
        "objective": objective(problem, difference.after),
        "bound": None,
        "seconds": round(seconds, 3),
        "distance": None,
        "changes": [
            *moved,
            *(_change(each, each.slot, None) for each in difference.cancelled),
            *(_change(each, None, each.slot) for each in difference.added),
        ],
        "reasons": missed(problem, difference.after),
    }


def _change(meeting: Meeting, before: str | None, after: str | None) -> dict[str, str | None]:
    return {"one": meeting.one, "other": meeting.other, "from": before, "to": after}
