"""Meetings that must be, of a fair with wishes, held with the fewest breaks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest

from matching.gaps.agreed import agreed, as_line, begun
from matching.gaps.portfolio import Standing
from matching.gaps.rules import breaks_of
from matching.gaps.search import up
from matching.plans.forms import as_json, read_timetable
from matching.plans.model import Kind, Meeting, Person, Problem, Rules, Slot, Timetable, Waking, Wish
from matching.plans.rules import faults
from matching.refusal import BadInputError
from matching.worker import lines

NINE = datetime(2027, 3, 2, 9, tzinfo=UTC)


def fair(*musts: str, slots: int = 4, days: int = 1, **rules: Any) -> Problem:
    """Ada, Ben, Cem and Dora, and pairs of them, by the first letters, who must meet: "ab"."""
    times = [NINE + timedelta(days=n // slots, minutes=25 * (n % slots)) for n in range(slots * days)]
    return Problem(
        [Person(name) for name in "abcd"],
        [Slot(f"s{n}", at, at + timedelta(minutes=20), at.date().isoformat()) for n, at in enumerate(times)],
        [Wish(one, other, Kind.MUST) for one, other in musts],
        Rules(**rules),
    )


def packed(problem: Problem, fairness: int = 2) -> dict[str, Any]:
    """What is said at the end."""
    given = agreed(problem, fairness)
    *_, last = up(given.instance)
    return as_line(given, Standing(last.breaks, last.breaks or 0, last.timetable, 0.0, infeasible=last.breaks is None))


def held(problem: Problem, line: dict[str, Any]) -> Timetable:
    """The timetable, which keeps every rule."""
    found = read_timetable(line["assignment"])
    assert faults(problem, found) == []
    return found


def waits(problem: Problem, found: Timetable) -> int:
    """The breaks of all, counted anew from names, day by day."""
    days: dict[str, list[str]] = {}
    for slot in problem.slots:
        days.setdefault(slot.day, []).append(slot.id)
    return sum(
        breaks_of([day.index(each.slot) for each in found.of(person.id) if each.slot in day])
        for person in problem.people
        for day in days.values()
    )


def test_every_given_meeting_is_held_and_the_breaks_are_the_fewest() -> None:
    problem = fair("ab", "cd", "ac", "bd")
    problem = replace(problem, wishes=[*problem.wishes, Wish("a", "d", Kind.LIKE, 900.0)])
    line = packed(problem)
    found = held(problem, line)
    assert {each.pair for each in found.meetings} == {frozenset(pair) for pair in ("ab", "cd", "ac", "bd")}
    assert (line["status"], line["objective"], line["bound"]) == ("optimal", 0, 0)
    assert waits(problem, found) == 0


def test_one_table_makes_somebody_wait_and_the_least_is_proved() -> None:
    problem = fair(*("".join(pair) for pair in combinations("abc", 2)), tables=1)
    line = packed(problem)
    assert (line["status"], line["objective"], line["bound"]) == ("optimal", 1, 1)
    assert waits(problem, held(problem, line)) == 1


def test_pins_closed_times_free_times_and_waking_hours_bind() -> None:
    problem = fair("ab", "ac", "bd", waking=Waking(9.0, 22.0))
    ada, ben, cem, dora = problem.people
    free, west = replace(cem, free=frozenset(("s0", "s1", "s3"))), replace(dora, zone="Atlantic/Azores")
    problem = replace(
        problem,
        people=[ada, ben, free, west],
        pinned=[Meeting("a", "b", "s1")],
        closed=[Meeting("a", "c", "s0")],
    )
    # On the Azores it is an hour earlier: nine o'clock there comes with the last time.
    slots = {each.pair: each.slot for each in held(problem, packed(problem)).meetings}
    assert slots == {frozenset("ab"): "s1", frozenset("ac"): "s3", frozenset("bd"): "s3"}


def test_limits_of_a_day_and_of_a_row_bind_even_where_they_cost_breaks() -> None:
    musts = ("ab", "ac", "ad")
    problem = fair(*musts, slots=4, longest_streak=2)
    line = packed(problem)
    assert line["objective"] == waits(problem, held(problem, line)) == 1
    problem = fair(*musts, slots=3, days=2, most_per_day=2)
    assert len({each.slot for each in held(problem, packed(problem)).of("a")}) == 3


def test_the_night_between_two_days_is_no_gap_and_no_neighbourhood() -> None:
    # Ada's first meeting ends her first day early, her second one begins late on the next: she waits for neither.
    problem = replace(fair("ab", "ac", slots=3, days=2), pinned=[Meeting("a", "b", "s0"), Meeting("a", "c", "s5")])
    line = packed(problem, fairness=0)
    assert (line["objective"], waits(problem, held(problem, line))) == (0, 0)
    # The last and the first slot are no way to hold three on end: on either day the free ones leave a gap.
    ada, *others = fair("ab", "ac", "ad", slots=3, days=2).people
    times = replace(ada, free=frozenset(("s1", "s3", "s5")))
    problem = replace(fair("ab", "ac", "ad", slots=3, days=2), people=[times, *others])
    line = packed(problem)
    assert line["objective"] == line["bound"] == waits(problem, held(problem, line)) == 1


def test_a_search_that_was_cut_off_goes_on_with_what_it_had_where_that_still_holds() -> None:
    problem = fair("ab", "ac", "bd")
    before = Timetable([Meeting("a", "b", "s0"), Meeting("a", "c", "s3"), Meeting("b", "d", "s1")])
    job = {"kind": "agreed", "problem": as_json(problem), "start": as_json(before), "seconds": 0.0, "workers": 1}
    [line] = lines(job, lambda: False)  # no time for anything
    assert (line["status"], line["objective"], line["bound"]) == ("feasible", 1, 0)
    assert held(problem, line) == before
    closed = replace(problem, closed=[Meeting("a", "c", "s3")])
    assert begun(agreed(closed), before) is None
    assert begun(agreed(fair("ab", "ac", "bd", "cd")), before) is None  # one more must be held now


def test_what_cannot_be_held_together_is_named() -> None:
    line = packed(fair("ab", "ac", "ad", slots=2))
    assert (line["status"], line["objective"], line["assignment"]) == ("infeasible", None, None)
    assert "a can have 2 meetings at most." in line["reasons"]
    never = replace(fair("ab", "cd"), wishes=[Wish("a", "b", Kind.MUST), Wish("b", "a", Kind.NEVER)])
    assert "There is no slot in which a and b both can." in packed(never)["reasons"]
    unfair = fair(*("".join(pair) for pair in combinations("abc", 2)), tables=1)
    assert packed(unfair, fairness=0)["reasons"] == [
        "All meetings can be held, but not so that people’s breaks differ by 0 at most."
    ]


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (replace(fair(), wishes=[Wish("a", "b")]), "No meeting must be"),
        (replace(fair("ab"), slots=[replace(each, tables=n % 2 + 1) for n, each in enumerate(fair().slots)]), "tables"),
        (fair("ab", slots=201), "There are 201 slots, and 200 are the most"),
    ],
)
def test_what_is_no_task_of_this_kind_is_refused_in_a_sentence(problem: Problem, said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        agreed(problem)
