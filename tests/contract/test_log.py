"""The log of events keeps its word on SQLite and on PostgreSQL, with one worker and with two."""

import asyncio
import contextlib
import itertools
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError, OperationalError
from structlog.testing import capture_logs

from server.kernel.db import UnitOfWork
from server.kernel.parts import Kernel
from server.live import committer, store
from server.live.entries import Append, Encoded, Event, Placed, Top
from server.live.log import EventLog
from server.live.model import EventRow, TicketRow
from server.live.redaction import redact
from server.live.wire.codes import LiveError
from tests.support.patience import PATIENCE_S

HALL, FOYER = "chat:hall", "chat:foyer"


@dataclass
class Told:
    """What a log told its hub."""

    numbers: defaultdict[str, list[int]]
    epochs: set[str]

    def publish(self, channel: str, epoch: str, events: Sequence[Encoded]) -> None:
        """As the hub's `committed`."""
        self.numbers[channel] += [each.seq for each in events]
        self.epochs.add(epoch)


@dataclass
class Worker:
    """A log of its own on the shared database."""

    kernel: Kernel
    log: EventLog
    told: Told


@pytest.fixture
async def workers(kernels: list[Kernel], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[Worker]]:
    """One log per worker of this ground."""
    monkeypatch.setattr(committer, "PATIENCE_S", PATIENCE_S)
    made = []
    for kernel in kernels:
        told = Told(defaultdict(list), set())
        made.append(Worker(kernel, EventLog(kernel.database, kernel.clock, kernel.events, told.publish), told))
    async with contextlib.AsyncExitStack() as stack:
        for worker in made:
            await worker.log.start()
            stack.push_async_callback(worker.log.stop)
        yield made


@pytest.fixture
def log(workers: list[Worker]) -> EventLog:
    """The first worker's log."""
    return workers[0].log


def said(words: str = "", channel: str = HALL, sender: str = "anna", cid: str | None = "", **more: Any) -> Append:
    """Something that is said; with a cid of its own unless one is given."""
    return Append(channel, sender, str(uuid.uuid4()) if cid == "" else cid, "said", {"text": words}, **more)


async def history(log: EventLog, channel: str = HALL) -> list[Event]:
    """Everything in a channel."""
    return await log.since(channel, 0, 10_000)


async def test_events_are_numbered_from_one_without_holes_in_each_channel(log: EventLog) -> None:
    done = await asyncio.gather(*(log.append(said(str(n), HALL if n % 2 else FOYER)) for n in range(120)))
    assert sorted(each.seq for each in done) == sorted([*range(1, 61), *range(1, 61)])
    assert [each.seq for each in await history(log)] == list(range(1, 61))


async def test_events_keep_the_order_of_the_calls(log: EventLog) -> None:
    done = await asyncio.gather(*(log.append(said(str(n))) for n in range(130)))
    assert [each.seq for each in done] == list(range(1, 131))
    assert [each.json for each in await history(log)] == [f'{{"text":"{n}"}}' for n in range(130)]


async def test_two_workers_number_one_channel_together(workers: list[Worker]) -> None:
    appends = [each.log.append(said(str(n))) for n in range(100) for each in workers]
    done = await asyncio.gather(*appends)
    assert sorted(each.seq for each in done) == list(range(1, len(appends) + 1))
    for worker in workers:
        mine = worker.told.numbers[HALL]
        assert len(mine) == 100
        assert mine == sorted(mine)


async def test_a_repeated_cid_gets_the_first_answer_from_whichever_worker(workers: list[Worker]) -> None:
    first = await workers[0].log.append(said("first", cid="c-1"))
    again = await workers[-1].log.append(said("second", cid="c-1"))
    assert (again.seq, again.repeated, again.data) == (first.seq, True, {"text": "first"})
    assert again.at == first.at
    assert workers[-1].told.numbers[HALL] in ([], [1])
    assert len(await history(workers[0].log)) == 1


async def test_fifty_repeats_at_once_are_one_event(workers: list[Worker]) -> None:
    everywhere = itertools.islice(itertools.cycle(workers), 50)
    done = await asyncio.gather(*(worker.log.append(said("once", cid="c-1")) for worker in everywhere))
    assert {each.seq for each in done} == {1}
    assert [each.repeated for each in done].count(False) == 1
    assert len(await history(workers[0].log)) == 1


async def test_repeats_among_new_ones_of_one_commit_get_their_answers_and_are_looked_for_only_then(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, repeats = [], store.repeats
    monkeypatch.setattr(store, "repeats", lambda *given: looked.append(given) or repeats(*given))
    await asyncio.gather(*(log.append(said(str(n), cid=f"c{n}")) for n in range(3)))
    assert not looked, "nobody repeats anything"
    both = await asyncio.gather(*(log.append(said(f"{n} again", cid=f"c{n}")) for n in (3, 1, 4, 1, 3)))
    assert looked
    assert [(each.seq, each.repeated) for each in both] == [(4, False), (2, True), (5, False), (2, True), (4, True)]
    assert [each.json for each in await history(log)] == [
        f'{{"text":"{text}"}}' for text in ("0", "1", "2", "3 again", "4 again")
    ]


async def test_the_same_cid_of_another_sender_or_channel_is_another_event(log: EventLog) -> None:
    await log.append(said(cid="c-1"))
    assert not (await log.append(said(cid="c-1", sender="ben"))).repeated
    assert not (await log.append(said(cid="c-1", channel=FOYER))).repeated


async def test_events_without_a_cid_are_never_repeats(log: EventLog) -> None:
    done = await asyncio.gather(*(log.append(said(cid=None)) for _ in range(3)))
    assert [each.seq for each in done] == [1, 2, 3]


async def test_rows_of_a_feature_are_written_in_the_same_transaction(log: EventLog, workers: list[Worker]) -> None:
    def rows(placed: Placed) -> Sequence[Any]:
        return [(TicketRow, {"hash": f"h{placed.seq}", "session_id": "s", "person_id": "p", "expires_at": placed.at})]

    await asyncio.gather(*(log.append(said(rows=rows)) for _ in range(5)))
    async with workers[0].kernel.database.read() as session:
        assert sorted(await session.scalars(select(TicketRow.hash))) == ["h1", "h2", "h3", "h4", "h5"]


async def test_data_may_depend_on_the_number_and_the_moment(log: EventLog) -> None:
    append = Append(HALL, "anna", None, "said", lambda placed: {"s": placed.seq, "at": placed.at.isoformat()})
    done = await log.append(append)
    assert done.data == {"s": 1, "at": done.at.isoformat()}


async def test_within_sees_what_came_before_it_and_makes_the_data(log: EventLog) -> None:
    def rows(placed: Placed) -> Sequence[Any]:
        return [(TicketRow, {"hash": f"h{placed.seq}", "session_id": "s", "person_id": "p", "expires_at": placed.at})]

    async def count(work: UnitOfWork, placed: Placed) -> dict[str, Any]:
        found = await work.session.scalars(select(TicketRow.hash))
        return {"seen": sorted(found)}

    done = await asyncio.gather(
        log.append(said(rows=rows)), log.append(said(rows=rows)), log.append(said(within=count))
    )
    assert done[2].data == {"seen": ["h1", "h2"]}


async def test_one_that_is_refused_leaves_no_hole_and_harms_nobody(log: EventLog) -> None:
    async def refuse(work: UnitOfWork, placed: Placed) -> None:
        await work.session.execute(
            insert(TicketRow), {"hash": "h", "session_id": "s", "person_id": "p", "expires_at": placed.at}
        )
        raise LiveError("conflict", "too late")

    results = await asyncio.gather(
        *(log.append(said(str(n), within=refuse if n == 3 else None)) for n in range(7)), return_exceptions=True
    )
    assert [each.seq for each in results if not isinstance(each, BaseException)] == [1, 2, 3, 4, 5, 6]
    assert [each.code for each in results if isinstance(each, LiveError)] == ["conflict"]
    assert [each.seq for each in await history(log)] == [1, 2, 3, 4, 5, 6]


async def test_one_that_the_database_refuses_fails_alone(log: EventLog, workers: list[Worker]) -> None:
    def bad(placed: Placed) -> Sequence[Any]:
        return [(TicketRow, {"hash": None, "session_id": "s", "person_id": "p", "expires_at": placed.at})]

    results = await asyncio.gather(
        *(log.append(said(str(n), rows=bad if n == 3 else ())) for n in range(7)), return_exceptions=True
    )
    assert [isinstance(each, BaseException) for each in results] == [False] * 3 + [True] + [False] * 3
    assert [each.seq for each in await history(log)] == [1, 2, 3, 4, 5, 6]
    assert workers[0].told.numbers[HALL] == [1, 2, 3, 4, 5, 6]


async def test_nobody_is_told_before_the_commit(log: EventLog, workers: list[Worker]) -> None:
    seen: list[int] = []

    async def look(work: UnitOfWork, placed: Placed) -> None:
        seen.append(len(workers[0].told.numbers[HALL]))

    await log.append(said(within=look))
    assert seen == [0]
    assert workers[0].told.numbers[HALL] == [1]


async def test_a_fault_in_telling_is_logged_and_what_was_committed_is_acknowledged_once(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(log, "_publish", fails)
    with capture_logs() as logged:
        done = await asyncio.gather(*(log.append(said(str(n), cid=None)) for n in range(3)))
    assert [each.seq for each in done] == [each.seq for each in await history(log)] == [1, 2, 3]
    assert {each["event"] for each in logged} == {"commit_not_told"}


async def test_an_append_in_a_unit_of_work_is_told_after_its_commit(workers: list[Worker]) -> None:
    log, told = workers[0].log, workers[0].told
    async with workers[0].kernel.database.write() as work:
        done = await log.append_in(work, said("one"))
        more = await log.append_in(work, said("two"))
        assert told.numbers[HALL] == []
    assert (done.seq, more.seq) == (1, 2)
    assert told.numbers[HALL] == [1, 2]


async def test_an_append_in_a_unit_of_work_that_fails_never_was(workers: list[Worker]) -> None:
    log, told = workers[0].log, workers[0].told

    async def fails() -> None:
        async with workers[0].kernel.database.write() as work:
            await log.append_in(work, said("one"))
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await fails()
    assert told.numbers[HALL] == []
    assert (await log.append(said("two"))).seq == 1


async def test_domain_events_and_jobs_follow_the_commit(log: EventLog, workers: list[Worker]) -> None:
    kernel = workers[0].kernel
    heard: list[int] = []

    async def listen(happened: Placed) -> None:
        heard.append(happened.seq)

    async def job(work: UnitOfWork, placed: Placed) -> None:
        work.enqueue("test.nobody_does_this", {"seq": placed.seq}, key=f"k{placed.seq}")

    kernel.events.on(Placed, listen)
    await asyncio.gather(*(log.append(said(emits=lambda placed: [placed], within=job)) for _ in range(3)))
    await log.stop()
    assert heard == [1, 2, 3]


async def test_since_is_bounded_and_tops_are_one_answer(log: EventLog) -> None:
    for n in range(5):
        await log.append(said(str(n)))
    assert [each.seq for each in await log.since(HALL, 2, 2)] == [3, 4]
    assert await log.since(FOYER, 0) == []
    tops = await log.tops([HALL, FOYER])
    assert (tops[HALL].seq, tops[FOYER].seq) == (5, 0)
    assert tops[HALL].epoch == tops[FOYER].epoch != ""


async def test_a_channel_begins_in_the_epoch_that_was_told_while_it_was_empty(workers: list[Worker]) -> None:
    before = (await workers[-1].log.tops([HALL]))[HALL]
    await workers[0].log.append(said())
    assert workers[0].told.epochs == {before.epoch}


async def test_after_a_restore_every_channel_is_in_a_new_epoch(log: EventLog, workers: list[Worker]) -> None:
    await log.append(said())
    before = await log.tops([HALL, FOYER])
    async with workers[0].kernel.database.write() as work:
        await store.begin_again(work.session)
    after = await log.tops([HALL, FOYER])
    assert after[HALL].seq == 1
    assert after[HALL].epoch == after[FOYER].epoch != before[HALL].epoch


async def test_what_stands_elsewhere_than_is_known_is_told_and_nothing_else(
    log: EventLog, workers: list[Worker]
) -> None:
    await log.append(said())
    await log.append(said(channel=FOYER))
    known = {**await log.tops([HALL, FOYER, "chat:nobody-spoke-here"])}
    assert await log.elsewhere(known) == {}
    await workers[-1].log.append(said())
    moved = {HALL: Top(2, known[HALL].epoch)}
    assert await log.elsewhere(known) == moved
    assert await log.elsewhere({HALL: Top(10, known[HALL].epoch)}) == moved, "one that went back"
    async with workers[0].kernel.database.write() as work:
        await store.begin_again(work.session)
    assert await log.elsewhere(known) == await log.tops(list(known)), "in a new epoch, also where nobody spoke"


async def test_what_was_redacted_is_given_out_in_its_new_form(log: EventLog, workers: list[Worker]) -> None:
    for words in ("fine", "bad", "fine"):
        await log.append(said(words))
    async with workers[0].kernel.database.write() as work:
        await redact(work, HALL, {2: {"text": ""}})
    assert [each.json for each in await history(log)] == ['{"text":"fine"}', '{"text":""}', '{"text":"fine"}']


async def test_a_database_that_is_away_is_told_as_such_and_heals(
    log: EventLog, workers: list[Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("select", {}, Exception("the server closed the connection"))

    with monkeypatch.context() as broken:
        broken.setattr(store, "write", away)
        results = await asyncio.gather(*(log.append(said(cid=f"c{n}")) for n in range(3)), return_exceptions=True)
    assert [(each.code, each.retry) for each in results if isinstance(each, LiveError)] == [("unavailable", True)] * 3
    assert [(await log.append(said(cid=f"c{n}"))).seq for n in range(3)] == [1, 2, 3]


async def test_a_queue_that_is_too_long_refuses_at_once(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committer, "WAITING", 10)
    results = await asyncio.gather(*(log.append(said(str(n))) for n in range(15)), return_exceptions=True)
    refused = [each for each in results if isinstance(each, LiveError)]
    assert [each.code for each in refused] == ["unavailable"] * 5
    assert len(await history(log)) == 10


async def test_one_that_waited_too_long_is_refused_and_not_written(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, "PATIENCE_S", -1.0)
    with pytest.raises(LiveError, match="unavailable"):
        await log.append(said())
    assert await history(log) == []


async def test_a_sender_that_gives_up_does_not_take_back_what_was_said(log: EventLog) -> None:
    appending = asyncio.create_task(log.append(said("said")))
    await asyncio.sleep(0)
    appending.cancel()
    await log.append(said("after it"))
    assert len(await history(log)) == 2


async def test_the_unique_cid_is_also_kept_by_the_database(workers: list[Worker]) -> None:
    await workers[0].log.append(said(cid="c-1"))
    row = {"channel": HALL, "seq": 2, "sender": "anna", "cid": "c-1", "kind": "said", "data": "{}"}
    async with workers[0].kernel.database.write() as work:
        with pytest.raises(IntegrityError):
            await work.session.execute(insert(EventRow), row | {"at": workers[0].kernel.clock.now()})
        await work.session.rollback()


async def test_a_hundred_events_in_flight_are_few_transactions(workers: list[Worker]) -> None:
    commits = 0
    database = workers[0].kernel.database
    transact = database.transact

    async def counted(work: Any) -> Any:
        nonlocal commits
        commits += 1
        return await transact(work)

    database.transact = counted  # type: ignore[method-assign]
    await asyncio.gather(*(workers[0].log.append(said(str(n))) for n in range(100)))
    assert commits == 2
