"""Viewers who get a burst as it came, several at a time: nearly everything that goes out."""

from collections.abc import Sequence

from signaling.media.arena import TOGETHER_MOST, Burst
from signaling.media.fanout import FanOut
from signaling.media.forms import Batch, Form
from signaling.media.group import Group
from signaling.media.layer import Layer
from signaling.media.outgoing import ALL_TEMPORAL_LAYERS, Outgoing

# Packets that go out below which no group is worth being formed: of a call of two or three, most often.
WORTH_IT = 12


def forward_together(
    out: FanOut, layer: Layer, packets: Batch, viewers: Sequence[Outgoing], begin: int, now: float
) -> int | None:
    """Put packets in line for viewers from place `begin` on, as long as they get them just as they are, in one form.
    Returns for how many it did; None when the system takes no more now.

    An error here says nothing about whose it is. Whoever was to be served can then be served alone, in which it shows
    again with the one it belongs to: nothing is in line yet, and nothing is noted.
    """
    one = viewers[begin]
    form, group = one.form, one.group
    if form is None or one.source is not layer or (group is None and len(viewers) * len(packets) < WORTH_IT):
        return 0
    burst = packets.burst(form, now)
    if group is None or not _goes_on(group, burst, viewers[begin : begin + len(group.viewers)]):
        group = _formed(layer, form, burst, viewers[begin : begin + TOGETHER_MOST])
    if group is None:
        return 0
    if out.room()[1] < len(group.viewers) * burst.count and not out.flush():
        return None
    out.put(burst, group.numbers(burst), group.pairs(burst))
    out.seal_burst(burst, group.handles(burst.count), [each.peer.to for each in group.viewers])
    group.note(burst, packets[-1], now)
    return len(group.viewers)


def _goes_on(group: Group, burst: Burst, viewers: Sequence[Outgoing]) -> bool:
    """Whether this is what all of a group get next, and these are they. Who gets another encoding
    has left it; the rest is looked at here, since it is changed by whoever knows nothing of groups."""
    if group.next != burst.first or group.viewers != viewers:
        return False
    return not any(each.temporal < ALL_TEMPORAL_LAYERS or each.closed or each.peer.closed for each in viewers)


def _formed(layer: Layer, form: Form, burst: Burst, viewers: Sequence[Outgoing]) -> Group | None:
    """A group of these, up to the first one who does not get the burst as it is; None: that is the first of all."""
    found: list[Outgoing] = []
    for each in viewers:
        try:
            if each.source is not layer or each.form is not form or not _gets_it_as_it_is(each, burst):
                break
        except Exception:  # it shows again when they are served alone
            break
        found.append(each)
    return Group(found, burst.first) if found else None


def _gets_it_as_it_is(viewer: Outgoing, burst: Burst) -> bool:
    viewer.settle()
    return not (
        viewer.highest >= burst.first
        or viewer.temporal < ALL_TEMPORAL_LAYERS
        or viewer.drops
        or viewer.picture_shift
        or viewer.tl0_shift
        or viewer.closed
        or viewer.peer.closed
        or viewer.peer.sending is None
    )
