"""The history checker's second half: what must be so when the faults are over. The letters continue those of `history`:

H7 everybody who is there has everything within CONVERGED_S of the last fault and the last acknowledgement;
H8 who is shown as present is there, and who is there is shown: changes may take PRESENCE_S;
H9 the number of unread messages is the one that a recount gives, and no mark goes back;
H10 of what somebody is to be notified they are notified once, and of nothing twice;
H11 after the storm a process uses no more than a tenth above what it used before it;
H12 every fault in a log stands in the figures, and no secret stands in a log.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

from tests.faults.happened import (
    Acked,
    Applied,
    Came,
    Entry,
    FaultOver,
    History,
    Logged,
    Notified,
    Owed,
    Read,
    Reset,
    Shown,
    Unread,
    Used,
    Violation,
    Went,
)

CONVERGED_S = 5.0
PRESENCE_S = 20.0
# What may have grown: a process that has served a storm keeps some memory that it uses again.
GROWN = 1.1
# A line that tells of a fault, in the form for people and in the one for machines.
_FAULT = re.compile(r'\[(?:error|critical) *\]|"level": ?"(?:error|critical)"')

Place = tuple[str, str]  # a client and a channel


def check_aftermath(history: History, log: Sequence[Entry]) -> list[Violation]:
    """Every promise of these that was broken."""
    return [
        *_converged(history, log),
        *_present(history),
        *_recounted(history, log),
        *_notified_once(history),
        *_nothing_leaked(history),
        *_told_in_figures(history),
        *_no_secret_told(history),
    ]


def _converged(history: History, log: Sequence[Entry]) -> Iterator[Violation]:
    moments = [one.at for kind in (FaultOver, Acked) for one in history.of(kind)]
    limit = max(moments, default=0.0) + CONVERGED_S
    reached = _reached(history, log)
    for (client, channel), went_at in _there(history).items():
        if went_at is not None and went_at < limit:
            continue  # nothing was owed to who went before
        at = reached.get((client, channel))
        if at is None or at > limit:
            yield Violation("H7", f"{client} had not all of {channel} {CONVERGED_S:.0f} s after all was whole")


def _there(history: History) -> dict[Place, float | None]:
    """Who was let in, and when they went at last; None of those who stayed."""
    there: dict[Place, float | None] = {}
    for one in history.happened:
        if isinstance(one, Came):
            there[one.client, one.channel] = None
        elif isinstance(one, Went) and there.get((one.client, one.channel), 0.0) is None:
            there[one.client, one.channel] = one.at
    return there


def _reached(history: History, log: Sequence[Entry]) -> dict[Place, float]:
    """When each client came to the end of its channel's log first. Of an empty one everybody has all."""
    tops: defaultdict[str, int] = defaultdict(int)
    for entry in log:
        tops[entry.channel] = max(tops[entry.channel], entry.seq)
    reached = {(one.client, one.channel): one.at for one in history.of(Came) if not tops[one.channel]}
    for one in history.happened:
        if isinstance(one, Applied | Reset) and one.seq >= tops[one.channel]:
            reached.setdefault((one.client, one.channel), one.at)
    return reached


def _present(history: History) -> Iterator[Violation]:
    for shown in history.of(Shown):
        settled = _connections(history, shown.channel, until=shown.at - PRESENCE_S)
        later = _connections(history, shown.channel, until=shown.at)
        for person in sorted(settled.keys() & later.keys() - shown.people):
            if settled[person] & later[person]:  # by one connection all the time
                yield Violation("H8", f"{person} is in {shown.channel}, and {shown.worker} does not show it")
        for person in sorted(shown.people - settled.keys() - later.keys()):
            yield Violation("H8", f"{shown.worker} shows {person} in {shown.channel}, who is not there")


def _connections(history: History, channel: str, until: float) -> dict[str, set[str]]:
    """Who was there at a time, and by which connections."""
    there: dict[str, str] = {}
    for one in history.happened:
        if isinstance(one, Came | Went) and one.channel == channel and one.at <= until:
            if isinstance(one, Came):
                there[one.client] = one.person
            else:
                there.pop(one.client, None)
    found: defaultdict[str, set[str]] = defaultdict(set)
    for client, person in there.items():
        found[person].add(client)
    return dict(found)


def _recounted(history: History, log: Sequence[Entry]) -> Iterator[Violation]:
    marks: defaultdict[Place, int] = defaultdict(int)
    for read in history.of(Read):
        key = read.person, read.channel
        if read.seq < marks[key]:
            yield Violation("H9", f"{read.person} had read {read.channel} up to {marks[key]}, and then to {read.seq}")
        marks[key] = max(marks[key], read.seq)
    for told in history.of(Unread):
        mark = marks[told.person, told.channel]
        unread = [each for each in log if each.channel == told.channel and each.seq > mark and each.author]
        count = sum(each.author != told.person for each in unread)
        if count != told.count:
            yield Violation("H9", f"{told.person} was told {told.count} unread in {told.channel}, and {count} are")


def _notified_once(history: History) -> Iterator[Violation]:
    times = Counter((one.person, one.about) for one in history.of(Notified))
    owed = {(one.person, one.about) for one in history.of(Owed)}
    for person, about in sorted(owed | times.keys()):
        count = times[person, about]
        if count > 1 or (count < 1 and (person, about) in owed):
            yield Violation("H10", f"{person} was notified {count} times of {about}")


def _nothing_leaked(history: History) -> Iterator[Violation]:
    for used in history.of(Used):
        if used.after > used.before * GROWN:
            yield Violation("H11", f"{used.process}: {used.what} grew from {used.before:g} to {used.after:g}")


def _told_in_figures(history: History) -> Iterator[Violation]:
    for logged in history.of(Logged):
        lines = len(_FAULT.findall(logged.text))
        if lines > logged.faults:
            yield Violation("H12", f"{logged.process} logged {lines} faults, and its figures tell of {logged.faults}")


def _no_secret_told(history: History) -> Iterator[Violation]:
    for logged, secret in chain.from_iterable(
        ((logged, secret) for secret in history.secrets) for logged in history.of(Logged)
    ):
        if secret in logged.text:
            yield Violation("H12", f"{logged.process} logged a secret of {len(secret)} characters")
