"""The server, broken on purpose: `python -m tests.faults.broken HOW serve ...`. A test of the checker."""

import asyncio
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from server.live.entries import Append, Appended, Encoded, Event
from server.live.hub import Hub
from server.live.limits import CATCH_UP_EVENTS
from server.live.log import EventLog

# How long the impatient server takes to write what it has acknowledged: enough to be killed in between.
LATE_S = 0.3

_append, _since, _committed = EventLog.append, EventLog.since, Hub.committed


def acknowledges_before_the_commit() -> None:
    """Says yes first and writes later, with the number that it expects."""
    expected: dict[str, int] = {}
    late: set[asyncio.Task[Appended]] = set()

    async def write_late(log: EventLog, append: Append) -> Appended:
        await asyncio.sleep(LATE_S)
        return await _append(log, append)

    async def append(log: EventLog, append: Append) -> Appended:
        if append.channel not in expected:
            expected[append.channel] = (await log.tops([append.channel]))[append.channel].seq
        expected[append.channel] += 1
        task = asyncio.create_task(write_late(log, append))
        late.add(task)
        task.add_done_callback(late.discard)
        return Appended(expected[append.channel], False, {"id": "", "at": ""}, log._clock.now())

    EventLog.append = append  # type: ignore[method-assign]


def forgets_who_sent_it_before() -> None:
    """Writes what is sent again once more, since it does not keep the client's id."""

    async def append(log: EventLog, append: Append) -> Appended:
        return await _append(log, replace(append, cid=None))

    EventLog.append = append  # type: ignore[method-assign]


def tells_neighbours_in_the_wrong_order() -> None:
    """Gives the live members every event under the number of the one before it."""
    before: dict[str, bytes] = {}

    def committed(hub: Hub, channel: str, epoch: str, events: Sequence[Encoded]) -> None:
        swapped = []
        for event in events:
            swapped.append(Encoded(event.seq, _numbered(before.get(channel, event.message), event.seq)))
            before[channel] = event.message
        _committed(hub, channel, epoch, swapped)

    Hub.committed = committed  # type: ignore[method-assign]


def catches_up_with_something_else() -> None:
    """Tells those who were away other words than those that were said."""

    async def since(log: EventLog, channel: str, position: int, limit: int = CATCH_UP_EVENTS) -> list[Event]:
        events = await _since(log, channel, position, limit)
        return [replace(event, json=events[0].json) for event in events]

    EventLog.since = since  # type: ignore[method-assign]


def _numbered(message: bytes, seq: int) -> bytes:
    start, number = message.split(b'"s":', 1)
    rest = number.lstrip(b"0123456789")
    return start + b'"s":%d' % seq + rest


WAYS: Collection[Callable[[], None]] = (
    acknowledges_before_the_commit,
    forgets_who_sent_it_before,
    tells_neighbours_in_the_wrong_order,
    catches_up_with_something_else,
)


def main() -> None:
    """Break the server in the way that is named, then run it."""
    from server.cli import app

    way = sys.argv.pop(1)
    {each.__name__: each for each in WAYS}[way]()
    app()


if __name__ == "__main__":
    main()
