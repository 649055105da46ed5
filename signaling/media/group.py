"""Viewers who get the same of an encoding, packet after packet: what they have got is noted once for all of them.

A viewer has numbers and times of their own, but what sets them apart from those that came in stays the same for as long
as nothing happens to the viewer. So what is known of each of them follows from what is known of the group. Whatever
happens to one of its viewers (another encoding, layers left out, a packet that comes late or is missing, a report to
send) ends the group: then each of them has it noted for themselves, and the next burst finds them together again.
"""

import sys
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from signaling.media.arena import Burst
from signaling.media.codecs import VP8_BYTES, vp8_of
from signaling.media.rtp import SEQ_MASK, TIME_MASK, Packet

if TYPE_CHECKING:
    from signaling.media.outgoing import Outgoing

# Sent packets that can be sent again: two seconds of 2.5 Mbit/s. A power of two.
RING = 512
RING_MASK = RING - 1

# Whether numbers of this machine are turned round on their way into packets.
_SWAPS = sys.byteorder == "little"


def _numbers() -> memoryview:
    numbers = array("H", [number & SEQ_MASK for number in range(SEQ_MASK + 1 + RING)])
    if _SWAPS:
        numbers.byteswap()
    return memoryview(numbers)


# All sequence numbers as packets have them, and the first ones again: of packets in a row they are a piece of this.
NUMBERS = _numbers()
_NUMBER_BYTES = NUMBERS.tobytes()


class Group:
    """Viewers in one form who have got all packets of an encoding from `begin` up to `next`, and not that one."""

    __slots__ = (
        "_handles",
        "_marks",
        "_offsets",
        "_pairs",
        "begin",
        "described",
        "last",
        "last_sent_at",
        "next",
        "octets",
        "ring",
        "viewers",
    )

    def __init__(self, viewers: "list[Outgoing]", first: int) -> None:
        self.viewers = viewers
        self.begin = self.next = first
        self.octets = 0
        self.last: Packet | None = None
        self.described: Packet | None = None  # the last one in which a descriptor of VP8 has room
        self.last_sent_at = 0.0
        self.ring: list[bytes | None] = [None] * RING  # by the number that came in
        self._offsets = [each.offset for each in viewers]
        self._marks = [(each.shift, each.ssrc) for each in viewers]
        self._handles: dict[int, list[Any]] = {}
        self._pairs: tuple[int, array[int]] = (-1, array("Q"))
        for each in viewers:
            each.group = self

    @property
    def packets(self) -> int:
        """How many they have got together."""
        return self.next - self.begin

    def handles(self, count: int) -> list[Any]:
        """What so many packets for the first viewer are encrypted with, then for the next one."""
        return self._handles.get(count) or self._handles_for(count)

    def _handles_for(self, count: int) -> list[Any]:
        handles = [each.peer.sending.handle for each in self.viewers]  # type: ignore[union-attr]
        self._handles[count] = made = [handle for handle in handles for _ in range(count)]
        return made

    def numbers(self, burst: Burst) -> bytes:
        """The numbers of a burst as packets have them, for the first viewer, then for the next one."""
        first, length = burst.first, 2 * burst.count
        begins = [2 * ((first + offset) & SEQ_MASK) for offset in self._offsets]
        return b"".join([_NUMBER_BYTES[begin : begin + length] for begin in begins])

    def pairs(self, burst: Burst) -> "list[array[int]]":
        """Of each packet its time and ssrc for each viewer; most often all packets have one time."""
        return [self._pairs_at(time) for time in burst.times]

    def _pairs_at(self, time: int) -> "array[int]":
        known, pairs = self._pairs
        if time != known:
            pairs = array("Q", [((time + shift) & TIME_MASK) << 32 | ssrc for shift, ssrc in self._marks])
            if _SWAPS:
                pairs.byteswap()
            self._pairs = time, pairs
        return pairs

    def note(self, burst: Burst, last: Packet, now: float) -> None:
        """All of them have got a burst, up to its `last` packet."""
        put_round(self.ring, burst.first & RING_MASK, burst.datas)
        self.next += burst.count
        self.octets += burst.octets
        self.last, self.last_sent_at = last, now
        if len(last.data) >= last.body + VP8_BYTES or vp8_of(last):
            self.described = last

    def end(self) -> None:
        """Have each viewer note for themselves what they have got. For whom that fails gets nothing any more: under no
        number may two packets go out."""
        first = self.next - min(self.packets, RING)
        datas = cut_round(self.ring, first & RING_MASK, self.next - first)
        for each in self.viewers:
            each.group = None
            try:
                if self.last:
                    each.catch_up(self, self.last, first, datas)
            except Exception:  # theirs alone
                each.closed = True


def put_round(ring: Any, at: int, values: Sequence[Any]) -> None:
    """Put values into a ring from a place on, and go on at its beginning; no more than it has places."""
    after = at + len(values)
    if after <= RING:
        ring[at:after] = values
    else:
        ring[at:], ring[: after - RING] = values[: RING - at], values[RING - at :]


def cut_round(ring: list[Any], at: int, count: int) -> list[Any]:
    """What `put_round` has put there."""
    after = at + count
    return ring[at:after] if after <= RING else ring[at:] + ring[: after - RING]
