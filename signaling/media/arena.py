"""The memory that packets go out from, and what is done once for all who get the same packets.

Most of what goes out is a picture to many viewers: the same packets one after the other, with other numbers, another
time and another ssrc for each viewer. Such a burst is laid out once as it will lie in memory. For viewers it is copied
there in one piece each, and the fields that differ are written with steps of a slot, for all packets of several viewers
in one go: so what Python does does not grow with the number of packets.
"""

import contextlib
import socket
from array import array

from signaling.media.seams import srtp_ffi
from signaling.media.stun import Address

# Packets of one round, and bytes of each with what encryption adds (at most 144).
SLOTS = 512
SLOT_BYTES = 2_048
PACKET_BYTES_MOST = SLOT_BYTES - 144
# Packets that are prepared together, and viewers who get them at once: the arena has room for all of that.
BURST_MOST = 32
TOGETHER_MOST = SLOTS // BURST_MOST

# Where in a packet its number stands, and its time with the ssrc behind it; and slots in units of these fields.
_SEQ_AT, _PAIR_AT = 2, 4
_SEQS, _PAIRS = SLOT_BYTES // 2, SLOT_BYTES // 8


class Burst:
    """Packets with successive numbers, in one form."""

    __slots__ = ("count", "datas", "first", "image", "octets", "sizes", "times")

    def __init__(self, datas: list[bytes], times: list[int], first: int) -> None:
        self.datas = datas
        self.times = times
        self.first = first  # index of the first packet
        self.count = len(datas)
        self.sizes = array("i", map(len, datas))
        self.octets = sum(self.sizes)
        self.image = b"".join([data.ljust(SLOT_BYTES, b"\0") for data in datas[:-1]] + datas[-1:])


class Slots:
    """So many places for a packet each, one after the other, and the size of what is in each of them."""

    def __init__(self, count: int) -> None:
        self._bytes = srtp_ffi.new("unsigned char[]", count * SLOT_BYTES)
        self._sizes = srtp_ffi.new("int[]", count)
        self.memory = memoryview(srtp_ffi.buffer(self._bytes)).cast("B")
        self.sizes = memoryview(srtp_ffi.buffer(self._sizes)).cast("B").cast("i")
        self.packets = [self._bytes + number * SLOT_BYTES for number in range(count)]
        self.size_at = [self._sizes + number for number in range(count)]


class Arena(Slots):
    """Slots that packets are written into and encrypted in: what all back ends of a fan-out have in common."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(SLOTS)
        self._socket = sock
        self._seqs = self.memory.cast("H")
        self._pairs = self.memory[_PAIR_AT : _PAIR_AT - 8].cast("Q")
        self._used = 0
        self.sent = 0
        self.calls = 0

    def room(self) -> tuple[int, int]:
        return self._used, SLOTS - self._used

    def put(self, burst: Burst, numbers: bytes, pairs: "list[array[int]]") -> None:
        begin, count, copies = self._used, burst.count, len(pairs[0])
        end, image = begin + count * copies, burst.image
        memory, size, words = self.memory, len(image), self._pairs
        for at in range(begin * SLOT_BYTES, end * SLOT_BYTES, count * SLOT_BYTES):
            memory[at : at + size] = image
        self._seqs[begin * _SEQS + _SEQ_AT // 2 : end * _SEQS : _SEQS] = memoryview(numbers).cast("H")
        step = count * _PAIRS
        for at in range(count):
            words[(begin + at) * _PAIRS : end * _PAIRS : step] = pairs[at]
        self.sizes[begin:end] = burst.sizes * copies

    def send(self, data: bytes, address: Address) -> None:
        with contextlib.suppress(OSError):
            self._socket.sendto(data, address)
            self.sent += 1
