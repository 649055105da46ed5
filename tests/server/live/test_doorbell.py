"""What workers tell each other over the bus."""

import pytest

from server.live import doorbell
from server.live.entries import Encoded


def test_new_events_are_told_with_their_epoch_in_order() -> None:
    events = [Encoded(7, b'{"s":7,"d":"a b"}'), Encoded(8, b'{"s":8}')]
    assert doorbell.heard("w2", doorbell.durable("w1", "e1", events)) == doorbell.Durable("e1", events)


def test_states_and_passing_events_are_told() -> None:
    state = doorbell.state("w1", "unread", 5, b'{"v":5}')
    assert doorbell.heard("w2", state) == doorbell.State("unread", 5, b'{"v":5}')
    assert doorbell.heard("w2", doorbell.passing("w1", b'{"k":"typing"}')) == doorbell.Passing(b'{"k":"typing"}')
    assert doorbell.heard("w2", doorbell.redacted("w1")) == doorbell.Redacted()


def test_ones_own_echo_says_nothing() -> None:
    assert doorbell.heard("w1", doorbell.passing("w1", b"{}")) is None
    assert doorbell.heard("w", doorbell.passing("w1", b"{}")) is not None


@pytest.mark.parametrize(
    "payload", [b"", b"?", b"Ew1", b"Ew1\ne\nx {}", b"Sw1\nx", b"Sw1\nx k\n{}", b"Pw1", b"\xff\xfe"]
)
def test_nonsense_raises_what_the_hub_catches(payload: bytes) -> None:
    with pytest.raises((ValueError, IndexError)):
        doorbell.heard("w2", payload)
