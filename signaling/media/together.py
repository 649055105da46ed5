"""Viewers who get a burst as it came, several at a time: nearly everything that goes out."""

from array import array
from collections.abc import Sequence
from itertools import repeat

from signaling.media.arena import NUMBERS, SLOTS, SWAPS, Burst
from signaling.media.codecs import vp8_of
from signaling.media.fanout import FanOut
from signaling.media.forms import Batch
from signaling.media.layer import Layer
from signaling.media.outgoing import ALL_TEMPORAL_LAYERS, RING, RING_MASK, Outgoing
from signaling.media.rtp import SEQ_MASK, TIME_MASK

# Viewers that are served at once, as far as the arena has room for them: before the next ones the clock is looked at.
TOGETHER_MOST = 16
# Packets that go out below which nothing is worth being prepared: of a call of two or three, say.
WORTH_IT = 12


def forward_together(
    out: FanOut, layer: Layer, packets: Batch, viewers: Sequence[Outgoing], begin: int, now: float
) -> int | None:
    """Put packets in line for viewers from place `begin` on, as long as they get them just as they are, in one form.
    Returns for how many it did; None when the system takes no more now.

    An error here says nothing about whose it is. Whoever was to be served can then be served alone, in which it shows
    again with the one it belongs to: nothing is in line yet, and what was noted does not matter for that.
    """
    form = viewers[begin].form
    if len(viewers) * len(packets) < WORTH_IT or form is None or viewers[begin].source is not layer:
        return 0
    burst = packets.burst(form, now)
    group = viewers[begin : begin + min(TOGETHER_MOST, SLOTS // burst.count)]
    if out.room()[1] < len(group) * burst.count and not out.flush():
        return None
    numbers = bytearray()
    ready = _note(group, layer, burst, numbers, now)
    if not ready:
        return 0
    if last := vp8_of(packets[-1]):
        for viewer in ready:
            viewer.last_picture, viewer.last_tl0 = last.picture, last.tl0
    out.put(burst, numbers, _pairs(burst, ready))
    out.seal_burst(burst, [each.peer.sending for each in ready], [each.peer.to for each in ready])  # type: ignore[misc]
    return len(ready)


def _note(group: Sequence[Outgoing], layer: Layer, burst: Burst, numbers: bytearray, now: float) -> Sequence[Outgoing]:
    """Note with each viewer what they get, up to the first one who does not get it as it is. The lines that everything
    is about: one turn for each viewer and burst, in which nothing is called that need not be."""
    form = group[0].form
    count, first, datas, octets = burst.count, burst.first, burst.datas, burst.octets
    highest, last_time = first + count - 1, burst.times[-1]
    done = 0
    try:
        for viewer in group:
            peer = viewer.peer
            if (
                viewer.source is not layer
                or viewer.form is not form
                or viewer.highest >= first
                or viewer.temporal < ALL_TEMPORAL_LAYERS
                or viewer.drops
                or viewer.picture_shift
                or viewer.tl0_shift
                or viewer.closed
                or peer.closed
                or peer.sending is None
            ):
                break
            seq = (first + viewer.offset) & SEQ_MASK
            piece = NUMBERS[seq : seq + count]
            kept = seq & RING_MASK
            after = kept + count
            if after <= RING:
                viewer.ring[kept:after], viewer.ring_numbers[kept:after] = datas, piece
            else:
                whole, rest = RING - kept, after - RING
                viewer.ring[kept:], viewer.ring_numbers[kept:] = datas[:whole], piece[:whole]
                viewer.ring[:rest], viewer.ring_numbers[:rest] = datas[whole:], piece[whole:]
            viewer.highest, viewer.last_sent_at = highest, now
            viewer.last_seq, viewer.last_time = (seq + count - 1) & SEQ_MASK, last_time + viewer.shift
            viewer.packets += count
            viewer.octets += octets
            numbers += piece
            done += 1
    except Exception:  # it shows again when they are served alone
        return group[:done]
    return group[:done]


def _pairs(burst: Burst, viewers: Sequence[Outgoing]) -> "list[array[int]]":
    """Of each packet its time and ssrc for each viewer; all packets of a picture have one time."""
    times = burst.times
    if times[0] == times[-1] and times.count(times[0]) == len(times):
        return list(repeat(_pairs_at(times[0], viewers), len(times)))
    return [_pairs_at(time, viewers) for time in times]


def _pairs_at(time: int, viewers: Sequence[Outgoing]) -> "array[int]":
    pairs = array("Q", [((time + each.shift) & TIME_MASK) << 32 | each.ssrc for each in viewers])
    if SWAPS:
        pairs.byteswap()
    return pairs
