"""The history checker: from what every client did and saw, and the log in the database, to broken promises.

Linear in the number of entries: the log's own sequence numbers give the order, so nothing has to be searched.
The letters stand for the promises that each rule checks; H7 to H12 are in `aftermath`:

H1 what was acknowledged is in the log exactly once, with the acknowledged number;
H2 the log's numbers are dense from 1;
H3 what a client applied is one contiguous run of the log, with the log's content;
H4 an acknowledgement before another's sending means a smaller number;
H5 one sender's messages stand in the order of their sending, when each waited for the one before;
H6 nothing stands twice, and what was refused for good stands nowhere.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from tests.faults.aftermath import check_aftermath
from tests.faults.happened import Acked, Applied, Entry, History, Refused, Reset, Sent, Violation


def check(history: History, log: Sequence[Entry]) -> list[Violation]:
    """Every broken promise that can be seen. An empty list is the good answer."""
    return [
        *_acknowledged_once(history, log),
        *_dense(log),
        *_contiguous(history, log),
        *_real_time_order(history),
        *_sender_order(history, log),
        *_never_twice(history, log),
        *check_aftermath(history, log),
    ]


def _acknowledged_once(history: History, log: Sequence[Entry]) -> Iterator[Violation]:
    seqs: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for entry in log:
        if entry.cid:
            seqs[entry.channel, entry.cid].append(entry.seq)
    for ack in history.of(Acked):
        found = seqs[ack.channel, ack.cid]
        if found != [ack.seq]:
            yield Violation("H1", f"{ack.cid} was acknowledged as {ack.seq}, the log has it at {found}")


def _dense(log: Sequence[Entry]) -> Iterator[Violation]:
    by_channel: defaultdict[str, list[int]] = defaultdict(list)
    for entry in log:
        by_channel[entry.channel].append(entry.seq)
    for channel, seqs in by_channel.items():
        if sorted(seqs) != list(range(1, len(seqs) + 1)):
            yield Violation("H2", f"{channel} does not count from 1 to {len(seqs)} without holes")


def _contiguous(history: History, log: Sequence[Entry]) -> Iterator[Violation]:
    content = {(entry.channel, entry.seq): entry.content for entry in log}
    position: dict[tuple[str, str], int] = {}
    for one in history.happened:
        if isinstance(one, Reset):
            position[one.client, one.channel] = one.seq
        elif isinstance(one, Applied):
            yield from _next_in_line(one, position, content)


def _next_in_line(
    one: Applied, position: dict[tuple[str, str], int], content: dict[tuple[str, int], str]
) -> Iterator[Violation]:
    key = one.client, one.channel
    before = position.get(key)
    if before is not None and one.seq != before + 1:
        yield Violation("H3", f"{one.client} showed {one.seq} after {before} in {one.channel}")
    if content.get((one.channel, one.seq)) != one.content:
        yield Violation("H3", f"{one.client} showed at {one.seq} in {one.channel} what the log does not have there")
    position[key] = one.seq


def _real_time_order(history: History) -> Iterator[Violation]:
    """Walk sends and acknowledgements by time: a later send must get a number above every earlier acknowledgement."""
    acks = {(ack.channel, ack.cid): ack for ack in history.of(Acked)}
    moments: list[tuple[float, int, Sent | Acked]] = [(ack.at, 1, ack) for ack in acks.values()]
    first: dict[tuple[str, str], Sent] = {}
    for sent in history.of(Sent):
        first.setdefault((sent.channel, sent.cid), sent)
    moments += [(sent.at, 0, sent) for key, sent in first.items() if key in acks]
    highest: defaultdict[str, int] = defaultdict(int)
    floor: dict[tuple[str, str], int] = {}
    for _, _, one in sorted(moments, key=lambda moment: moment[:2]):
        if isinstance(one, Sent):
            floor[one.channel, one.cid] = highest[one.channel]
        else:
            if one.seq <= floor.get((one.channel, one.cid), 0):
                yield Violation("H4", f"{one.cid} got {one.seq}, though a higher number was acknowledged before it")
            highest[one.channel] = max(highest[one.channel], one.seq)


def _sender_order(history: History, log: Sequence[Entry]) -> Iterator[Violation]:
    """Only between sends where the later one began after the earlier one's acknowledgement."""
    seq = {(entry.channel, entry.cid): entry.seq for entry in log if entry.cid}
    last: dict[tuple[str, str], tuple[int, str]] = {}
    for one in history.happened:
        if isinstance(one, Sent):
            mine = seq.get((one.channel, one.cid))
            earlier = last.get((one.client, one.channel))
            if mine is not None and earlier is not None and mine < earlier[0]:
                yield Violation("H5", f"{one.client}: {one.cid} stands before {earlier[1]}, which was acknowledged")
        elif isinstance(one, Acked):
            last[one.client, one.channel] = max(last.get((one.client, one.channel), (0, "")), (one.seq, one.cid))


def _never_twice(history: History, log: Sequence[Entry]) -> Iterator[Violation]:
    times = Counter((entry.channel, entry.cid) for entry in log if entry.cid)
    for (_, cid), count in times.items():
        if count > 1:
            yield Violation("H6", f"{cid} stands {count} times")
    for refused in history.of(Refused):
        if times[refused.channel, refused.cid]:
            yield Violation("H6", f"{refused.cid} was refused for good, and stands in the log")
