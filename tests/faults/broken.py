"""The server, broken on purpose, as a test of the checker: `python -m tests.faults.broken HOW serve ...` as a process,
or part by part in the process of a test, which then gives the `patch` that is taken back at its end."""

import asyncio
import itertools
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from chat import reading
from chat.model import ReadMark
from server.kernel.db import UnitOfWork
from server.live import census
from server.live.census import Census
from server.live.connection import Connection
from server.live.entries import Append, Appended, Encoded, Event, Placed
from server.live.framing import text_frame
from server.live.hub import Hub
from server.live.limits import CATCH_UP_EVENTS
from server.live.log import EventLog, _Batch
from server.live.room import Room
from server.live.subscriptions import Subscriptions

# How long the impatient server takes to write what it has acknowledged: enough to be killed in between.
LATE_S = 30.0

Patch = Callable[[Any, str, Any], None]

_append, _since, _committed = EventLog.append, EventLog.since, Hub.committed
_joined, _left, _lost = Census.joined, Census.left, Subscriptions.lost
_enqueue = UnitOfWork.enqueue


def acknowledges_before_the_commit(patch: Patch) -> None:
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

    patch(EventLog, "append", append)


def forgets_who_sent_it_before(patch: Patch) -> None:
    """Writes what is sent again once more, since it does not keep the client's id."""

    async def append(log: EventLog, append: Append) -> Appended:
        return await _append(log, replace(append, cid=None))

    patch(EventLog, "append", append)


def tells_neighbours_in_the_wrong_order(patch: Patch) -> None:
    """Gives the live members every event under the number of the one before it."""
    before: dict[str, bytes] = {}

    def committed(hub: Hub, channel: str, epoch: str, events: Sequence[Encoded]) -> None:
        swapped = []
        for event in events:
            swapped.append(Encoded(event.seq, _numbered(before.get(channel, event.message), event.seq)))
            before[channel] = event.message
        _committed(hub, channel, epoch, swapped)

    patch(Hub, "committed", committed)


def catches_up_with_something_else(patch: Patch) -> None:
    """Tells those who were away other words than those that were said."""

    async def since(log: EventLog, channel: str, position: int, limit: int = CATCH_UP_EVENTS) -> list[Event]:
        events = await _since(log, channel, position, limit)
        return [replace(event, json=events[0].json) for event in events]

    patch(EventLog, "since", since)


def fills_no_gaps(patch: Patch) -> None:
    """Waits for what the bus has lost, for ever."""
    patch(Hub, "_heal", lambda *_: None)


def awaits_each_member(patch: Patch) -> None:
    """Goes on to the next member of a room when the one before has taken what it was sent."""
    locks: defaultdict[Room, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def one_by_one(room: Room) -> None:
        async with locks[room]:
            due, room._due = room._due, []
            room.flushed = room.top
            for member in list(room.hot):
                for each in due:
                    member.write(text_frame(each.message))
                while member.paused and (member in room.hot or member in room.behind):  # noqa: ASYNC110 (as if awaited)
                    await asyncio.sleep(0.01)

    patch(Hub, "_flush", lambda hub, room, _planned: hub._tasks.spawn(one_by_one(room)))


def shows_presence_by_person(patch: Patch) -> None:
    """Takes the first connection's end for the end of the person."""
    people: dict[str, str] = {}

    def joined(census: Census, worker: str, topic: str, connection: str, person: str, now: float) -> None:
        people[connection] = person
        _joined(census, worker, topic, person, person, now)

    def left(census: Census, worker: str, topic: str, connection: str, now: float, *, grace: bool) -> None:
        _left(census, worker, topic, people[connection], now, grace=grace)

    patch(Census, "joined", joined)
    patch(Census, "left", left)


def believes_in_dead_workers(patch: Patch) -> None:
    """Shows the people of a worker of which nothing was heard for long."""
    patch(census, "LEASE_S", float("inf"))


def numbers_by_a_sequence(patch: Patch) -> None:
    """Draws numbers as from a database's sequence (bigserial): they are not given back when a transaction fails."""
    drawn: defaultdict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))

    def next_(batch: Any, append: Append) -> Placed:
        return Placed(next(drawn[append.channel]), batch._at)

    patch(_Batch, "next", next_)


def lets_marks_go_back(patch: Patch) -> None:
    """Notes as read what the last tab says, though another one was further."""

    async def overwrite(session: AsyncSession, marks: Mapping[tuple[str, str], int]) -> None:
        for (person, channel), seq in marks.items():
            await session.merge(ReadMark(person_id=person, channel_id=channel, read_seq=seq))
        await session.flush()

    patch(reading, "_raise", overwrite)


def notifies_without_a_key(patch: Patch) -> None:
    """Has a notification sent by everybody who finds that it is due."""

    def enqueue(uow: UnitOfWork, job: str, payload: dict[str, Any], *, at: Any = None, key: str | None = None) -> None:
        _enqueue(uow, job, payload, at=at)

    patch(UnitOfWork, "enqueue", enqueue)


def keeps_a_task_for_who_is_gone(patch: Patch) -> None:
    """Has something run for each connection, also when that has ended."""

    def lost(subscriptions: Subscriptions, connection: Connection) -> None:
        _lost(subscriptions, connection)
        subscriptions._presence._tasks.spawn(asyncio.Event().wait())

    patch(Subscriptions, "lost", lost)


def logs_what_is_said(patch: Patch) -> None:
    """Tells its log what people write to one another."""

    async def append(events: EventLog, append: Append) -> Appended:
        structlog.get_logger().info("appended", channel=append.channel, data=append.data)
        return await _append(events, append)

    patch(EventLog, "append", append)


def _numbered(message: bytes, seq: int) -> bytes:
    start, number = message.split(b'"s":', 1)
    rest = number.lstrip(b"0123456789")
    return start + b'"s":%d' % seq + rest


WAYS: Collection[Callable[[Patch], None]] = (
    acknowledges_before_the_commit,
    forgets_who_sent_it_before,
    tells_neighbours_in_the_wrong_order,
    catches_up_with_something_else,
)


def main() -> None:
    """Break the server in the way that is named, then run it."""
    from server.cli import app

    way = sys.argv.pop(1)
    {each.__name__: each for each in WAYS}[way](setattr)
    app()


if __name__ == "__main__":
    main()
