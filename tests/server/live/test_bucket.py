"""The bucket of requests."""

from hypothesis import given
from hypothesis import strategies as st

from server.live.bucket import Bucket


def test_a_burst_is_allowed_at_once_and_then_one_per_interval() -> None:
    bucket = Bucket(rate=20.0, burst=3, now=0.0)
    assert [bucket.take(0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert bucket.take(0.0) == 0.05
    assert bucket.take(0.05) == 0.0
    assert bucket.take(0.05) > 0.0


def test_a_pause_refills_it_up_to_the_burst_and_no_further() -> None:
    bucket = Bucket(rate=20.0, burst=3, now=0.0)
    for _ in range(3):
        bucket.take(0.0)
    assert [bucket.take(1000.0) for _ in range(4)].count(0.0) == 3


def test_who_goes_on_is_counted_and_who_waits_is_forgiven() -> None:
    bucket = Bucket(rate=10.0, burst=1, now=0.0)
    for _ in range(101):
        bucket.take(0.0)
    assert bucket.over == 100.0
    bucket.take(5.0)
    assert bucket.over == 50.0


@given(st.lists(st.floats(0.0, 2.0), max_size=200), st.floats(1.0, 50.0), st.integers(1, 60))
def test_no_pace_gets_more_than_the_rate_and_the_burst(pauses: list[float], rate: float, burst: int) -> None:
    bucket = Bucket(rate, burst, 0.0)
    now = 0.0
    allowed = 0
    for pause in pauses:
        now += pause
        allowed += bucket.take(now) == 0.0
    assert allowed <= burst + rate * now + 1e-6
