"""Sending: packets are written into an arena, encrypted where they lie, and handed to the kernel many at a time.

One interface with three back ends. `SendTo` works everywhere: a system call for each packet. `SendMany` is Linux's
`sendmmsg` (`many_at_once`); where the kernel can, with UDP segmentation offload: successive packets
to one address, all of one size but the last, are one message, and the kernel cuts it up (`UDP_SEGMENT`). What works is
tried out once, at the start.
"""

import errno
import socket
import struct
from array import array
from collections.abc import Callable, Sequence
from functools import cache
from itertools import repeat
from typing import Any, NamedTuple, Protocol

from signaling.media.arena import SLOT_BYTES, SLOTS, Arena, Burst
from signaling.media.many_at_once import ffi, has_many_at_once, library
from signaling.media.seams import OK, SrtpSession, srtp_ffi, srtp_protect
from signaling.media.stun import Address

# The kernel's own limits on one segmented message (UDP_MAX_SEGMENTS of older kernels; 16 bits of length).
SEGMENTS_MOST = 64
MESSAGE_BYTES_MOST = 65_000

# Shapes of bursts that are known; more are forgotten together.
SHAPES_MOST = 512

SOL_UDP, UDP_SEGMENT = 17, 103

Destination = Any  # made by `FanOut.destination`, opaque to others


class FanOut(Protocol):
    """Packets on their way out: written into slots, sealed a run at a time, and flushed all together.

    A burst is put into the next free slots in one go; other packets are written one by one by whoever has them.
    """

    memory: memoryview  # slots of SLOT_BYTES
    sizes: memoryview  # of the packet in each slot
    calls: int  # of the system, so far

    def room(self) -> tuple[int, int]:
        """The first free slot, and how many there are; none: `flush` must come first."""
        ...

    def destination(self, address: Address) -> Destination:
        """An address in the form that the system wants."""
        ...

    def seal(self, session: SrtpSession, count: int, to: Destination) -> None:
        """Encrypt the packets in the next free slots and put them in line; what can't be encrypted is left out."""
        ...

    def put(self, burst: Burst, numbers: bytes, pairs: "list[array[int]]") -> None:
        """Write a burst into the next free slots, once for each of some viewers: `numbers` of all packets of the first
        one, then of the next one; of each packet the times and ssrcs for all of them, as numbers of 64 bits."""
        ...

    def seal_burst(self, burst: Burst, handles: Sequence[Any], to: Sequence[Destination]) -> None:
        """Encrypt what was put there, each packet with its session's handle, and put it in line for each viewer."""
        ...

    def flush(self) -> bool:
        """Hand over what is in line; False when the system takes no more now: call again once it is writable."""
        ...

    def send(self, data: bytes, address: Address) -> None:
        """Send one datagram now, as it is. It may be lost, as datagrams may."""
        ...


class SendTo(Arena):
    """A system call for each packet: for every system."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self._to: list[Address] = []
        self._next = 0

    def destination(self, address: Address) -> Destination:
        return address

    def seal(self, session: SrtpSession, count: int, to: Destination) -> None:
        self._seal([session.handle] * count, [to] * count)

    def seal_burst(self, burst: Burst, handles: Sequence[Any], to: Sequence[Destination]) -> None:
        self._seal(handles, [whom for whom in to for _ in range(burst.count)])

    def _seal(self, handles: Sequence[Any], to: list[Address]) -> None:
        for at, (handle, _) in enumerate(zip(handles, to, strict=True), self._used):
            if srtp_protect(handle, self.packets[at], self.size_at[at]) != OK:
                self.sizes[at] = 0
        self._to += to
        self._used += len(to)

    def flush(self) -> bool:
        while self._next < self._used:
            at, size = self._next * SLOT_BYTES, self.sizes[self._next]
            try:
                if size:
                    self._socket.sendto(self.memory[at : at + size], self._to[self._next])
                    self.sent += 1
            except BlockingIOError:
                return False
            except OSError:  # nobody can be reached there: as good as lost
                pass
            self.calls += 1
            self._next += 1
        self._to.clear()
        self._used = self._next = 0
        return True


_CONTROL = struct.Struct("NiiHxxxxxx")  # cmsghdr with one uint16 behind it, padded: CMSG_SPACE(2) on 64 bits
_CONTROL_LENGTH = 18  # CMSG_LEN(2)
# A message as the kernel reads it on 64 bits: name, its length, vectors, their number, control, its length, room for
# what the kernel writes. In one go, as each field of a structure would be a call into cffi.
_MESSAGE = struct.Struct("NNNNNN16x")
_MESSAGE_WORDS, _VECTOR_WORD = _MESSAGE.size // 8, 2


def runs_of(sizes: Sequence[int], most: int) -> list[tuple[int, int, int]]:
    """Packets that go as one message, no more than `most`: the first one, how many, and the size of each but the last,
    which may be shorter. A size of 0 is a hole, and no message goes across it."""
    runs: list[tuple[int, int, int]] = []
    begin = total = each = 0
    for place, size in enumerate([*sizes, 0]):
        count = place - begin
        if each and (
            not 0 < size <= each or sizes[place - 1] < each or count == most or total + size > MESSAGE_BYTES_MOST
        ):
            runs.append((begin, count, each))
            each = 0
        if not each:
            begin, each, total = place, size, 0
        total += size
    return runs


@cache
def _segmentation(size: int) -> tuple[Any, int]:
    """What tells the kernel to cut a message into packets of this size, and where it lies."""
    data = srtp_ffi.new("unsigned char[]", _CONTROL.pack(_CONTROL_LENGTH, SOL_UDP, UDP_SEGMENT, size))
    return data, int(srtp_ffi.cast("uintptr_t", data))


def _message(name: int, name_length: int, vector: int, run: tuple[int, int, int]) -> bytes:
    _, segments, size = run
    control, length = (_segmentation(size)[1], _CONTROL.size) if segments > 1 else (0, 0)
    return _MESSAGE.pack(name, name_length, vector, segments, control, length)


class _Shape(NamedTuple):
    """What the messages of a burst have in common: known once it is encrypted for somebody."""

    sizes: "array[int]"  # of encrypted packets
    lengths: "array[int]"  # the same as vectors have them
    runs: list[tuple[int, int, int]]
    messages: bytes  # without a name, and without where their vectors are


class SendMany(Arena):
    """`sendmmsg`, where the kernel can with segmentation offload."""

    def __init__(self, sock: socket.socket, *, segmented: bool) -> None:
        super().__init__(sock)
        self._ffi, self._library = ffi, library()
        self._fd = sock.fileno()
        self._most = SEGMENTS_MOST if segmented else 1
        self._vectors = self._ffi.new("struct iovec[]", SLOTS)
        self._messages = self._ffi.new("struct mmsghdr[]", SLOTS)
        # iov_base and iov_len alternate: lengths are written as numbers, without a call into cffi for each.
        self._words = memoryview(self._ffi.buffer(self._vectors)).cast("B").cast("L")
        for number in range(SLOTS):
            self._vectors[number].iov_base = self._ffi.cast("void *", self.packets[number])
        self._messages_at = memoryview(self._ffi.buffer(self._messages)).cast("B")
        self._message_words = self._messages_at.cast("L")
        begin, step = int(self._ffi.cast("uintptr_t", self._vectors)), self._ffi.sizeof("struct iovec")
        self._vector_at = memoryview(array("L", range(begin, begin + SLOTS * step, step)))
        self._count = self._next = 0  # messages
        self._held: list[Destination] = []  # cffi keeps no owner alive
        self._shapes: dict[tuple[bytes, int, int], _Shape] = {}

    def destination(self, address: Address) -> Destination:
        """A sockaddr; kept alive by who holds it, and by us while it is in line."""
        raw = _sockaddr(address, self._socket.family)
        name = self._ffi.new("unsigned char[]", raw)
        return name, int(self._ffi.cast("uintptr_t", name)), len(raw)

    def seal(self, session: SrtpSession, count: int, to: Destination) -> None:
        first = self._used
        end = first + count
        codes = list(map(srtp_protect, repeat(session.handle), self.packets[first:end], self.size_at[first:end]))
        self._line_up(first, codes, to)
        self._used = end

    def _line_up(self, first: int, codes: Sequence[int], to: Destination) -> None:
        """Messages to somebody, of packets from slot `first` on, as far as they could be encrypted."""
        lengths = array("L", [size if code == OK else 0 for size, code in zip(self.sizes[first:], codes, strict=False)])
        self._words[2 * first + 1 : 2 * (first + len(codes)) : 2] = lengths
        _, name, name_length = to
        runs = runs_of(lengths, self._most)
        made = b"".join(_message(name, name_length, self._vector_at[first + run[0]], run) for run in runs)
        at = self._count * _MESSAGE.size
        self._messages_at[at : at + len(made)] = made
        self._count += len(runs)
        self._held.append(to)

    def seal_burst(self, burst: Burst, handles: Sequence[Any], to: Sequence[Destination]) -> None:
        first, count, copies = self._used, burst.count, len(to)
        end = first + count * copies
        codes = list(map(srtp_protect, handles, self.packets[first:end], self.size_at[first:end]))
        shape = self._shape_of(burst, self.sizes[first] - burst.sizes[0], to[0])
        if any(codes) or self.sizes[first:end] != shape.sizes * copies:  # not for all, or not alike
            for number, whom in enumerate(to):
                self._line_up(first + number * count, codes[number * count : (number + 1) * count], whom)
        else:
            self._line_up_burst(first, count, shape, to)
        self._used = end

    def _line_up_burst(self, first: int, count: int, shape: _Shape, to: Sequence[Destination]) -> None:
        """The same messages to each of some viewers: all in one go, but for names and places."""
        names = array("L", [name for _, name, _ in to])
        copies, each = len(to), len(shape.runs)
        end, words = first + count * copies, self._message_words
        self._words[2 * first + 1 : 2 * end : 2] = shape.lengths * copies
        at, self._count = self._count, self._count + each * copies
        self._messages_at[at * _MESSAGE.size : self._count * _MESSAGE.size] = shape.messages * copies
        begin, behind, step = at * _MESSAGE_WORDS, self._count * _MESSAGE_WORDS, each * _MESSAGE_WORDS
        for run in shape.runs:
            words[begin:behind:step] = names
            words[begin + _VECTOR_WORD : behind : step] = self._vector_at[first + run[0] : end : count]
            begin += _MESSAGE_WORDS
        self._held += to

    def _shape_of(self, burst: Burst, added: int, to: Destination) -> _Shape:
        """Of a burst to which encryption adds so many bytes: worked out once for all groups of its viewers."""
        key = burst.sizes.tobytes(), added, to[2]
        if found := self._shapes.get(key):
            return found
        if len(self._shapes) >= SHAPES_MOST:
            self._shapes.clear()
        sizes = [size + added for size in burst.sizes]
        runs = runs_of(sizes, self._most)
        messages = b"".join(_message(0, to[2], 0, run) for run in runs)
        self._shapes[key] = made = _Shape(array("i", sizes), array("L", sizes), runs, messages)
        return made

    def flush(self) -> bool:
        while self._next < self._count:
            taken = self._library.sendmmsg(self._fd, self._messages + self._next, self._count - self._next, 0)
            self.calls += 1
            if taken < 0:
                if self._ffi.errno in (errno.EAGAIN, errno.ENOBUFS):
                    return False
                taken = 1  # this one's address can't be reached: as good as lost
            self._next += taken
        self.sent += self._used
        self._held.clear()
        self._used = self._count = self._next = 0
        return True


def _sockaddr(address: Address, family: int) -> bytes:
    host, port = address
    if family == socket.AF_INET:
        return struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + socket.inet_aton(host) + bytes(8)
    packed = socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
    return struct.pack("=H", socket.AF_INET6) + struct.pack("!HI", port, 0) + packed + bytes(4)


def choose(sock: socket.socket, wish: str = "") -> FanOut:
    """The best back end that works on this machine; `wish` names one: sendto, sendmmsg, gso."""
    for name, make in _BACK_ENDS.items():
        if wish in ("", name) and (found := make(sock)):
            return found
    raise ValueError(f"no way to send: {wish}")


def _segmented(sock: socket.socket) -> FanOut | None:
    return SendMany(sock, segmented=True) if has_many_at_once() and _has_segmentation() else None


def _many(sock: socket.socket) -> FanOut | None:
    return SendMany(sock, segmented=False) if has_many_at_once() else None


_BACK_ENDS: dict[str, Callable[[socket.socket], FanOut | None]] = {
    "gso": _segmented,
    "sendmmsg": _many,
    "sendto": SendTo,
}


def _has_segmentation() -> bool:
    """Send two packets as one to ourselves: kernels and network cards say yes or no only then."""
    control = [(SOL_UDP, UDP_SEGMENT, struct.pack("=H", 4))]
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear, socket.socket(type=socket.SOCK_DGRAM) as mouth:
            ear.bind(("127.0.0.1", 0))
            ear.settimeout(0.5)
            mouth.sendmsg([b"twicedone"[:8]], control, 0, ear.getsockname())
            return ear.recv(64) == b"twic" and ear.recv(64) == b"edon"
    except OSError:
        return False


def machine_name() -> str:
    """What `choose` would take on this machine, for the node's report."""
    if not has_many_at_once():
        return "sendto"
    return "gso" if _has_segmentation() else "sendmmsg"
