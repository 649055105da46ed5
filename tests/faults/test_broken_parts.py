"""The test of the test, part by part: what is broken on purpose must not get past the checker, what is whole must.

Each scene is played by the product and by a product broken in one way. No process is needed for these, and where no
database is needed either, no time passes.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta
from itertools import cycle, islice
from typing import Any

import psutil  # type: ignore[import-untyped]  # it comes without types
import pytest
from structlog.testing import capture_logs

from server.app import create_kernel
from server.kernel.clock import FrozenClock
from server.kernel.jobs import Jobs
from server.kernel.observe import hide_secrets
from server.kernel.parts import Kernel
from server.kernel.settings import Settings
from server.live.entries import Append
from server.live.log import EventLog
from server.live.wire.codes import LiveError
from tests.chat.scene import scene
from tests.faults import broken
from tests.faults.client import content_of
from tests.faults.happened import (
    Acked,
    Entry,
    History,
    Logged,
    Notified,
    Owed,
    Read,
    Refused,
    Sent,
    Unread,
    Used,
)
from tests.faults.history import check
from tests.faults.two_workers import TwoWorkers
from tests.server.live.ground import ANNA, BEN, CARA, HALL, Fair, World, build, serving
from tests.support.patience import PATIENCE_S
from tests.support.virtual_time import run

Way = Callable[[broken.Patch], None]
WHOLE: Way | None = None
Play = Callable[[TwoWorkers], Coroutine[Any, Any, None]]
# Nothing ends any more where so many looks, so far apart, show the same.
STILL_LOOKS, STILL_LOOK_S = 10, 0.02


@pytest.fixture
def settings(embedded_settings: Settings) -> Settings:
    """What is broken here is broken on every ground."""
    return embedded_settings


def break_(monkeypatch: pytest.MonkeyPatch, way: Way | None) -> None:
    if way:
        way(monkeypatch.setattr)


def rules(history: History, log: list[Entry]) -> set[str]:
    return {violation.rule for violation in check(history, log)}


async def a_day(world: TwoWorkers) -> None:
    """Two tabs of one person, a bus that loses, and a computer that stands still."""
    chloe = await world.come("chloe", "chloe", world.one)
    tab, phone = [await world.come(f"aylin's {what}", "aylin", world.one) for what in ("tab", "phone")]
    bernd = await world.come("bernd", "bernd", world.other)
    await asyncio.sleep(1)
    for who in (tab, bernd, chloe):
        world.say(who)
    await asyncio.sleep(1)
    world.one.port.losing = 1
    world.say(phone)
    await asyncio.sleep(5)
    world.stop_reading(chloe)
    world.say(bernd)
    world.say(tab)
    await asyncio.sleep(10)
    world.go(chloe)  # as the watch does after ten seconds
    world.go(phone)
    await asyncio.sleep(30)
    for worker in (world.one, world.other):
        world.look(worker)


async def a_death(world: TwoWorkers) -> None:
    """A worker dies with its people on it; one of them comes back by the other."""
    aylin = await world.come("aylin", "aylin", world.one)
    for name in ("bernd", "chloe"):
        await world.come(name, name, world.other)
    world.say(aylin)
    await asyncio.sleep(1)
    await world.kill(world.other)
    await world.come("bernd again", "bernd", world.one)
    world.say(aylin)
    await asyncio.sleep(30)
    world.look(world.one)


@pytest.mark.parametrize(
    ("way", "play", "broken_rules"),
    [
        (WHOLE, a_day, set()),
        (broken.fills_no_gaps, a_day, {"H7"}),
        (broken.awaits_each_member, a_day, {"H7"}),
        (broken.shows_presence_by_person, a_day, {"H8"}),
        (WHOLE, a_death, set()),
        (broken.believes_in_dead_workers, a_death, {"H8"}),
    ],
)
def test_members_who_miss_something_or_see_ghosts_are_seen(
    monkeypatch: pytest.MonkeyPatch, way: Way | None, play: Play, broken_rules: set[str]
) -> None:
    break_(monkeypatch, way)

    async def scenario() -> TwoWorkers:
        world = TwoWorkers()
        await world.start()
        await play(world)
        await world.stop()
        return world

    played = run(scenario())
    assert rules(played.history, played.entries()) == broken_rules


@pytest.mark.parametrize(("way", "broken_rules"), [(WHOLE, set()), (broken.numbers_by_a_sequence, {"H2"})])
async def test_numbers_that_a_failed_transaction_took_with_it_are_seen(
    bare_kernel: Kernel, monkeypatch: pytest.MonkeyPatch, way: Way | None, broken_rules: set[str]
) -> None:
    break_(monkeypatch, way)
    history, log = History(), EventLog(bare_kernel.database, bare_kernel.clock, bare_kernel.events, lambda *_: None)
    await log.start()

    def refuse(_placed: Any) -> Any:
        raise LiveError("conflict", "too late")

    async def send(cid: str, at: float, data: Any) -> None:
        history.add(Sent(cid, HALL, cid, "", at))
        try:
            done = await log.append(Append(HALL, cid, cid, "said", data))
        except LiveError:
            history.add(Refused(cid, HALL, cid, at + 1))
        else:
            history.add(Acked(cid, HALL, cid, done.seq, at + 1))

    words = {"text": "a word"}
    await asyncio.gather(send("one", 0, words), send("two", 0, refuse), send("three", 0, words))
    await send("four", 2, words)
    events = await log.since(HALL, 0)
    await log.stop()
    entries = [Entry(HALL, each.seq, each.cid or "", content_of(each.kind, json.loads(each.json))) for each in events]
    assert rules(history, entries) == broken_rules


@pytest.mark.parametrize(("way", "broken_rules"), [(WHOLE, set()), (broken.lets_marks_go_back, {"H9"})])
async def test_marks_and_counts_that_are_wrong_are_seen(
    bare_kernel: Kernel, monkeypatch: pytest.MonkeyPatch, way: Way | None, broken_rules: set[str]
) -> None:
    break_(monkeypatch, way)
    history, log = History(), list[Entry]()
    async with scene(bare_kernel) as lobby:
        for number, author in enumerate([lobby.aylin, lobby.bernd, lobby.aylin, lobby.aylin], start=1):
            said = await lobby.say(author, f"message {number}")
            log.append(Entry(HALL, said.seq, "", "", author))
        for seq in (3, 2):  # a tab that had stood still tells what it had shown
            mark = await lobby.chat.marks.read(lobby.bernd, lobby.lobby, seq)
            history.add(Read(lobby.bernd, HALL, mark))
        for person in (lobby.aylin, lobby.bernd):
            count = sum(each.unread for each in await lobby.unread(person))
            history.add(Unread(person, HALL, count))
    assert rules(history, log) == broken_rules


@pytest.mark.parametrize(("way", "broken_rules"), [(WHOLE, set()), (broken.notifies_without_a_key, {"H10"})])
async def test_somebody_who_is_notified_twice_is_seen(
    bare_kernel: Kernel, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, way: Way | None, broken_rules: set[str]
) -> None:
    """Two workers find that a reminder is due; one of them dies while the mail server takes it."""
    break_(monkeypatch, way)
    history = History([Owed("bernd", "a meeting")])

    async def remind(told: dict[str, Any]) -> None:
        history.add(Notified(told["person"], told["about"]))

    workers = [Jobs(bare_kernel.database) for _ in range(2)]
    for worker in workers:
        worker.register("remind", remind)
        async with bare_kernel.database.write() as uow:
            uow.enqueue("remind", {"person": "bernd", "about": "a meeting"}, key="a meeting: bernd")
        await worker.run_due()
    clock.advance(seconds=timedelta(days=1).total_seconds())
    for worker in workers:
        await worker.run_due()
    assert rules(history, []) == broken_rules


@pytest.fixture
async def world(settings: Settings, clock: FrozenClock) -> AsyncIterator[Callable[[], Any]]:
    """One worker behind a real port, started when the test has broken it."""
    kernel = create_kernel(settings, clock)
    await kernel.bus.start()

    @contextlib.asynccontextmanager
    async def start() -> AsyncIterator[World]:
        fair = Fair()
        async with serving(build(kernel, fair), fair) as started:
            yield started

    yield start
    await kernel.bus.stop()
    await kernel.database.close()


async def a_crowd(world: World, history: History, connections: int) -> None:
    """People come, talk, and are gone from one moment to the next."""
    async with contextlib.AsyncExitStack() as stack:
        names = list(islice(cycle((ANNA, BEN, CARA)), connections))  # nobody more often than a person may be there
        crowd = [await stack.enter_async_context(world.client(name, [HALL])) for name in names]
        for number, client in enumerate(crowd):
            words = f"what {client.name} says as number {number}"
            history.secrets.add(words)
            await client.say(HALL, words)
        for client in crowd:
            client.socket.transport.abort()
    async with asyncio.timeout(PATIENCE_S):
        while len(world.live.connections):  # noqa: ASYNC110 (nobody tells of the last one)
            await asyncio.sleep(0.01)
        await nothing_changes()


def at_work() -> tuple[int, int]:
    """How many tasks there are in this process, and open files."""
    return len(asyncio.all_tasks()), len(os.listdir("/proc/self/fd"))


async def nothing_changes() -> None:
    """Who is gone may still be seen to: what that is is done when nothing ends any more."""
    before, same = at_work(), 0
    while same < STILL_LOOKS:
        await asyncio.sleep(STILL_LOOK_S)
        now = at_work()
        before, same = now, same + 1 if now == before else 0


def used(world: World) -> dict[str, float]:
    """What this process uses."""
    pool: Any = world.live.kernel.database.engine.pool
    tasks, files = at_work()
    return {
        "tasks": tasks,
        "open files": files,
        "database connections": pool.checkedout(),
        "memory": psutil.Process().memory_info().rss,
    }


@pytest.mark.parametrize(
    ("way", "broken_rules"),
    [(WHOLE, set()), (broken.keeps_a_task_for_who_is_gone, {"H11"}), (broken.logs_what_is_said, {"H12"})],
)
async def test_a_worker_that_leaks_or_tells_is_seen(
    world: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, way: Way | None, broken_rules: set[str]
) -> None:
    break_(monkeypatch, way)
    history = History()
    async with world() as started:
        with capture_logs() as logged:
            await a_crowd(started, history, connections=4)  # what is made with the first need of it
            before = used(started)
            await a_crowd(started, history, connections=20)
            after = used(started)
    for what, amount in before.items():
        history.add(Used("worker", what, amount, after[what]))
    text = "\n".join(json.dumps(hide_secrets(None, "", dict(line)), default=str) for line in logged)
    history.add(Logged("worker", text, faults=0))
    assert rules(history, []) == broken_rules
