"""The hub against a bus that loses, doubles, delays and reorders: members get everything, once, in order."""

import asyncio
import gc
import random
from collections.abc import Collection, Mapping
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from server.live.entries import Encoded, Top
from server.live.hub import Hub
from server.live.wire.codes import Close
from tests.server.live.fakes import BadBus, FakeMember, Log, said
from tests.support.trouble import expects_trouble
from tests.support.virtual_time import run

HALL = "chat:hall"


class Client(FakeMember):
    """A member that checks what it is given: a run without a hole from its position on."""

    def __init__(self) -> None:
        super().__init__()
        self.position = 0
        self.inside = False
        self.entering = False
        self.holes: list[tuple[int, int]] = []
        self.hub: Hub | None = None

    def close(self, code: Close, reason: str = "") -> None:
        """Gone from the room at once, as a connection is."""
        super().close(code, reason)
        if self.hub and self.inside:
            self.inside = False
            self.hub.leave(self.hub.rooms[HALL], self)

    def write(self, frame: bytes) -> None:
        super().write(frame)
        for number in self.numbers:
            if number > self.position + 1:
                self.holes.append((self.position, number))
            self.position = max(self.position, number)
        self.frames.clear()


class World:
    """Two workers and a few clients, and everything that can happen to them."""

    def __init__(self, seed: int, trouble: float) -> None:
        self.chance = random.Random(seed)
        self.log = Log(self.chance)
        self.bus = BadBus(self.chance, trouble)
        self.hubs = [Hub(self.bus, f"w{number}", lambda topic: True) for number in range(2)]
        self.clients = [(Client(), self.hubs[number % 2]) for number in range(6)]
        self.entering: set[asyncio.Task[None]] = set()
        for client, hub in self.clients:
            client.hub = hub
        for hub in self.hubs:
            hub.read_from(self.log)

    async def happen(self, what: str) -> None:
        """One thing, to somebody."""
        client, hub = self.chance.choice(self.clients)
        await getattr(self, what)(client, hub)
        if self.chance.random() < 0.3:
            await asyncio.sleep(self.chance.random() * 0.2)

    async def say(self, client: Client, hub: Hub) -> None:
        """A few events are committed; telling of them takes a moment, or the worker dies before."""
        events = []
        for _ in range(self.chance.randint(1, 5)):
            self.log.top += 1
            events.append(said(self.log.top))
        if self.chance.random() < 0.9:
            asyncio.get_running_loop().call_later(self.chance.random() * 0.01, hub.committed, HALL, "e1", events)

    async def say_much(self, client: Client, hub: Hub) -> None:
        """More than memory holds."""
        events = [said(self.log.top + n) for n in range(1, 301)]
        self.log.top += 300
        hub.committed(HALL, "e1", events)

    async def enter(self, client: Client, hub: Hub) -> None:
        """Begin to come in; meanwhile other things happen."""
        if not (client.inside or client.closed or client.entering):
            client.entering = True
            task = asyncio.get_running_loop().create_task(self._enter(client, hub))
            self.entering.add(task)
            task.add_done_callback(self.entering.discard)

    async def _enter(self, client: Client, hub: Hub) -> None:
        """Come in as `subscribe` does: the room, the answer, and only then what follows it."""
        room = (await hub.open([HALL]))[HALL]
        events: list[Encoded] | None = None
        if await hub.reaches(room, client.position, room.epoch):
            events = await hub.recall.events_after(room, client.position)
        top = room.flushed if events is None else events[-1].seq if events else client.position
        if self.chance.random() < 0.5:
            await asyncio.sleep(self.chance.random() * 0.1)  # a snapshot is read
        if events:
            assert [each.seq for each in events] == list(range(client.position + 1, top + 1))
        client.position = top
        client.inside = True
        client.entering = False
        hub.enter(room, client, top)

    async def leave(self, client: Client, hub: Hub) -> None:
        """Go, and keep the position."""
        if client.inside:
            client.inside = False
            hub.leave(hub.rooms[HALL], client)

    async def stall(self, client: Client, hub: Hub) -> None:
        """The buffer fills."""
        if not client.paused:
            client.paused = True
            client.waiting = self.chance.choice((70_000, 300_000))
            if client.inside:
                hub.slow_down(hub.rooms[HALL], client)

    async def flow(self, client: Client, hub: Hub) -> None:
        """The buffer drains."""
        if client.paused:
            client.paused = False
            client.waiting = 0
            if client.inside:
                hub.catch_up(hub.rooms[HALL], client)

    async def hide(self, client: Client, hub: Hub) -> None:
        """The page is hidden."""
        if client.inside and not client.hidden:
            client.hidden = True
            hub.hide(hub.rooms[HALL], client)

    async def show(self, client: Client, hub: Hub) -> None:
        """The page is shown: it enters again from where it stands."""
        if client.hidden:
            client.hidden = False
            if client.inside:
                client.inside = False
                await self.enter(client, hub)

    async def wait(self, client: Client, hub: Hub) -> None:
        """Nothing happens for a while."""
        await asyncio.sleep(self.chance.random() * 2)

    async def settle(self) -> None:
        """Trouble ends; everybody reads again."""
        await asyncio.gather(*self.entering)
        for client, hub in self.clients:
            await self.flow(client, hub)
            await self.show(client, hub)
        await asyncio.gather(*self.entering)
        await asyncio.sleep(2.5)


_EVENTS = ["say"] * 6 + ["enter"] * 4 + ["leave", "stall", "flow", "hide", "show", "wait", "say_much"]


async def _lived(seed: int, trouble: float, happenings: list[str]) -> None:
    faults: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
    world = World(seed, trouble)
    for hub in world.hubs:
        await hub.start()
    for what in happenings:
        await world.happen(what)
    await world.settle()
    for client, _ in world.clients:
        assert client.holes == []
        if client.closed:
            assert client.closed is Close.RESYNC  # more was missed than is caught up: it comes back by itself
        elif client.inside:
            assert client.position == world.log.top
    for hub in world.hubs:
        await hub.stop()
    gc.collect(0)  # a task that failed tells of it when it goes
    assert faults == []


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**9),
    st.sampled_from([0.0, 0.2, 0.8]),
    st.lists(st.sampled_from(_EVENTS), min_size=20, max_size=80),
)
def test_whatever_happens_everybody_has_everything_within_two_seconds(
    seed: int, trouble: float, happenings: list[str]
) -> None:
    pace = random.Random(seed)
    with patch("server.live.hub.interval", lambda *_: pace.choice((0.0, 0.02, 0.1))):  # as in rooms of all sizes
        run(_lived(seed, trouble, happenings))


def one_worker(top: int = 0) -> tuple[Hub, Log, BadBus]:
    """A worker's hub, the log that it reads, which has come so far, and a bus without trouble."""
    log, bus = Log(random.Random(1)), BadBus(random.Random(1), 0.0)
    log.top = top
    hub = Hub(bus, "w1", lambda topic: True)
    hub.read_from(log)
    return hub, log, bus


def test_who_goes_before_the_catching_up_has_begun_is_not_caught_up() -> None:
    async def scenario() -> None:
        faults: list[dict[str, object]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
        hub, _, _ = one_worker(top=5)
        room = (await hub.open([HALL]))[HALL]
        client = Client()
        hub.enter(room, client, 2)
        hub.leave(room, client)
        await asyncio.sleep(1)
        gc.collect()
        assert (faults, client.position) == ([], 0)
        await hub.stop()

    run(scenario())


@expects_trouble
def test_a_fault_in_one_tick_does_not_end_the_healing() -> None:
    class Broken(Client):
        def write(self, frame: bytes) -> None:
            raise RuntimeError

    async def scenario() -> None:
        hub, log, _ = one_worker()
        await hub.start()
        room = (await hub.open([HALL]))[HALL]
        broken, client = Broken(), Client()
        broken.hidden = True
        for each in (broken, client):
            hub.enter(room, each, 0)
        for top in (1, 2, 3):
            log.top = top
            await asyncio.sleep(2)
        assert client.position == 3
        await hub.stop()

    run(scenario())


def test_what_the_bus_lost_is_read_once_for_all_members_within_a_second() -> None:
    async def scenario() -> None:
        hub, log, _ = one_worker()
        await hub.start()
        room = (await hub.open([HALL]))[HALL]
        clients = [Client() for _ in range(100)]
        for client in clients:
            hub.enter(room, client, 0)
        log.top = 5
        await asyncio.sleep(1.3)
        assert {client.position for client in clients} == {5}
        assert log.reads == 1
        await hub.stop()

    run(scenario())


def test_what_was_only_late_is_not_read_and_memory_is_kept() -> None:
    async def scenario() -> None:
        hub, log, _ = one_worker()
        room = (await hub.open([HALL]))[HALL]
        client = Client()
        hub.enter(room, client, 0)
        log.top = 3
        hub.committed(HALL, "e1", [said(1)])
        hub.committed(HALL, "e1", [said(3)])
        await asyncio.sleep(0.2)  # the other worker is busy with a crowd that comes back
        hub.committed(HALL, "e1", [said(2)])
        await asyncio.sleep(1)
        assert (client.position, client.holes, log.reads) == (3, [], 0)
        assert await hub.recall.events_after(room, 0) == [said(1), said(2), said(3)]
        assert log.reads == 0
        await hub.stop()

    run(scenario())


def test_what_was_lost_is_read_together_with_what_a_crowd_is_about_to_ask_for() -> None:
    async def scenario() -> None:
        hub, log, _ = one_worker(top=40)
        room = (await hub.open([HALL]))[HALL]
        log.top = 42
        hub.committed(HALL, "e1", [said(42)])
        await asyncio.sleep(0.5)
        caught_up = await asyncio.gather(*(hub.recall.events_after(room, position) for position in range(40)))
        assert [len(each or ()) for each in caught_up] == list(range(42, 2, -1))
        assert log.reads == 1
        await hub.stop()

    run(scenario())


def test_a_crowd_that_comes_back_while_somebody_talks_asks_the_log_once() -> None:
    async def scenario() -> None:
        hub, log, _ = one_worker(top=1_000)
        room = (await hub.open([HALL]))[HALL]
        asked = []
        for spoken in range(1, 6):  # all within the one read
            asked += [asyncio.ensure_future(hub.recall.events_after(room, position)) for position in range(970, 1_000)]
            await asyncio.sleep(0)
            log.top += 1
            hub.committed(HALL, "e1", [said(1_000 + spoken)])
            await asyncio.sleep(0.001)
        for at, caught_up in enumerate(await asyncio.gather(*asked)):
            numbers = [each.seq for each in caught_up or ()]
            assert numbers == list(range(971 + at % 30, room.flushed + 1))
        assert log.reads == 1
        await hub.stop()

    run(scenario())


def test_while_the_bus_is_silent_a_gap_is_read_at_once() -> None:
    async def scenario() -> None:
        hub, log, bus = one_worker()
        bus.silent_for = 4.0
        room = (await hub.open([HALL]))[HALL]
        client = Client()
        hub.enter(room, client, 0)
        log.top = 2
        hub.committed(HALL, "e1", [said(2)])
        await asyncio.sleep(0.2)
        assert (client.position, client.holes, log.reads) == (2, [], 1)
        await hub.stop()

    run(scenario())


def test_while_the_bus_is_silent_the_log_is_compared_four_times_as_often() -> None:
    async def scenario() -> None:
        hub, log, bus = one_worker()
        bus.silent_for = 4.0
        await hub.start()
        room = (await hub.open([HALL]))[HALL]
        client = Client()
        hub.enter(room, client, 0)
        await asyncio.sleep(1.0)
        log.top = 1
        await asyncio.sleep(0.5)
        assert client.position == 1
        await hub.stop()

    run(scenario())


def test_a_room_without_members_is_closed_after_half_a_minute_and_opened_anew() -> None:
    async def scenario() -> None:
        hub, log, bus = one_worker()
        await hub.start()
        room = (await hub.open([HALL]))[HALL]
        client = Client()
        hub.enter(room, client, 0)
        await asyncio.sleep(100)
        hub.leave(room, client)
        await asyncio.sleep(20)
        assert HALL in hub.rooms
        await asyncio.sleep(12)
        assert HALL not in hub.rooms
        assert bus._handlers["live:" + HALL] == []
        log.top = 3
        assert (await hub.open([HALL]))[HALL].top == 3
        await hub.stop()

    run(scenario())


def test_rooms_that_cannot_be_opened_are_opened_when_the_database_is_back() -> None:
    async def scenario() -> None:
        hub, log, _ = one_worker()
        tops = log.tops

        async def away(channels: Collection[str]) -> Mapping[str, Top]:
            raise ConnectionError

        log.tops = away  # type: ignore[method-assign]
        answers = await asyncio.gather(*(hub.open([HALL]) for _ in range(3)), return_exceptions=True)
        assert [type(each) for each in answers] == [ConnectionError] * 3
        log.tops = tops  # type: ignore[method-assign]
        assert (await hub.open([HALL]))[HALL].begun
        await hub.stop()

    run(scenario())
