"""Who is let in by ICE, and what a flood costs."""

import os
import time

from signaling.media import stun
from signaling.media.ice import CHECKS_PER_SECOND, KNOWN_PER_SECOND, STRANGERS_PER_SECOND, Credentials, IceLite, IceSide

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
    for _ in range(STRANGERS_PER_SECOND):
        ice.check(noise, FROM)
    begun = time.process_time()
    for _ in range(50_000):
        assert ice.check(noise, FROM) is None
    assert time.process_time() - begun < 1.0  # 20 us each; measured: under 1


def test_a_flood_of_strangers_uses_up_nothing_of_those_whose_address_is_known() -> None:
    ice, side, clock = agent()
    assert ice.check(check(side), FROM)
    noise = check(side, username="unknown:theirs")
    for _ in range(2 * STRANGERS_PER_SECOND):
        ice.check(noise, ("192.0.2.7", 4_000))
    assert ice.check(check(side), FROM, side)
    assert ice.check(check(side), ("192.0.2.8", 4_000)) is None, "who is not known yet stands among the strangers"
    clock.now += 1
    assert ice.check(check(side), ("192.0.2.8", 4_000))


def test_whoever_pretends_to_send_from_a_peers_address_uses_up_nothing_of_what_the_peer_may() -> None:
    ice, side, _ = agent()
    for _ in range(KNOWN_PER_SECOND // 2):
        ice.check(b"no check", FROM, side)
    answered = [ice.check(check(side), FROM, side) is not None for _ in range(CHECKS_PER_SECOND + 20)]
    assert sum(answered) == CHECKS_PER_SECOND


def test_what_comes_from_a_known_address_is_bounded_as_well() -> None:
    ice, side, clock = agent()
    for _ in range(KNOWN_PER_SECOND):
        ice.check(b"no check", FROM, side)
    assert ice.check(check(side), FROM, side) is None
    clock.now += 1
    assert ice.check(check(side), FROM, side)
