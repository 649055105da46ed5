"""One suite for every way of receiving."""

import select
import socket
from collections.abc import Callable, Iterator

import pytest

from bench.media.peer import vp8
from signaling.media import intake
from signaling.media.arena import PACKET_BYTES_MOST, SLOT_BYTES
from signaling.media.many_at_once import has_many_at_once
from tests.signaling.scene import Stage, settled, until

WAYS = [intake.ReceiveEach, *([intake.ReceiveMany] if has_many_at_once() else [])]


@pytest.fixture(params=[("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)], ids=["ipv4", "ipv6"])
def sockets(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, list[socket.socket]]]:
    """An ear, and two mouths."""
    host, family = request.param
    made = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(3)]
    try:
        for each in made:
            each.bind((host, 0))
    except OSError:
        pytest.skip(f"this system has no loopback address {host}")
    made[0].setblocking(False)
    yield made[0], made[1:]
    for each in made:
        each.close()


@pytest.mark.parametrize("way", WAYS)
def test_what_comes_is_read_whole_in_order_and_with_where_it_is_from(
    way: Callable[[socket.socket], intake.Intake], sockets: tuple[socket.socket, list[socket.socket]]
) -> None:
    ear, mouths = sockets
    here = way(ear)
    assert here.read() == []
    sent = [
        (mouths[number % 2], bytes((number,)) * (number * 17 % 1_300)) for number in range(intake.READ_TOGETHER + 9)
    ]
    for mouth, data in sent:
        mouth.sendto(data, ear.getsockname()[:2])
        assert select.select([ear], [], [], 5)[0]
    found = []
    for count in (intake.READ_TOGETHER, 9, 0):
        datagrams = here.read()
        assert [slot for slot, _, _ in datagrams] == list(range(count))
        for slot, length, address in datagrams:
            assert here.sizes[slot] == length
            found.append((address, bytes(here.memory[slot * SLOT_BYTES : slot * SLOT_BYTES + length])))
    assert found == [(mouth.getsockname()[:2], data) for mouth, data in sent]


async def test_a_packet_that_would_not_fit_where_it_goes_out_is_refused(stage: Stage) -> None:
    """With what encryption adds it would reach into the next slot, and behind the last one."""
    anna = await stage.join("anna", ("camera",))
    viewer = await stage.join("viewer", hears={"v": "anna.camera"})
    ssrc, refused = anna.mids["camera"].ssrc, stage.node.mux.refused
    tag = 16
    for seq, size in enumerate((PACKET_BYTES_MOST - 12 - tag + 1, SLOT_BYTES - 12 - tag, PACKET_BYTES_MOST - 12 - tag)):
        anna.peer.send(vp8(seq, 0, ssrc, key=True, size=size))
        await settled()
    await until(lambda: viewer.pictures)
    assert stage.node.mux.refused == refused + 2
    assert [len(packet.data) for packet in viewer.pictures] == [PACKET_BYTES_MOST - tag]
    slot = stage.node.rooms["stage"].participants["viewer"].slots["v"]
    assert [len(data) for data in slot.again([slot.last_seq], 1.0)] == [PACKET_BYTES_MOST + 2]
