"""The heaviest timetable: against trying everything, against the bound, and with every rule that an organiser has."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.plans.model import Kind, Meeting, Person, Problem, Rules, Status, Timetable, Waking
from matching.plans.rules import faults, objective
from matching.plans.sample import sample
from matching.plans.search import Limits, solve
from tests.matching.plans.fairs import ADA, BEN, CLEO, DAN, at, fair, result, slots, wish

NEVER, MUST = Kind.NEVER, Kind.MUST


def best_of_all(problem: Problem) -> float | None:
    """By trying every timetable; None when none keeps all rules."""
    pairs = sorted({frozenset((w.of, w.whom)) for w in problem.wishes if w.kind is not NEVER}, key=sorted)
    valid = (t for t in _timetables(problem, pairs, []) if not faults(problem, t))
    return max((objective(problem, t) for t in valid), default=None)


def _timetables(problem: Problem, pairs: list[frozenset[str]], begun: list[Meeting]) -> Iterator[Timetable]:
    if not pairs:
        yield Timetable(begun)
        return
    yield from _timetables(problem, pairs[1:], begun)
    one, other = sorted(pairs[0])
    for slot in problem.slots:
        if not any(m.slot == slot.id and m.pair & pairs[0] for m in begun):
            yield from _timetables(problem, pairs[1:], [*begun, at(one, other, slot.id)])


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    names = [ADA, BEN, CLEO, DAN]
    days = draw(st.integers(1, 2))
    times = slots(draw(st.integers(1, 3 if days == 1 else 2)), days)
    free = st.one_of(st.none(), st.frozensets(st.sampled_from([slot.id for slot in times]), min_size=1))
    two = st.tuples(st.sampled_from(names), st.sampled_from(names)).filter(lambda pair: pair[0] != pair[1])
    kinds = st.sampled_from([Kind.LIKE] * 6 + [MUST, NEVER])
    wishes = [wish(*pair, draw(st.integers(0, 5)), draw(kinds)) for pair in draw(st.lists(two, max_size=7))]
    limit = st.one_of(st.none(), st.integers(1, 2))
    rules = Rules(draw(limit), draw(st.sampled_from([0, 0, 1])), draw(limit), draw(limit), draw(limit))
    return Problem([Person(name, free=draw(free)) for name in names], times, wishes, rules)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_no_timetable_is_better_than_what_is_found_and_none_exceeds_the_bound(problem: Problem):
    found = result(problem)
    best = best_of_all(problem)
    if best is None:
        assert found.status is Status.INFEASIBLE
        assert found.missing
        return
    assert found.status in (Status.FEASIBLE, Status.OPTIMAL)
    assert faults(problem, found.timetable) == []
    assert objective(problem, found.timetable) == pytest.approx(found.objective)
    assert found.objective <= best <= found.bound + 1e-9
    assert found.objective == best


@pytest.mark.parametrize(
    "rules",
    [
        Rules(tables=20),
        Rules(tables=20, least=4),
        Rules(tables=18, longest_streak=3, most_per_day=6),
        Rules(most=5),
    ],
    ids=["tables", "least", "breaks", "most"],
)
def test_a_middling_fair_comes_near_its_bound_with_every_rule_kept(rules: Rules):
    problem = replace(sample(80, 2, 8, 400), rules=rules)
    found = result(problem, seconds=6, gap=0.005)
    assert faults(problem, found.timetable) == []
    assert found.distance <= 0.03
    assert objective(problem, found.timetable) == pytest.approx(found.objective)


def test_five_hundred_people_are_within_half_a_per_cent_in_seconds():
    problem = sample(500, 1, 20, 3000)
    found = result(problem, seconds=20, gap=0.005)
    assert faults(problem, found.timetable) == []
    assert found.distance <= 0.005
    assert len(found.timetable.meetings) >= 2900


def test_progress_only_gets_better():
    problem = replace(sample(60, 2, 8, 300), rules=Rules(tables=15, longest_streak=3))
    seen = list(solve(problem, limits=Limits(2.0, 0.0)))
    objectives = [progress.objective for progress in seen]
    assert len(seen) > 2
    assert objectives == sorted(objectives)
    assert len({progress.bound for progress in seen}) == 1
    assert all(0 <= progress.distance <= 1 for progress in seen)


def test_a_search_goes_on_from_where_another_stopped():
    problem = sample(60, 2, 8, 300)
    first = result(problem, gap=0.01)
    again = next(solve(problem, first.timetable, Limits(5.0, 0.01)))
    assert again.objective >= first.objective


def test_what_no_longer_may_be_is_left_out_of_the_start():
    problem = fair(wish(ADA, BEN), wish(CLEO, DAN))
    old = Timetable([at(ADA, BEN, "gone"), at("eve", BEN, "s1"), at(CLEO, DAN, "s2")])
    found = list(solve(problem, old, Limits(5.0)))[-1]
    assert at(CLEO, DAN, "s2") in found.timetable.meetings
    assert found.status is Status.OPTIMAL


def test_never_wins_over_like_and_must_over_weight():
    never = result(fair(wish(ADA, BEN, 9), wish(BEN, ADA, 1, NEVER)))
    assert never.timetable.meetings == []

    one_slot = result(fair(wish(ADA, BEN, 1, MUST), wish(ADA, CLEO, 900), count=1))
    assert [m.pair for m in one_slot.timetable.meetings] == [{ADA, BEN}]


def test_wishes_of_both_sides_add_up_and_groups_weigh_them():
    people = [Person(ADA, "buyer"), Person(BEN, "seller")]
    problem = fair(wish(ADA, BEN, 2), wish(BEN, ADA, 3), people=people, groups={"buyer": 1.5})
    assert result(problem).objective == 6.0


def test_people_meet_in_a_common_language_and_in_their_waking_hours():
    apart = [Person(ADA, languages=frozenset({"de"})), Person(BEN, languages=frozenset({"en", "fr"}))]
    assert result(fair(wish(ADA, BEN), people=apart)).timetable.meetings == []

    # 8:00 to 9:55 UTC is 3:00 to 4:55 in New York (winter time), and 17:00 to 18:55 in Tokyo.
    far = [Person(ADA, zone="America/New_York"), Person(BEN, zone="Asia/Tokyo")]
    for earliest, latest, meets in ((4.0, 22.0, {"s3", "s4"}), (4.0, 18.5, {"s3"}), (5.0, 22.0, set())):
        problem = fair(wish(ADA, BEN), people=far, rules=Rules(waking=Waking(earliest, latest)))
        found = [meeting.slot for meeting in result(problem).timetable.meetings]
        assert set(found) <= meets
        assert bool(found) == bool(meets)


def test_pinned_meetings_stay_and_closed_ones_do_not_happen():
    problem = fair(wish(ADA, BEN), wish(ADA, CLEO), count=2, pinned=[at(BEN, CLEO, "s1")], closed=[at(ADA, BEN, "s1")])
    found = result(problem)
    assert {(m.pair, m.slot) for m in found.timetable.meetings} >= {(frozenset({BEN, CLEO}), "s1")}
    assert faults(problem, found.timetable) == []


def test_the_same_problem_has_the_same_timetable():
    problem = sample(40, 1, 8, 100, seed=random.Random(3).randint(0, 99))
    assert result(problem, gap=0.01).timetable == result(problem, gap=0.01).timetable
