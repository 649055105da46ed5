"""The fewest gaps, found and proved."""

from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given, settings

from matching.gaps.dzn import read_dzn
from matching.gaps.instance import Instance
from matching.gaps.patterns import IMPOSSIBLE, least_breaks
from matching.gaps.portfolio import Standing, solve
from matching.gaps.report import as_line
from matching.gaps.rules import breaks, faults
from matching.gaps.search import STRATEGIES, Finding, Strategy
from tests.matching.gaps import published
from tests.matching.gaps.small import instances, optimum

# The machine may be busy with other tests; the published solver needs six seconds for the slowest.
PATIENCE = 100.0
# Those that take a second; all of them are in `python -m bench timetable`.
QUICK = (
    ("tic-12.original", 0),
    ("tic-12.forb0003", 2),
    ("tic-13.fixed020-Forb", 2),
    ("tic-13crafc.original", 0),
    ("tic-13crafc.original", 2),
    ("forumt-14.original", 2),
    ("forumt-14.prec15", 2),
)


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: strategy.__name__)
@settings(max_examples=60, deadline=None)
@given(instance=instances())
def test_each_strategy_finds_what_trying_everything_finds(strategy: Strategy, instance: Instance):
    found = list(strategy(instance))
    best = optimum(instance)
    if best is None:
        assert found[-1] == Finding(None)
        return
    timetables = [finding for finding in found if finding.timetable is not None]
    bounds = [finding.breaks for finding in found if finding.timetable is None and finding.breaks is not None]
    assert timetables[-1].breaks == best
    assert all(bound <= best for bound in bounds)
    for finding in timetables:
        assert finding.timetable is not None
        assert faults(instance, finding.timetable) == []
        assert sum(breaks(instance, finding.timetable)) == finding.breaks


@settings(max_examples=100, deadline=None)
@given(instances())
def test_the_bound_of_single_people_is_never_above_the_optimum(instance: Instance):
    bound, best = sum(least_breaks(instance)), optimum(instance)
    assert bound >= IMPOSSIBLE if best is None and bound >= IMPOSSIBLE else best is None or bound <= best


@pytest.mark.parametrize(
    ("name", "fairness", "best"),
    [entry for entry in published.known() if entry[:2] in QUICK] or [("tic-12.original", 2, "0")],
)
def test_the_published_optimum_is_found_and_proved(name: str, fairness: int, best: str):
    instance = read_dzn(published.path(name).read_text(), fairness)
    result = last(instance)
    if best == "UNSAT":
        assert result.infeasible
        assert result.timetable is None
        return
    assert result.timetable is not None
    assert faults(instance, result.timetable) == []
    assert result.breaks == result.bound == sum(breaks(instance, result.timetable)) == int(best)


def last(instance: Instance) -> Standing:
    with closing(solve(instance, PATIENCE, workers=2)) as standings:
        return list(standings)[-1]


def test_progress_only_gets_better_and_a_search_can_be_left_at_any_time():
    instance = read_dzn(published.path("tic-13crafc.original").read_text())
    with closing(solve(instance, PATIENCE, workers=2)) as standings:
        seen = [standing for _, standing in zip(range(6), standings, strict=False)]
    bounds = [standing.bound for standing in seen]
    found = [standing.breaks for standing in seen if standing.breaks is not None]
    assert bounds == sorted(bounds)
    assert found == sorted(found, reverse=True)


def test_a_search_without_enough_time_says_what_it_has():
    instance = read_dzn(published.path("tic-13crafc.original").read_text())
    with closing(solve(instance, 0.0, workers=1)) as standings:
        [only] = list(standings)
    assert as_line(instance, only)["status"] == "unknown"


def test_somebody_with_too_many_meetings_is_named():
    instance = read_dzn(published.path("tic-12.forb0003").read_text())
    line = as_line(instance, last(instance))
    assert (line["status"], line["objective"], line["assignment"]) == ("infeasible", None, None)
    assert line["reasons"] == ["Participant 1 has 8 meetings, and the 7 slots open to them do not hold all."]


def test_a_fair_without_meetings_is_optimal_at_once():
    nobody = Instance(2, 3, 1, 1, [], [frozenset()] * 2)
    line = as_line(nobody, last(replace(nobody, fairness=0)))
    assert (line["status"], line["objective"], line["assignment"]) == ("optimal", 0, [])
