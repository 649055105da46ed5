"""How often a room may write."""

from server.live.pace import LARGE, MAX_LOAD, SMALL, interval, load_after


def test_a_small_room_never_waits() -> None:
    assert interval(SMALL, gathered=64, load=MAX_LOAD) == 0.0


def test_a_room_that_keeps_up_never_waits() -> None:
    assert interval(5000, gathered=1, load=1.0) == 0.0


def test_a_busy_room_of_a_thousand_writes_fifty_frames_a_second() -> None:
    assert interval(1000, gathered=16, load=1.0) == 0.02


def test_under_load_it_waits_longer_but_a_tenth_of_a_second_at_most() -> None:
    assert interval(1000, gathered=1, load=3.0) == 0.06
    assert interval(LARGE, gathered=16, load=MAX_LOAD) == 0.1


def test_a_stage_waits_a_quarter_of_a_second_at_most() -> None:
    assert interval(5000, gathered=16, load=1.0) == 0.1
    assert interval(50_000, gathered=16, load=MAX_LOAD) == 0.25


def test_late_timers_raise_the_load_and_punctual_ones_lower_it() -> None:
    load = 1.0
    for _ in range(50):
        load = load_after(load, late=1.0)
    assert MAX_LOAD - 0.1 < load <= MAX_LOAD
    for _ in range(50):
        load = load_after(load, late=0.0)
    assert 1.0 <= load < 1.1
