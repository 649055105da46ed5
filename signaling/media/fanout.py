"""Sending: packets are written into an arena, encrypted where they lie, and handed to the kernel many at a time.

One interface with three back ends. `SendTo` works everywhere: a system call for each packet. `SendMany` is Linux's
`sendmmsg` through cffi (no compiler is needed); where the kernel can, with UDP segmentation offload: successive packets
to one address, all of one size but the last, are one message, and the kernel cuts it up (`UDP_SEGMENT`). What works is
tried out once, at the start.
"""

import contextlib
import errno
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any, Protocol

from cffi import FFI  # type: ignore[import-untyped]

from signaling.media.seams import OK, SrtpSession, srtp_ffi, srtp_protect
from signaling.media.stun import Address

# Packets of one round, and bytes of each with what encryption adds (at most 144).
SLOTS = 512
SLOT_BYTES = 2_048
# The kernel's own limits on one segmented message (UDP_MAX_SEGMENTS of older kernels; 16 bits of length).
SEGMENTS_MOST = 64
MESSAGE_BYTES_MOST = 65_000

SOL_UDP, UDP_SEGMENT = 17, 103

Destination = Any  # made by `FanOut.destination`, opaque to others


class FanOut(Protocol):
    """Packets on their way out: written into slots, sealed a run at a time, and flushed all together.

    What is done for each packet is done in loops here and in `outgoing`, without a call between them: at this rate a
    call of Python costs a tenth of everything.
    """

    memory: memoryview  # slots of SLOT_BYTES
    sizes: memoryview  # of the packet in each slot

    def room(self) -> tuple[int, int]:
        """The first free slot, and how many there are; none: `flush` must come first."""
        ...

    def destination(self, address: Address) -> Destination:
        """An address in the form that the system wants."""
        ...

    def seal(self, session: SrtpSession, count: int, to: Destination) -> None:
        """Encrypt the packets in the next free slots and put them in line; what can't be encrypted is left out."""
        ...

    def flush(self) -> bool:
        """Hand over what is in line; False when the system takes no more now: call again once it is writable."""
        ...

    def send(self, data: bytes, address: Address) -> None:
        """Send one datagram now, as it is. It may be lost, as datagrams may."""
        ...


class _Arena:
    """The memory that both back ends write into."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._bytes = srtp_ffi.new("unsigned char[]", SLOTS * SLOT_BYTES)
        self._lengths = srtp_ffi.new("int[]", SLOTS)
        self.memory = memoryview(srtp_ffi.buffer(self._bytes)).cast("B")
        self.sizes = memoryview(srtp_ffi.buffer(self._lengths)).cast("B").cast("i")
        self._packets = [self._bytes + number * SLOT_BYTES for number in range(SLOTS)]
        self._length_at = [self._lengths + number for number in range(SLOTS)]
        self._used = 0
        self.sent = 0
        self.calls = 0

    def room(self) -> tuple[int, int]:
        return self._used, SLOTS - self._used

    def send(self, data: bytes, address: Address) -> None:
        with contextlib.suppress(OSError):
            self._socket.sendto(data, address)
            self.sent += 1


class SendTo(_Arena):
    """A system call for each packet: for every system."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self._to: list[Address] = []
        self._next = 0

    def destination(self, address: Address) -> Destination:
        return address

    def seal(self, session: SrtpSession, count: int, to: Destination) -> None:
        for at in range(self._used, self._used + count):
            if srtp_protect(session.handle, self._packets[at], self._length_at[at]) != OK:
                self.sizes[at] = 0
        self._to += [to] * count
        self._used += count

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


_C = """
struct iovec { void *iov_base; size_t iov_len; };
struct msghdr { void *msg_name; unsigned int msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
                void *msg_control; size_t msg_controllen; int msg_flags; };
struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
int sendmmsg(int sockfd, struct mmsghdr *msgvec, unsigned int vlen, int flags);
"""
_CONTROL = struct.Struct("NiiHxxxxxx")  # cmsghdr with one uint16 behind it, padded: CMSG_SPACE(2) on 64 bits
_CONTROL_LENGTH = 18  # CMSG_LEN(2)
# A message as the kernel reads it on 64 bits: name, its length, vectors, their number, control, its length, room for
# what the kernel writes. In one go, as each field of a structure would be a call into cffi.
_MESSAGE = struct.Struct("NNNNNN16x")


class SendMany(_Arena):
    """`sendmmsg`, where the kernel can with segmentation offload."""

    def __init__(self, sock: socket.socket, *, segmented: bool) -> None:
        super().__init__(sock)
        self._ffi = FFI()
        self._ffi.cdef(_C)
        self._library: Any = self._ffi.dlopen(None)
        self._fd = sock.fileno()
        self._most = SEGMENTS_MOST if segmented else 1
        self._vectors = self._ffi.new("struct iovec[]", SLOTS)
        self._messages = self._ffi.new("struct mmsghdr[]", SLOTS)
        self._controls = self._ffi.new("unsigned char[]", SLOTS * _CONTROL.size)
        self._control = memoryview(self._ffi.buffer(self._controls)).cast("B")
        # iov_base and iov_len alternate: lengths are written as numbers, without a call into cffi for each.
        self._vector_words = memoryview(self._ffi.buffer(self._vectors)).cast("B").cast("L")
        for number in range(SLOTS):
            self._vectors[number].iov_base = self._ffi.cast("void *", self._packets[number])
        self._message = memoryview(self._ffi.buffer(self._messages)).cast("B")
        self._vector_at = [int(self._ffi.cast("uintptr_t", self._vectors + number)) for number in range(SLOTS)]
        self._control_at = int(self._ffi.cast("uintptr_t", self._controls))
        self._first = 0  # vector of the last message
        self._count = self._next = 0  # messages
        self._held: list[Destination] = []  # cffi keeps no owner alive
        self._to: Destination = None
        self._size = self._segments = self._total = 0
        self._closed = True

    def destination(self, address: Address) -> Destination:
        """A sockaddr; kept alive by who holds it, and by us while it is in line."""
        raw = _sockaddr(address, self._socket.family)
        name = self._ffi.new("unsigned char[]", raw)
        return name, int(self._ffi.cast("uintptr_t", name)), len(raw)

    def seal(self, session: SrtpSession, count: int, to: Destination) -> None:
        handle, packets, length_at, sizes, words = (
            session.handle,
            self._packets,
            self._length_at,
            self.sizes,
            self._vector_words,
        )
        closed = self._closed or to is not self._to
        for at in range(self._used, self._used + count):
            if srtp_protect(handle, packets[at], length_at[at]) != OK:
                closed = True  # a hole: no message goes across it
                continue
            size = words[2 * at + 1] = sizes[at]
            if closed or size > self._size or not self._fits(size):
                self._begin(at, size, to)
                closed = False
            else:
                self._segments += 1
                self._total += size
                closed = size < self._size  # a shorter one must be the last
        self._closed = closed
        self._used += count

    def _fits(self, size: int) -> bool:
        return self._segments < self._most and self._total + size <= MESSAGE_BYTES_MOST

    def _begin(self, at: int, size: int, to: Destination) -> None:
        """Close the message that packets were added to, and begin one with this packet."""
        self._finish()
        self._held.append(to)
        self._count += 1
        self._first, self._to, self._size, self._segments, self._total = at, to, size, 1, size

    def _finish(self) -> None:
        if not self._count:
            return
        number, segments, control, length = self._count - 1, self._segments, 0, 0
        if segments > 1:
            at, length = number * _CONTROL.size, _CONTROL.size
            _CONTROL.pack_into(self._control, at, _CONTROL_LENGTH, SOL_UDP, UDP_SEGMENT, self._size)
            control = self._control_at + at
        _, name, name_length = self._to
        vector = self._vector_at[self._first]
        _MESSAGE.pack_into(self._message, number * _MESSAGE.size, name, name_length, vector, segments, control, length)

    def flush(self) -> bool:
        if self._used:
            self._finish()
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
        self._closed, self._to = True, None
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
    return SendMany(sock, segmented=True) if _has_sendmmsg() and _has_segmentation() else None


def _many(sock: socket.socket) -> FanOut | None:
    return SendMany(sock, segmented=False) if _has_sendmmsg() else None


_BACK_ENDS: dict[str, Callable[[socket.socket], FanOut | None]] = {
    "gso": _segmented,
    "sendmmsg": _many,
    "sendto": SendTo,
}


def _has_sendmmsg() -> bool:
    return sys.platform == "linux" and struct.calcsize("P") == 8


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
    if not _has_sendmmsg():
        return "sendto"
    return "gso" if _has_segmentation() else "sendmmsg"
