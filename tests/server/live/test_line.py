"""Frames into many sockets: whole, in order, and never past what already waits before one of them."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from server.live.line import Pipe, Ways

FRAME = b"x" * 1000


class Seat:
    """A socket, its far end, and what had to wait before it."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        near.setblocking(False)
        far.setblocking(False)
        self.near, self.far = near, far
        self.waiting: list[bytes] = []
        self.pipe = Pipe(self.wait)
        self.pipe.descriptor = near.fileno()
        self.pipe.set_free(True)

    def wait(self, data: bytes) -> None:
        """What a transport does with it."""
        self.pipe.set_free(False)
        self.waiting.append(data)

    def fill(self) -> None:
        """Until the kernel takes no more."""
        try:
            while True:
                self.near.send(FRAME)
        except BlockingIOError:
            pass

    def arrived(self) -> bytes:
        """All that the far end can read now."""
        found = bytearray()
        try:
            while data := self.far.recv(65_536):
                found += data
        except BlockingIOError:
            pass
        return bytes(found)


@pytest.fixture
def seats() -> Iterator[list[Seat]]:
    """Three of them."""
    with ExitStack() as stack:
        pairs = [socket.socketpair() for _ in range(3)]
        for each in (each for pair in pairs for each in pair):
            stack.enter_context(each)
        yield [Seat(*pair) for pair in pairs]


def ways(seats: list[Seat]) -> Ways:
    """To all of them."""
    return Ways([seat.pipe for seat in seats])


def test_everybody_gets_the_frames_whole_and_in_order(seats: list[Seat]) -> None:
    to_all = ways(seats)
    to_all.write(b"one")
    to_all.write(b"two")
    assert [seat.arrived() for seat in seats] == [b"onetwo"] * 3
    assert [seat.waiting for seat in seats] == [[], [], []]
    assert to_all.size == 3


def test_what_a_full_socket_does_not_take_waits_and_the_others_have_it(seats: list[Seat]) -> None:
    seats[1].fill()
    to_all = ways(seats)
    to_all.write(b"one")
    assert seats[1].waiting == [b"one"]
    assert (seats[0].arrived(), seats[2].arrived()) == (b"one", b"one")
    assert to_all.stale


def test_the_rest_of_a_frame_that_was_taken_in_part_waits(seats: list[Seat]) -> None:
    whole = b"y" * 5_000_000
    ways(seats).write(whole)
    for seat in seats:
        there = seat.arrived()
        assert 0 < len(there) < len(whole)
        assert there + b"".join(seat.waiting) == whole


def test_nothing_overtakes_what_waits(seats: list[Seat]) -> None:
    seats[0].fill()
    to_all = ways(seats)
    to_all.write(b"one")
    seats[0].arrived()  # there is room again, but its transport has not sent "one" yet
    to_all.write(b"two")
    seats[0].pipe(b"three")
    assert seats[0].waiting == [b"one", b"two", b"three"]
    assert seats[0].arrived() == b""
    assert seats[1].arrived() == b"onetwo"


def test_whoever_is_closed_while_others_are_written_to_gets_nothing_more(seats: list[Seat]) -> None:
    seats[0].fill()
    seats[0].pipe.wait = lambda data: seats[2].pipe.set_free(False)
    ways(seats).write(b"one")
    assert (seats[1].arrived(), seats[2].arrived(), seats[2].waiting) == (b"one", b"", [b"one"])


def test_a_broken_socket_is_left_to_its_transport(seats: list[Seat]) -> None:
    seats[1].far.close()
    ways(seats).write(b"one")
    assert seats[1].waiting == [b"one"]
    assert seats[2].arrived() == b"one"


def test_a_line_without_a_socket_is_written_to_by_its_own_function(seats: list[Seat]) -> None:
    queued: list[bytes] = []
    to_all = Ways([queued.append, seats[0].pipe])
    to_all.write(b"one")
    assert (queued, seats[0].arrived(), to_all.size) == ([b"one"], b"one", 2)


def test_what_is_free_again_is_written_to_directly(seats: list[Seat]) -> None:
    seats[0].pipe.set_free(False)
    to_all = ways(seats)
    seats[0].pipe.set_free(True)
    assert to_all.stale
    ways(seats).write(b"one")
    assert (seats[0].arrived(), seats[0].waiting) == (b"one", [])
