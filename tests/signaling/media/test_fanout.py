"""One suite for every way of sending."""

import itertools
import socket
from collections.abc import Iterator

import pytest

from bench.media.peer import opus
from signaling.media import arena, fanout, seams
from tests.signaling.media.test_seams import shaken


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, list[socket.socket]]]:
    """A mouth, and two ears."""
    mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mouth.setblocking(False)
    ears = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
    for ear in ears:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(1.0)
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
    yield mouth, ears
    for each in (mouth, *ears):
        each.close()


@pytest.fixture(params=["sendto", "sendmmsg", "gso"])
def way(request: pytest.FixtureRequest, sockets: tuple[socket.socket, list[socket.socket]]) -> fanout.FanOut:
    """A back end."""
    try:
        return fanout.choose(sockets[0], request.param)
    except ValueError:
        pytest.skip(f"this system has no {request.param}")


def sessions() -> tuple[seams.SrtpSession, seams.SrtpSession]:
    server, client = shaken()
    assert server.keys
    assert client.keys
    return seams.SrtpSession(server.keys, sending=True), seams.SrtpSession(client.keys, sending=False)


def write(way: fanout.FanOut, session: seams.SrtpSession, *packets: bytes, to: object) -> None:
    """A run of packets."""
    first, room = way.room()
    assert len(packets) <= room
    for slot, packet in enumerate(packets, first):
        at = slot * arena.SLOT_BYTES
        way.memory[at : at + len(packet)] = packet
        way.sizes[slot] = len(packet)
    way.seal(session, len(packets), to)


def test_runs_of_every_shape_arrive_whole_and_in_order(
    way: fanout.FanOut, sockets: tuple[socket.socket, list[socket.socket]]
) -> None:
    """Equal ones, a shorter one at the end, a longer one, a change of address in the midst."""
    out, into = sessions()
    to = [way.destination(ear.getsockname()) for ear in sockets[1]]
    sizes = [(0, 500)] * 5 + [(0, 200), (0, 500), (0, 900), (1, 900), (1, 900), (0, 900), (1, 40), (1, 41)]
    packets = [(whom, opus(seq, 960 * seq, 7 + whom, size=size)) for seq, (whom, size) in enumerate(sizes)]
    for whom, group in itertools.groupby(packets, key=lambda each: each[0]):
        run = [packet for _, packet in group]
        write(way, out, *run[:3], to=to[whom])  # what belongs together may be sealed in parts
        write(way, out, *run[3:], to=to[whom])
    assert way.flush()
    for whom, ear in enumerate(sockets[1]):
        expected = [packet for to_whom, packet in packets if to_whom == whom]
        assert [into.unprotect(ear.recv(4_096)) for _ in expected] == expected


def test_more_than_the_arena_holds_goes_in_rounds(
    way: fanout.FanOut, sockets: tuple[socket.socket, list[socket.socket]]
) -> None:
    out, into = sessions()
    ear = sockets[1][0]
    to = way.destination(ear.getsockname())
    for seq in range(arena.SLOTS + 10):
        if not way.room()[1]:
            assert way.flush()
        write(way, out, opus(seq, seq, 7), to=to)
    assert way.flush()
    heard = [into.unprotect(ear.recv(4_096)) for _ in range(arena.SLOTS + 10)]
    assert [int.from_bytes(each[2:4]) for each in heard if each] == list(range(arena.SLOTS + 10))


def test_what_cannot_be_encrypted_is_left_out(
    way: fanout.FanOut, sockets: tuple[socket.socket, list[socket.socket]]
) -> None:
    out, into = sessions()
    ear = sockets[1][0]
    to = way.destination(ear.getsockname())
    packets = [opus(seq, seq, 7) for seq in range(3)]
    write(way, out, packets[0], bytes(4), *packets[1:], to=to)
    assert way.flush()
    assert [into.unprotect(ear.recv(4_096)) for _ in packets] == packets
    ear.settimeout(0.05)
    with pytest.raises(TimeoutError):
        ear.recv(4_096)


def test_an_address_that_cannot_be_reached_keeps_nobody_else_from_getting_theirs(
    way: fanout.FanOut, sockets: tuple[socket.socket, list[socket.socket]]
) -> None:
    out, into = sessions()
    ear = sockets[1][0]
    write(way, out, opus(1, 1, 7), to=way.destination(("127.0.0.1", 0)))
    write(way, out, opus(2, 2, 8), to=way.destination(ear.getsockname()))
    assert way.flush()
    assert into.unprotect(ear.recv(4_096)) == opus(2, 2, 8)
