"""Two workers' hubs and presence in one process and in virtual time: what they show, and when, without any socket."""

import asyncio
import random
from collections.abc import Callable, Collection, Mapping
from types import SimpleNamespace
from typing import Any

from server.live.entries import Encoded
from server.live.grants import Namespace, Present, Topics
from server.live.hub import Hub
from server.live.presence import Presence
from server.live.tasks import Tasks
from tests.faults.client import content_of
from tests.faults.happened import Acked, Applied, Came, Entry, FaultOver, History, Sent, Shown, Went
from tests.server.live.fakes import FakeMember, Log, said

HALL, LOBBY = "chat:hall", "room:lobby"
EPOCH = "e1"


class Port:
    """A worker's connection to the bus, which can lose what is told, and is gone with its worker."""

    silent_for = 0.0

    def __init__(self, ports: "list[Port]") -> None:
        self.up = True
        self.losing = 0  # how many of the next messages get lost
        self._ports = ports
        self._handlers: dict[str, list[Callable[[bytes], None]]] = {}

    def publish(self, topic: str, payload: bytes) -> None:
        if self.losing:
            self.losing -= 1
            return
        for port in self._ports:
            asyncio.get_running_loop().call_soon(port.hear, topic, payload)

    def hear(self, topic: str, payload: bytes) -> None:
        for handler in self._handlers.get(topic, ()) if self.up else ():
            handler(payload)

    async def subscribe(self, topic: str, handler: Callable[[bytes], None]) -> None:
        self._handlers.setdefault(topic, []).append(handler)

    async def unsubscribe(self, topic: str, handler: Callable[[bytes], None]) -> None:
        self._handlers[topic].remove(handler)

    def on_gap(self, action: Callable[[], None]) -> None:
        """This one never knows that it lost something."""


class Worker:
    """As much of a worker as its members see."""

    def __init__(self, name: str, ports: list[Port], log: Log) -> None:
        self.name = name
        self.port = Port(ports)
        ports.append(self.port)
        topics = Topics()
        topics.register("chat", Namespace(durable=True, readable=_nobody_asks))
        topics.register("room", Namespace(durable=False, readable=_nobody_asks, people=_cards))
        self.tasks = Tasks()
        self.hub = Hub(self.port, name, topics.is_durable)  # type: ignore[arg-type]
        self.hub.read_from(log)
        self.presence = Presence(self.port, self.hub, topics, self.tasks)  # type: ignore[arg-type]

    async def die(self) -> None:
        """At once: nobody is told."""
        self.port.up = False
        await self.tasks.cancel()
        await self.hub.stop()


class Tab(FakeMember):
    """A connection that notes what it is shown. One that reads nothing any more has a buffer that fills."""

    def __init__(self, name: str, person: str, worker: Worker, history: History) -> None:
        super().__init__()
        self.id = name
        self.identity = SimpleNamespace(id=person)
        self.worker = worker
        self.reads = True
        self._history = history

    def write(self, frame: bytes) -> None:
        super().write(frame)
        for message in self.messages if self.reads else ():
            if message["c"] == HALL:
                content = content_of(message["k"], message["d"])
                self._history.add(Applied(self.id, HALL, message["s"], content, _now()))
        self.frames.clear()
        if not self.reads and not self.paused:
            self.paused, self.waiting = True, 100_000
            self.worker.hub.slow_down(self.worker.hub.rooms[HALL], self)

    def send(self, _message: bytes) -> None:
        """Something for this connection alone."""


class TwoWorkers:
    """People on both, and everything that happens to them."""

    def __init__(self) -> None:
        self.history = History()
        self.log = Log(random.Random(1))
        ports: list[Port] = []
        self.one, self.other = (Worker(name, ports, self.log) for name in ("one", "other"))
        self._there: dict[str, Tab] = {}

    async def start(self) -> None:
        """Both at work."""
        for worker in (self.one, self.other):
            await worker.hub.start()
            await worker.presence.start()

    async def stop(self) -> None:
        """Both at an end."""
        for worker in (self.one, self.other):
            await worker.die()

    async def come(self, name: str, person: str, worker: Worker) -> Tab:
        """Somebody opens a tab."""
        tab = Tab(name, person, worker, self.history)
        rooms = await worker.hub.open([HALL, LOBBY])
        for topic, room in rooms.items():
            self.history.add(Came(name, person, topic, _now()))
            worker.hub.enter(room, tab, room.flushed)
            worker.presence.entered(tab, topic, 0)  # type: ignore[arg-type]
        self._there[name] = tab
        return tab

    def go(self, tab: Tab) -> None:
        """A tab is closed."""
        del self._there[tab.id]
        self._gone(tab)
        for topic in (HALL, LOBBY):
            tab.worker.hub.leave(tab.worker.hub.rooms[topic], tab)
            tab.worker.presence.left(tab, topic, lost=True)  # type: ignore[arg-type]

    def stop_reading(self, tab: Tab) -> None:
        """A tab's computer stands still: nothing is owed to it any more."""
        tab.reads = False
        self._gone(tab)

    async def kill(self, worker: Worker) -> None:
        """A worker dies, and the connections of everybody on it with it."""
        for tab in [tab for tab in self._there.values() if tab.worker is worker]:
            del self._there[tab.id]
            self._gone(tab)
        await worker.die()
        self.history.add(FaultOver(_now()))

    def say(self, tab: Tab) -> None:
        """Somebody says something; it is committed, and told."""
        self.log.top += 1
        event: Encoded = said(self.log.top)
        cid = f"cid-{self.log.top}"
        self.history.add(Sent(tab.id, HALL, cid, "", _now()))
        tab.worker.hub.committed(HALL, EPOCH, [event])
        self.history.add(Acked(tab.id, HALL, cid, event.seq, _now()))

    def look(self, worker: Worker) -> None:
        """Note who is shown as present."""
        self.history.add(Shown(worker.name, LOBBY, frozenset(worker.presence.people(LOBBY)), _now()))

    def entries(self) -> list[Entry]:
        """The log, as it stands at the end."""
        numbers = range(1, self.log.top + 1)
        return [Entry(HALL, seq, f"cid-{seq}", content_of("said", {"n": seq})) for seq in numbers]

    def _gone(self, tab: Tab) -> None:
        for topic in (HALL, LOBBY):
            self.history.add(Went(tab.id, topic, _now()))


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _nobody_asks(_asked: Collection[Any]) -> Mapping[Any, Any]:
    return {}


async def _cards(_room: str, people: Collection[str]) -> Mapping[str, Present]:
    return {person: Present({"id": person}) for person in people}
