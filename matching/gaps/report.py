"""What is said about a search for fewest gaps: one JSON value, as the command prints it."""

from __future__ import annotations

from typing import Any

from matching.gaps.instance import Instance
from matching.gaps.patterns import IMPOSSIBLE, least_breaks
from matching.gaps.portfolio import Standing


def as_line(instance: Instance, standing: Standing) -> dict[str, Any]:
    """`assignment` is the slot of each meeting in the file's order, counted from 1; null while there is none."""
    timetable = standing.timetable
    line: dict[str, Any] = {
        "status": status_of(standing),
        "objective": standing.breaks,
        "bound": None if standing.infeasible else standing.bound,
        "seconds": round(standing.seconds, 3),
        "assignment": None if timetable is None else [slot + 1 for slot in timetable],
    }
    return line | ({"reasons": reasons(instance)} if standing.infeasible else {})


def status_of(standing: Standing) -> str:
    """optimal, feasible, infeasible or unknown."""
    if standing.infeasible:
        return "infeasible"
    if standing.breaks is None:
        return "unknown"
    return "optimal" if standing.proved else "feasible"


def reasons(instance: Instance) -> list[str]:
    """Why there is no timetable, where one participant alone shows it; else that all together do."""
    found = [_reason(instance, person) for person, least in enumerate(least_breaks(instance)) if least >= IMPOSSIBLE]
    return found or ["No single participant is the reason: slots, tables, order and fairness together leave no way."]


def _reason(instance: Instance, person: int) -> str:
    mine = [instance.allowed[meeting] for meeting in instance.meetings_of[person]]
    usable = {slot for slots in mine for slot in slots}
    return (
        f"Participant {person + 1} has {len(mine)} meetings, and the {len(usable)} slots open to them do not hold all."
    )
