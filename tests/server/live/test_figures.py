"""The figures that the live line promises. Elsewhere tests show what happens at a limit, whatever that is; here is,
which one it is."""

from datetime import timedelta

import pytest

from chat import rules
from server.kernel import health, json, redis_bus
from server.live import census, committer, hub, limits, pace, presence, tickets
from server.live.limits import ALONE, Limits
from server.live.wire.call import CallOffer
from signaling import signals

KIB = 1024
SIZES = {
    "a frame": (limits.FRAME_BYTES, 64 * KIB),
    "characters of a message": (limits.TEXT_CHARACTERS, 4_000),
    "levels of JSON": (json.MAX_DEPTH, 12),
    "messages in a frame": (limits.EVENTS_PER_FRAME, 64),
    "events in an answer to since": (limits.CATCH_UP_EVENTS, 500),
    "events that are held": (limits.TAIL_EVENTS, 256),
    "messages in a commit": (committer.BATCH, 50),
    "bytes of a ticket": (tickets.TICKET_BYTES, 128 // 8),
    "waiting bytes from which passing events are dropped": (limits.DROP_PASSING_BYTES, 64 * KIB),
    "waiting bytes from which events are dropped": (limits.DROP_EVENTS_BYTES, 256 * KIB),
    "waiting bytes from which it is closed": (limits.CLOSE_BYTES, KIB * KIB),
    "people up to whom everybody is named": (presence.NAMED, 200),
    "people up to whom typing is told": (rules.TYPING_AUDIENCE_MOST, 50),
    "viewers beyond whom a room is a large stage": (pace.LARGE, 1_000),
    "candidates after a description": (signals.CANDIDATES_MOST, 64),
}
SECONDS = {
    "from one heartbeat of a worker to the next": (presence.HEARTBEAT_TICKS * presence.TICK_S, 5.0),
    "in which comings and goings are gathered": (presence.TICK_S, 1.0),
    "of grace for whoever was lost": (census.GRACE_S, 8.0),
    "from one comparison with the log to the next": (hub.COMPARE_S, 1.0),
    "of silence of the bus before it is looked at faster": (hub.DEAF_AFTER_S, 3.0),
    "of silence of the bus before a new connection": (redis_bus.SILENCE_S, 3.0),
    "from one message over the bus to oneself to the next": (redis_bus.ECHO_EVERY_S, 1.0),
    "for Redis to answer what was published": (redis_bus.PUBLISH_LIMIT_S, 0.25),
    "of silence of the bus before a worker is not ready": (health.BUS_SILENCE_S, 30.0),
    "of a ticket's life": (tickets.LIFETIME, timedelta(seconds=30)),
    "from one word of somebody's typing to the next": (rules.TYPING_EVERY, timedelta(seconds=3)),
    "that a busy room waits at most": (pace.LONGEST_S, 0.1),
    "that a large stage waits at most": (pace.LONGEST_LARGE_S, 0.25),
}
# For one connection or person, by the names of `Limits`.
EACH = {
    "channels_per_connection": 100,
    "connections_per_person": 10,
    "requests_per_second": 20.0,
    "burst": 60,
    "hello_seconds": 5.0,
    "recheck_seconds": 60.0,
    "ping_seconds": 25.0,
    "pong_seconds": 10.0,
    "stall_seconds": 10.0,
}


@pytest.mark.parametrize("what", [*SIZES, *SECONDS])
def test_a_figure_is_the_one_that_is_promised(what: str) -> None:
    product, promised = (SIZES | SECONDS)[what]
    assert product == promised


@pytest.mark.parametrize("what", EACH)
def test_nobody_may_use_more_or_less_than_is_promised(what: str) -> None:
    assert {getattr(each, what) for each in (Limits(), ALONE)} == {EACH[what]}


def test_nobody_is_shown_as_present_for_longer_than_15_seconds_after_their_worker_was_killed() -> None:
    assert census.LEASE_S + presence.TICK_S <= 15.0
    assert census.LEASE_S > 2 * presence.HEARTBEAT_TICKS * presence.TICK_S  # and not because one heartbeat was lost


def test_a_description_has_32_kib_at_most() -> None:
    offer = {"call": "call:1", "device": "0123456789abcdef", "generation": 0}
    CallOffer.model_validate(offer | {"sdp": "x" * 32 * KIB})
    with pytest.raises(ValueError, match="sdp"):
        CallOffer.model_validate(offer | {"sdp": "x" * (32 * KIB + 1)})
