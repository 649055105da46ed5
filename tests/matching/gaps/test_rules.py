"""Whether a timetable of agreed meetings is valid, and what it costs."""

from dataclasses import replace

from matching.gaps.instance import Instance, Meeting, Session
from matching.gaps.rules import breaks, breaks_of, faults

# Three people, four slots of which two are in the morning, one table; everybody meets everybody.
FAIR = Instance(3, 4, 2, 1, [Meeting(0, 1), Meeting(0, 2), Meeting(1, 2)], [frozenset()] * 3)


def test_a_gap_counts_once_however_long_it_is():
    assert breaks_of([]) == breaks_of([3]) == breaks_of([4, 2, 3]) == 0
    assert breaks_of([0, 2]) == breaks_of([0, 9]) == 1
    assert breaks_of([0, 1, 4, 8]) == 2


def test_over_night_nobody_waits_and_within_each_day_it_counts():
    nights = frozenset({4, 8})  # three days of four slots
    assert breaks_of([0, 3], nights) == breaks_of([1, 2], nights) + 1 == 1
    assert breaks_of([3, 4], nights) == breaks_of([3, 5], nights) == breaks_of([0, 9], nights) == 0
    assert breaks_of([0, 2, 5, 7, 8, 11], nights) == 3
    fair = replace(FAIR, nights=frozenset({2}), fairness=0)
    assert breaks(fair, [0, 1, 3]) == [0, 0, 0]
    assert faults(fair, [0, 1, 3]) == []


def test_a_valid_timetable_has_no_faults_and_its_breaks_are_counted_for_each():
    assert faults(FAIR, [0, 1, 3]) == []
    assert breaks(FAIR, [0, 1, 3]) == [0, 1, 1]


def test_each_rule_that_is_broken_is_said():
    assert faults(FAIR, [0, 1]) == ["2 slots for 3 meetings."]
    assert "Participant 1 has two meetings in slot 1." in faults(FAIR, [0, 0, 1])
    assert "Slot 1 has 2 meetings for 1 tables." in faults(FAIR, [0, 0, 1])
    assert faults(FAIR, [0, 1, 4]) == ["Meeting 3 may not be in slot 5."]


def test_sessions_calendars_fixed_slots_and_order_bind():
    morning = replace(FAIR, meetings=[Meeting(0, 1, Session.MORNING), Meeting(0, 2, Session.AFTERNOON), Meeting(1, 2)])
    assert faults(morning, [1, 2, 0]) == []
    assert faults(morning, [2, 1, 0]) == ["Meeting 1 may not be in slot 3.", "Meeting 2 may not be in slot 2."]

    busy = replace(FAIR, forbidden=[frozenset({0}), frozenset(), frozenset()])
    assert faults(busy, [0, 1, 2]) == ["Meeting 1 may not be in slot 1."]

    fixed = replace(FAIR, meetings=[Meeting(0, 1, fixed=2), Meeting(0, 2, after=frozenset({0})), Meeting(1, 2)])
    assert faults(fixed, [2, 3, 1]) == []
    assert faults(fixed, [2, 1, 3]) == ["Meeting 2 must be later than meeting 1."]


def test_breaks_may_not_differ_by_more_than_is_fair():
    assert faults(replace(FAIR, fairness=0), [0, 1, 3]) == [
        "One has 1 breaks and another 0: more than 0 apart.",
    ]
