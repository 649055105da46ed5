"""Receiving: many datagrams with one call of the system, each into a slot of its own, in which it is decrypted.

As on the way out there are two back ends: `recvmmsg` on Linux, and a call for each datagram elsewhere.
"""

import errno
import socket
import struct
import sys
from typing import Any, Protocol

from signaling.media.arena import PACKET_BYTES_MOST, SLOT_BYTES, Slots
from signaling.media.many_at_once import ffi, has_many_at_once, library
from signaling.media.stun import Address

# Datagrams that are read before they are looked at.
READ_TOGETHER = 64
# Of a larger datagram the rest is dropped, so it is not genuine: it would not fit into a slot when it goes out.
DATAGRAM_BYTES = PACKET_BYTES_MOST
# Messages about somebody who is gone that may stand before the next datagram.
ERRORS_MOST = 64
# Addresses whose names are known; more are forgotten together.
ADDRESSES_MOST = 4_096

Datagram = tuple[int, int, Address]  # its slot, its length, where it is from


class Intake(Protocol):
    """What comes, in slots until the next `read`."""

    memory: memoryview  # slots of SLOT_BYTES
    packets: list[Any]  # where each slot is
    sizes: memoryview  # of what is in each slot
    size_at: list[Any]  # where each of these is

    def read(self) -> list[Datagram]:
        """What has come, READ_TOGETHER at the most."""
        ...


class ReceiveEach(Slots):
    """A call of the system for each datagram: for every system."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(READ_TOGETHER)
        self._socket = sock

    def read(self) -> list[Datagram]:
        found: list[Datagram] = []
        for _ in range(READ_TOGETHER):
            at = len(found) * SLOT_BYTES
            try:
                length, address = self._socket.recvfrom_into(self.memory[at : at + DATAGRAM_BYTES])
            except BlockingIOError:
                break
            except OSError:  # an ICMP message about somebody who is gone
                continue
            self.sizes[len(found)] = length
            found.append((len(found), length, address[:2]))
        return found


# Of an mmsghdr, in numbers of 32 bits on 64 bits: all of it, and where the length of what came stands.
_MESSAGE, _LENGTH = 16, 14
_IPV6_NAME = struct.Struct("!2xHI16s")


class ReceiveMany(Slots):
    """`recvmmsg`."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(READ_TOGETHER)
        self._fd, self._family = sock.fileno(), sock.family
        self._library = library()
        self._name_bytes = 16 if sock.family == socket.AF_INET else 28
        self._vectors = ffi.new("struct iovec[]", READ_TOGETHER)
        self._messages = ffi.new("struct mmsghdr[]", READ_TOGETHER)
        self._names = ffi.new("unsigned char[]", READ_TOGETHER * self._name_bytes)
        for number in range(READ_TOGETHER):
            vector, header = self._vectors[number], self._messages[number].msg_hdr
            vector.iov_base, vector.iov_len = ffi.cast("void *", self.packets[number]), DATAGRAM_BYTES
            header.msg_iov, header.msg_iovlen = self._vectors + number, 1
            header.msg_name, header.msg_namelen = self._names + number * self._name_bytes, self._name_bytes
        self._lengths = memoryview(ffi.buffer(self._messages)).cast("B").cast("i")[_LENGTH::_MESSAGE]
        self._all_names = memoryview(ffi.buffer(self._names)).cast("B")
        self._addresses: dict[bytes, Address] = {}

    def read(self) -> list[Datagram]:
        for _ in range(ERRORS_MOST):
            taken = self._library.recvmmsg(self._fd, self._messages, READ_TOGETHER, 0, ffi.NULL)
            if taken >= 0:
                return self._read(taken)
            if ffi.errno == errno.EAGAIN:
                break
        return []

    def _read(self, count: int) -> list[Datagram]:
        self.sizes[:count] = lengths = self._lengths[:count]
        size = self._name_bytes
        names, known = self._all_names[: count * size].tobytes(), self._addresses
        found = []
        for slot, length in enumerate(lengths):
            name = names[slot * size : slot * size + size]
            found.append((slot, length, known.get(name) or self._learn(name)))
        return found

    def _learn(self, name: bytes) -> Address:
        if len(self._addresses) >= ADDRESSES_MOST:
            self._addresses.clear()
        self._addresses[name] = address = self._decoded(name)
        return address

    def _decoded(self, name: bytes) -> Address:
        if self._family == socket.AF_INET:
            return socket.inet_ntoa(name[4:8]), int.from_bytes(name[2:4])
        port, _, host = _IPV6_NAME.unpack_from(name)
        scope = int.from_bytes(name[24:28], sys.byteorder)
        flags = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
        return socket.getnameinfo((socket.inet_ntop(socket.AF_INET6, host), port, 0, scope), flags)[0], port


def intake_of(sock: socket.socket) -> Intake:
    """The best back end that works on this machine."""
    return ReceiveMany(sock) if has_many_at_once() else ReceiveEach(sock)
