"""Wishes that cannot be kept together are named, and no others with them."""

from matching.plans.compact import compact
from matching.plans.core import judge
from matching.plans.model import Kind, Person, Rules, Status
from matching.plans.rules import faults
from tests.matching.plans.fairs import ADA, BEN, CLEO, DAN, at, fair, result, wish

MUST = Kind.MUST


def test_a_pair_without_a_common_slot_is_named():
    people = [Person(ADA, free=frozenset({"s1"})), Person(BEN, free=frozenset({"s2"})), Person(CLEO)]
    found = result(fair(wish(ADA, BEN, 1, MUST), wish(ADA, CLEO, 1, MUST), people=people))
    assert found.status is Status.INFEASIBLE
    assert found.missing == ["ada and ben must meet.", "There is no slot in which ada and ben both can."]


def test_somebody_with_more_musts_than_slots_is_named():
    wishes = [wish(ADA, name, 1, MUST) for name in (BEN, CLEO, DAN)]
    found = result(fair(*wishes, count=2))
    assert found.status is Status.INFEASIBLE
    assert found.missing[-1] == "ada can have 2 meetings at most."
    assert len(found.missing) == 4


def test_a_contradiction_of_several_is_made_as_small_as_can_be():
    """Three people all have the same two slots: three meetings among them need three. What Dan wishes is innocent."""
    two = frozenset({"s1", "s2"})
    people = [Person(ADA, free=two), Person(BEN, free=two), Person(CLEO, free=two), Person(DAN), Person("eve")]
    wishes = [wish(ADA, BEN, 1, MUST), wish(BEN, CLEO, 1, MUST), wish(ADA, CLEO, 1, MUST), wish(DAN, "eve", 1, MUST)]
    found = result(fair(*wishes, people=people))
    assert found.status is Status.INFEASIBLE
    assert sorted(found.missing) == ["ada and ben must meet.", "ada and cleo must meet.", "ben and cleo must meet."]


def test_tables_too_few_for_the_least_number_are_found_out():
    wishes = [wish(ADA, BEN), wish(CLEO, DAN), wish(ADA, CLEO), wish(BEN, DAN)]
    found = result(fair(*wishes, count=3, rules=Rules(tables=1, least=2)))
    assert found.status is Status.INFEASIBLE
    assert found.missing
    assert all("is to have 2 meetings or more" in sentence for sentence in found.missing)


def test_a_judgement_that_all_can_be_kept_comes_with_a_timetable():
    problem = fair(
        wish(ADA, BEN, 1, MUST),
        wish(ADA, CLEO, 1, MUST),
        wish(BEN, CLEO, 1, MUST),
        count=5,
        rules=Rules(tables=1, longest_streak=1),
        pinned=[at(ADA, BEN, "s3")],
    )
    small = compact(problem)
    verdict = judge(small)
    assert verdict.core is None
    assert verdict.slots is not None
    assert faults(problem, small.timetable(verdict.slots)) == []
