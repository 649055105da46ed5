"""A cancellation or a late arrival changes as little as possible."""

from dataclasses import replace

from matching.plans.model import Kind, Person, Problem, Rules, Timetable
from matching.plans.repair import Move, difference, repair
from matching.plans.rules import faults, objective
from matching.plans.sample import sample
from tests.matching.plans.fairs import ADA, BEN, CLEO, DAN, at, fair, result, wish


def without(problem: Problem, name: str) -> Problem:
    return replace(problem, people=[replace(p, free=frozenset()) if p.id == name else p for p in problem.people])


def test_nothing_changes_where_nothing_happened():
    problem = sample(60, 1, 10, 200)
    before = result(problem, gap=0.01).timetable
    assert repair(problem, before).size == 0


def test_only_those_who_lost_a_meeting_get_another():
    problem = fair(wish(ADA, BEN, 3), wish(ADA, CLEO, 1), wish(DAN, "eve"), count=1)
    before = Timetable([at(ADA, BEN, "s1"), at(DAN, "eve", "s1")])
    mended = repair(without(problem, BEN), before)
    assert mended.cancelled == [at(ADA, BEN, "s1")]
    assert mended.added == [at(ADA, CLEO, "s1")]
    assert mended.moved == []
    assert at(DAN, "eve", "s1") in mended.after.meetings


def test_a_meeting_moves_when_its_slot_is_gone_and_it_can_be_held_elsewhere():
    problem = fair(wish(ADA, BEN), closed=[at(ADA, BEN, "s1")])
    mended = repair(problem, Timetable([at(ADA, BEN, "s1")]))
    assert mended.cancelled == mended.added == []
    assert [move.before for move in mended.moved] == [at(ADA, BEN, "s1")]
    assert mended.moved[0].after.slot != "s1"


def test_others_move_for_a_newcomer_only_when_it_is_worth_it():
    """Cleo comes late and can only in s1, where Ada meets Ben; those two could meet in s2."""
    people = [Person(ADA), Person(BEN), Person(CLEO, free=frozenset({"s1"}))]
    before = Timetable([at(ADA, BEN, "s1")])
    for weight, moves in ((1.0, 0), (5.0, 1)):
        problem = fair(wish(ADA, BEN, 4), wish(CLEO, ADA, weight), people=people, count=2)
        assert len(repair(problem, before).moved) == moves
    must = fair(wish(ADA, BEN, 4), wish(CLEO, ADA, 0, Kind.MUST), people=people, count=2)
    assert repair(must, before).moved == [Move(at(ADA, BEN, "s1"), at(ADA, BEN, "s2"))]


def test_after_any_cancellation_every_rule_is_kept_and_few_meetings_change():
    problem = replace(sample(60, 2, 8, 300), rules=Rules(tables=20, longest_streak=4))
    before = result(problem, seconds=3, gap=0.02).timetable
    for person in problem.people[::12]:
        lost = len(before.of(person.id))
        changed = without(problem, person.id)
        mended = repair(changed, before)
        assert faults(changed, mended.after) == []
        assert len(mended.cancelled) == lost
        assert len(mended.added) + len(mended.moved) <= 3 * lost
        assert objective(changed, mended.after) >= objective(changed, Timetable(_kept(before, person.id)))


def _kept(before: Timetable, gone: str) -> list:
    return [meeting for meeting in before.meetings if gone not in meeting.pair]


def test_a_difference_tells_cancelled_moved_and_added_apart():
    before = Timetable([at(ADA, BEN, "s1"), at(ADA, CLEO, "s2"), at(BEN, DAN, "s3")])
    after = Timetable([at(BEN, ADA, "s1"), at(ADA, CLEO, "s4"), at(CLEO, DAN, "s3")])
    found = difference(before, after)
    assert found.cancelled == [at(BEN, DAN, "s3")]
    assert found.moved == [Move(at(ADA, CLEO, "s2"), at(ADA, CLEO, "s4"))]
    assert found.added == [at(CLEO, DAN, "s3")]
    assert found.size == 3
