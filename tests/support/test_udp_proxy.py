"""The network for datagrams that tests damage does what each kind of damage says."""

import asyncio
import math
import socket
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.support.patience import PATIENCE_S
from tests.support.udp_proxy import QUEUE_S, Address, Narrow, UdpProxy

NUMBERS = 200


@pytest.fixture
def open_socket() -> Iterator[Callable[..., socket.socket]]:
    opened: list[socket.socket] = []

    def one(host: str = "127.0.0.1") -> socket.socket:
        opened.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        opened[-1].bind((host, 0))
        opened[-1].setblocking(False)
        return opened[-1]

    yield one
    for each in opened:
        each.close()


class Ends:
    """A server that says everything again, and peers that come to it through a proxy."""

    def __init__(self, open_socket: Callable[..., socket.socket]) -> None:
        self.open = open_socket
        self.server = open_socket()
        self.proxy = UdpProxy(self.server.getsockname())
        self.seen: list[Address] = []

    async def echo(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            data, peer = await loop.sock_recvfrom(self.server, 2_000)
            self.seen.append(peer)
            await loop.sock_sendto(self.server, data, peer)

    async def comes_back(self, peer: socket.socket, within: float = PATIENCE_S) -> bytes:
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(peer, 2_000), within)

    async def all_that_comes_back(self, peer: socket.socket) -> list[bytes]:
        """Until nothing has come for a while."""
        came, quiet = [], 0
        while quiet < 10:  # short waits: a process that did not run for a second has waited for nothing in it
            try:
                came.append(await self.comes_back(peer, 0.1))
                quiet = 0
            except TimeoutError:
                quiet += 1
        return came


@pytest.fixture
async def ends(open_socket: Callable[..., socket.socket]) -> AsyncIterator[tuple[Ends, Address]]:
    """The two ends, and where peers send to."""
    made = Ends(open_socket)
    answering = asyncio.create_task(made.echo())
    yield made, await made.proxy.start()
    answering.cancel()
    made.proxy.stop()


async def test_each_peer_has_a_port_of_its_own_until_it_is_changed(ends: tuple[Ends, Address]) -> None:
    made, near = ends
    for peer in (peers := [made.open(), made.open()]):
        peer.sendto(f"{peer.getsockname()}".encode(), near)
    for peer in peers:
        assert await made.comes_back(peer) == f"{peer.getsockname()}".encode()
    assert len(set(made.seen)) == 2
    made.proxy.change_port()
    peers[0].sendto(b"again", near)
    assert await made.comes_back(peers[0]) == b"again"
    assert made.seen[2] not in made.seen[:2]


async def test_while_it_is_silent_only_relays_get_through_as_others_see_them(ends: tuple[Ends, Address]) -> None:
    made, near = ends
    stranger, relay = made.open(), made.open("127.0.0.2")
    made.proxy.silent = True
    made.proxy.relays = {"127.0.0.2": "127.0.0.3"}
    for peer in (stranger, relay):
        peer.sendto(b"first", near)
    assert await made.comes_back(relay) == b"first"
    assert made.seen == [("127.0.0.3", relay.getsockname()[1])]
    made.proxy.silent = False
    stranger.sendto(b"second", near)
    assert await made.comes_back(stranger) == b"second"


async def test_some_are_lost_and_others_come_late_and_in_another_order(ends: tuple[Ends, Address]) -> None:
    made, near = ends
    peer = made.open()
    made.proxy.loss, made.proxy.delay_s, made.proxy.jitter_s = 0.2, 0.1, 0.1
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(NUMBERS):
        peer.sendto(number.to_bytes(2), near)
        await asyncio.sleep(0)
    first = await made.comes_back(peer)
    assert loop.time() - began >= 0.2, "there and back"
    came = [int.from_bytes(data) for data in (first, *await made.all_that_comes_back(peer))]
    assert NUMBERS * 0.5 < len(came) < NUMBERS * 0.8, "of all 64 % come back"
    assert came != sorted(came)


async def test_what_is_narrow_takes_its_time(ends: tuple[Ends, Address]) -> None:
    made, near = ends
    peer = made.open()
    made.proxy.bits = 100 * 8 / 0.05  # a datagram takes 50 ms each way, and the ways do not wait for one another
    began = asyncio.get_running_loop().time()
    for number in range(3):
        peer.sendto(bytes([number]) * 100, near)
    assert [(await made.comes_back(peer))[0] for _ in range(3)] == [0, 1, 2]
    assert asyncio.get_running_loop().time() - began >= 4 * 0.05


def test_what_waits_too_long_before_a_narrow_place_is_lost() -> None:
    place = Narrow()
    waits = [place.take(100, 8_000, 0.0) for _ in range(5)]
    assert waits == [pytest.approx(0.1), pytest.approx(0.2), pytest.approx(0.3), None, None]
    assert QUEUE_S == 0.25
    assert place.take(100, 8_000, 0.2) == pytest.approx(0.2), "what was lost takes no time"
    assert place.take(100, math.inf, 1.0) == 0
