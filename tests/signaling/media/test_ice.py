"""Who is let in by ICE, and what a flood costs."""

import os
import time

from signaling.media import stun
from signaling.media.ice import ALL_PER_SECOND, CHECKS_PER_SECOND, Credentials, IceLite, IceSide

FROM = ("127.0.0.1", 4_000)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def agent() -> tuple[IceLite, IceSide, Clock]:
    clock = Clock()
    ice, side = IceLite(clock), IceSide(Credentials.make(), "theirs")
    ice.add(side)
    return ice, side, clock


def check(side: IceSide, *, password: bytes | None = None, username: str = "", nominates: bool = True) -> bytes:
    attributes = {stun.USERNAME: (username or side.username).encode()}
    if nominates:
        attributes[stun.USE_CANDIDATE] = b""
    return stun.write(stun.BINDING_REQUEST, os.urandom(12), attributes, password or side.local.password)


def test_a_genuine_check_is_answered_and_nominates() -> None:
    ice, side, _ = agent()
    found = ice.check(check(side), FROM)
    assert found
    assert found.side is side
    assert found.nominated
    assert stun.parse(found.reply).is_signed_with(side.local.password)
    unpicked = ice.check(check(side, nominates=False), FROM)
    assert unpicked
    assert not unpicked.nominated


def test_nothing_else_gets_an_answer() -> None:
    ice, side, _ = agent()
    unsigned = stun.write(stun.BINDING_REQUEST, os.urandom(12), {stun.USERNAME: side.username.encode()})
    answer = stun.write(stun.BINDING_SUCCESS, os.urandom(12), {}, side.local.password)
    for data in (
        b"",
        b"\x00\x01",
        unsigned,
        answer,
        check(side, password=b"guessed"),
        check(side, username="unknown:theirs"),
        check(side, username=f"{side.local.fragment}:somebody"),
    ):
        assert ice.check(data, FROM) is None
    assert ice.refused == 7
    ice.remove(side)
    assert ice.check(check(side), FROM) is None


def test_one_peer_gets_so_many_checks_in_a_second_and_the_next_second_again() -> None:
    ice, side, clock = agent()
    answered = [ice.check(check(side), FROM) is not None for _ in range(CHECKS_PER_SECOND + 20)]
    assert sum(answered) == CHECKS_PER_SECOND
    clock.now += 1
    assert ice.check(check(side), FROM)


def test_a_flood_of_strangers_costs_next_to_nothing() -> None:
    """Once the second's allowance is used up, a datagram is refused before it is even read."""
    ice, side, _ = agent()
    noise = check(side, username="unknown:theirs")
    for _ in range(ALL_PER_SECOND):
        ice.check(noise, FROM)
    begun = time.process_time()
    for _ in range(50_000):
        assert ice.check(noise, FROM) is None
    assert time.process_time() - begun < 1.0  # 20 us each; measured: under 1
