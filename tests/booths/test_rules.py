"""When talks can be, and when they are."""

from datetime import UTC, date, datetime

import pytest

from booths.rules import DAY, Speaker, When, clock_of, listed, minutes_of, speakers_of, typed_as, wrong_with

MORNING = When(0, 10 * 60, 30)


def test_a_talk_may_begin_when_another_ends_and_not_before() -> None:
    assert wrong_with(When(0, 10 * 60 + 30, 30), range(3), [MORNING]) is None
    assert wrong_with(When(0, 9 * 60 + 30, 30), range(3), [MORNING]) is None
    assert wrong_with(When(1, 10 * 60, 30), range(3), [MORNING]) is None
    for begins, minutes in ((10 * 60 + 29, 30), (9 * 60 + 31, 30), (10 * 60 + 10, 5), (9 * 60, 480)):
        assert wrong_with(When(0, begins, minutes), range(3), [MORNING]) == "stage_taken"


@pytest.mark.parametrize(
    ("when", "why"),
    [
        (When(3, 600, 30), "no_such_day"),
        (When(-1, 600, 30), "no_such_day"),
        (When(0, 600, 4), "too_long"),
        (When(0, 600, 481), "too_long"),
        (When(0, DAY - 29, 30), "too_long"),
        (When(0, DAY - 30, 30), None),
    ],
)
def test_a_talk_lies_within_a_day_of_the_fair(when: When, why: str | None) -> None:
    assert wrong_with(when, range(3), []) == why


def test_a_talk_is_at_its_hour_on_the_clock_of_the_fair_also_when_clocks_are_changed() -> None:
    saturday = date(2026, 10, 24)  # the night after it, Berlin sets its clocks back
    moments = [When(day, 10 * 60, 45).moments(saturday, "Europe/Berlin") for day in (0, 1)]
    assert moments[0] == (datetime(2026, 10, 24, 8, tzinfo=UTC), datetime(2026, 10, 24, 8, 45, tzinfo=UTC))
    assert moments[1] == (datetime(2026, 10, 25, 9, tzinfo=UTC), datetime(2026, 10, 25, 9, 45, tzinfo=UTC))


def test_times_are_read_as_browsers_write_them() -> None:
    assert [minutes_of(text) for text in ("00:00", "14:30", "23:59")] == [0, 870, 1439]
    assert [minutes_of(text) for text in ("24:00", "9:00", "12:60", "", "noon", "１２:00")] == [None] * 6
    assert clock_of(870) == "14:30"


def test_who_speaks_is_read_as_it_is_typed_and_comes_back_so() -> None:
    typed = "Dr. Ada Okafor, head of charging, Voltbus\r\n  \n Deniz Aksoy ,\n"
    people = speakers_of(typed)
    assert people == (Speaker("Dr. Ada Okafor", "head of charging, Voltbus"), Speaker("Deniz Aksoy"))
    assert speakers_of(typed_as(people)) == people
    assert listed([("King, Jr.", "a"), ("King Jr.", "b")]) == (Speaker("King Jr.", "b"),)
