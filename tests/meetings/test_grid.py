"""Slots are laid in real time, whatever clocks do in between."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from meetings.grid import Grid, Hours, Span, is_waking, moment, slots

BERLIN = "Europe/Berlin"


def grid(day: date, opens: int, closes: int, *, zone: str = BERLIN, length: int = 30, breaks: tuple = ()) -> Grid:  # type: ignore[type-arg]
    return Grid(zone, length, 0, [Hours(day, opens, closes)], breaks)


# Day, from, until (minutes after midnight), how many half-hours, first and last beginning in UTC. The day's length in
# real time is what a watch measures, not what the clock on the wall says.
CASES = [
    # An ordinary day
    (BERLIN, date(2026, 9, 15), 540, 720, 6, "07:00", "09:30"),
    # The clock goes from 2:00 to 3:00: midnight to six is five hours
    (BERLIN, date(2026, 3, 29), 0, 360, 10, "23:00", "03:30"),
    # The clock goes from 3:00 back to 2:00: midnight to six is seven hours
    (BERLIN, date(2026, 10, 25), 0, 360, 14, "22:00", "04:30"),
    # A beginning that is not there, 2:30 in spring, is an hour after 1:30 by the watch
    (BERLIN, date(2026, 3, 29), 150, 240, 1, "01:30", "01:30"),
    # An end that is there twice is the later one, a beginning that is there twice the earlier one
    (BERLIN, date(2026, 10, 25), 60, 150, 5, "23:00", "01:00"),
    (BERLIN, date(2026, 10, 25), 150, 240, 5, "00:30", "02:30"),
    # New York changes at other dates: in between the two are five hours apart
    ("America/New_York", date(2026, 3, 8), 0, 360, 10, "05:00", "09:30"),
    ("America/New_York", date(2026, 11, 1), 0, 360, 14, "04:00", "10:30"),
    # Half an hour of change (Lord Howe), and a zone at three quarters of an hour (Nepal)
    ("Australia/Lord_Howe", date(2026, 4, 5), 0, 360, 13, "13:00", "19:00"),
    ("Asia/Kathmandu", date(2026, 9, 15), 540, 720, 6, "03:15", "05:45"),
    # A fair in a place that changes at midnight: the day begins at one
    ("Africa/Cairo", date(2026, 4, 24), 0, 120, 2, "22:00", "22:30"),
]


@pytest.mark.parametrize(("zone", "day", "opens", "closes", "count", "first", "last"), CASES)
def test_a_day_has_as_many_slots_as_it_has_time(
    zone: str, day: date, opens: int, closes: int, count: int, first: str, last: str
) -> None:
    found = slots(grid(day, opens, closes, zone=zone))
    assert [len(found), f"{found[0].starts:%H:%M}", f"{found[-1].starts:%H:%M}"] == [count, first, last]
    assert {each.ends - each.starts for each in found} == {timedelta(minutes=30)}
    assert all(one.ends <= other.starts for one, other in pairwise(found))


def test_gaps_and_breaks_are_kept_and_the_rest_of_the_day_goes_on_after_them() -> None:
    plan = Grid(BERLIN, 20, 5, [Hours(date(2026, 9, 15), 540, 840)], ((715, 780),))
    local = [each.starts.astimezone(ZoneInfo(BERLIN)).strftime("%H:%M") for each in slots(plan)]
    assert local[:3] == ["09:00", "09:25", "09:50"]
    assert [each for each in local if "11:36" <= each < "13:00"] == []
    assert "13:00" in local


def test_days_come_by_date_and_an_end_at_midnight_belongs_to_the_day() -> None:
    days = [Hours(date(2026, 9, 16), 1380, 1440), Hours(date(2026, 9, 15), 540, 600)]
    found = slots(Grid(BERLIN, 30, 0, days))
    assert [each.starts for each in found] == sorted(each.starts for each in found)
    assert found[-1].ends == datetime(2026, 9, 16, 22, tzinfo=UTC)


def test_two_places_see_one_moment() -> None:
    nine = moment(date(2026, 3, 16), 540, "America/New_York")
    assert nine.astimezone(ZoneInfo(BERLIN)).hour == 14  # five hours, for New York is ahead of the change
    assert moment(date(2026, 3, 30), 540, "America/New_York").astimezone(ZoneInfo(BERLIN)).hour == 15


@pytest.mark.parametrize(("hour", "zone", "awake"), [(8, BERLIN, True), (8, "America/Los_Angeles", False)])
def test_nobody_is_met_at_night(hour: int, zone: str, awake: bool) -> None:
    starts = moment(date(2026, 9, 15), hour * 60, BERLIN)
    assert is_waking(Span(starts, starts + timedelta(minutes=20)), zone) is awake
