"""The meetings that must be, of a fair with wishes, as agreed ones: all are held, and nobody should wait between two.

What the rules of a fair say about a pair (free times, waking hours, languages, pins, closed times) leaves it some
slots; what they say about one person (most meetings, most of a day, longest streak) becomes caps. Slots of a day that
follow one another are neighbours, also over a break, as the published problem has it for lunch; a night is no gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from matching.gaps.instance import FAIRNESS, MOST_MEETINGS, MOST_PEOPLE, MOST_SLOTS, Cap, Instance, Meeting
from matching.gaps.portfolio import Standing
from matching.gaps.report import status_of
from matching.gaps.rules import faults
from matching.plans.compact import Compact, Edge, compact
from matching.plans.core import judge
from matching.plans.model import Kind, Problem, Timetable
from matching.plans.moves import bits
from matching.refusal import BadInputError


@dataclass(frozen=True)
class Agreed:
    """The instance, and whom and what its numbers stand for: meeting m is between the two of the pair `edges[m]`."""

    instance: Instance
    small: Compact
    edges: Sequence[Edge]


def agreed(problem: Problem, fairness: int | None = None) -> Agreed:
    """All musts and pins of a problem as meetings that are held; other wishes and least numbers say nothing here.
    `fairness` is by how many breaks two people may differ. Raises BadInputError where there are no such meetings, where
    there are too many, or where slots differ in their tables."""
    small = compact(_bare(problem))
    edges = [edge for edge, must in enumerate(small.must) if must]
    people = sorted({person for edge in edges for person in small.ends[edge]})
    _check(small, len(edges), len(people))
    number = {person: index for index, person in enumerate(people)}
    slots = frozenset(range(len(small.slots)))
    meetings = [
        Meeting(number[one], number[other], closed=slots.difference(bits(small.open[edge])))
        for edge in edges
        for one, other in [small.ends[edge]]
    ]
    return Agreed(
        Instance(
            people=len(people),
            slots=len(slots),
            morning=0,
            tables=max(small.tables, default=0),
            meetings=meetings,
            forbidden=[frozenset()] * len(people),
            fairness=FAIRNESS if fairness is None else fairness,
            caps=[list(_caps(small, person)) for person in people],
            nights=_nights(small),
        ),
        small,
        edges,
    )


def begun(given: Agreed, timetable: Timetable) -> list[int] | None:
    """The slots of the meetings in a timetable that was found before; None where it does not hold all of them by the
    rules as they are now."""
    placed = given.small.placed(timetable)
    slots = [placed[edge] for edge in given.edges if edge in placed]
    return None if faults(given.instance, slots) else slots


def as_line(given: Agreed, standing: Standing) -> dict[str, Any]:
    """What is said about the search, in the form of one from wishes: objective and bound are numbers of breaks."""
    return {
        "status": status_of(standing),
        "objective": standing.breaks,
        "bound": None if standing.infeasible else standing.bound,
        "seconds": round(standing.seconds, 3),
        "distance": None,
        "assignment": None if standing.timetable is None else _meetings(given, standing.timetable),
        "reasons": _reasons(given) if standing.infeasible else [],
    }


def _bare(problem: Problem) -> Problem:
    """Without what only counts where one may choose among meetings."""
    return replace(
        problem,
        people=[replace(each, least=None) for each in problem.people],
        wishes=[each for each in problem.wishes if each.kind is not Kind.LIKE],
        rules=replace(problem.rules, least=0),
    )


def _check(small: Compact, meetings: int, people: int) -> None:
    if not meetings:
        raise BadInputError("No meeting must be: give those that are to be held as “must”.")
    for most, count, name in (
        (MOST_MEETINGS, meetings, "meetings"), (MOST_PEOPLE, people, "people"), (MOST_SLOTS, len(small.slots), "slots")
    ):  # fmt: skip
        if count > most:
            raise BadInputError(f"There are {count} {name}, and {most} are the most where all meetings are held.")
    if len(set(small.tables)) > 1:
        raise BadInputError("Where all meetings are held, every slot has as many tables as the others.")


def _nights(small: Compact) -> frozenset[int]:
    """The slots that are on another day than the one before them."""
    return frozenset(
        slot for slot in range(1, len(small.slots)) if not any(day >> (slot - 1) & 0b11 == 0b11 for day in small.days)
    )


def _caps(small: Compact, person: int) -> Iterator[Cap]:
    yield Cap(range(len(small.slots)), small.most[person])
    for mask in small.days:
        day = list(bits(mask))
        if (limit := small.most_per_day[person]) is not None:
            yield Cap(range(day[0], day[-1] + 1), limit)
        if small.streak is not None:
            longest = small.streak
            yield from (Cap(range(first, first + longest + 1), longest) for first in day[: max(0, len(day) - longest)])


def _meetings(given: Agreed, timetable: Sequence[int]) -> dict[str, Any]:
    people, slots, ends = given.small.people, given.small.slots, given.small.ends
    rows = [(*ends[edge], slot) for edge, slot in zip(given.edges, timetable, strict=True)]
    return {"meetings": [{"one": people[one], "other": people[other], "slot": slots[at]} for one, other, at in rows]}


def _reasons(given: Agreed) -> list[str]:
    """A smallest set of meetings that cannot be held together; where they can, it is the fairness."""
    verdict = judge(given.small)
    if verdict.core:
        return list(verdict.core)
    if verdict.slots is None:
        return ["Free times, tables and limits together leave no way to hold all meetings."]
    return [f"All meetings can be held, but not so that people’s breaks differ by {given.instance.fairness} at most."]
