"""Media nodes that are found in Redis and asked over the bus: from all workers, on all machines."""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any, Protocol

import structlog

from server.kernel.away import REDIS
from server.kernel.bus import Bus
from server.kernel.enduring import kept_going
from server.kernel.ids import new_id
from server.kernel.settings import Settings
from signaling import bus_topics
from signaling.kept_node import KeptNode
from signaling.leases import LOOK_S
from signaling.lines import START_S, Asking, BusLine, Line
from signaling.protocol import MediaError
from signaling.registry import Member, Registry, lightest

log = structlog.get_logger(__name__)

# How often a worker that waits for the first node looks for it.
LOOK_EVERY_S = 0.1


class Ears(Protocol):
    """Who is told what nodes tell."""

    def heard(self, kind: str, data: Mapping[str, Any]) -> None:
        """An event of a node."""
        ...

    def lost(self, room: str) -> None:
        """A room's node is gone."""
        ...

    async def catch_up(self) -> bool:
        """Events may have got lost. False: it is to be done again."""
        ...


class FoundNodes:
    """The nodes of the registry. Where none is and this machine shall have one, the first at a door has it started."""

    def __init__(self, settings: Settings, bus: Bus, ears: Ears) -> None:
        self._ears = ears
        self._bus = bus
        self._registry = Registry(settings)
        self.own = KeptNode(settings) if settings.media_node == "here" else None
        self._asking = Asking()
        self._back = bus_topics.answers(new_id())
        self._names: dict[str, str] = {}  # of lives that were heard
        self._rooms: dict[str, str] = {}  # with people in them as was said, and the lives that carry them
        self._watching: asyncio.Task[None] | None = None
        self._catching_up: asyncio.Task[None] | None = None
        self._is_behind = False

    async def start(self) -> None:
        """Begin to hear them."""
        await self._bus.subscribe(self._back, self._answered)
        await self._bus.subscribe(bus_topics.EVENTS, self._told)
        self._bus.on_gap(self._missed)
        self._watching = asyncio.create_task(kept_going("media_nodes_watch", self._watch))

    async def stop(self) -> None:
        """Hear them no longer, and end the one that was started here."""
        tasks = [task for task in (self._watching, self._catching_up) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._bus.unsubscribe(bus_topics.EVENTS, self._told)
        await self._bus.unsubscribe(self._back, self._answered)
        if self.own:
            await self.own.stop()
        await self._registry.stop()

    async def prepare(self) -> None:
        """Start our own where none is. Raises MediaError."""
        if self.own and not await self._registry.members():
            self.own.begin()

    async def for_room(self, room: str, *, place: bool) -> Line | None:
        """The way to the room's node; where it has none: to the one with the least to do, or None."""
        held = self._rooms.get(room)
        candidate = lightest(await self._members()) if place else None
        life = await self._registry.place(room, candidate)
        if life is None and held and self._rooms.get(room) == held:  # else it was placed again while we asked
            del self._rooms[room]
            self._ears.lost(room)
        return self._line(life) if life else None

    def note(self, room: str, line: Line, *, anybody: bool) -> None:
        """A node was asked, as its events may have been before our time."""
        assert isinstance(line, BusLine)
        self._note(room, line.life, anybody=anybody)

    def _note(self, room: str, life: str, *, anybody: bool) -> None:
        """The end of a node that carries people is looked for; of a room without them it is not, as there would be no
        later event that ends the looking."""
        if anybody:
            self._rooms[room] = life
        elif self._rooms.get(room) == life:
            del self._rooms[room]

    async def idlest(self) -> Line:
        """The way to the one with the least to do."""
        found = lightest(await self._members())
        assert found is not None
        return self._line(found.life)

    async def all(self) -> tuple[list[Line], MediaError | None]:
        """The ways to all nodes that are known, and why these may not be all."""
        found, missing = await self._registry.known()
        return [self._line(member.life) for member in found], missing

    def _line(self, life: str) -> Line:
        return BusLine(self._bus, self._asking, self._back, life)

    async def _members(self) -> list[Member]:
        """At least one. Raises MediaError where there is none and none can be started."""
        give_up = time.monotonic() + START_S
        while not (members := await self._registry.members()):
            if self.own is None or time.monotonic() > give_up:
                raise MediaError("unavailable", "there is no media node")
            self.own.begin()
            await asyncio.sleep(LOOK_EVERY_S)
        return members

    # -- what nodes say --------------------------------------------------------------------------------------------

    def _answered(self, payload: bytes) -> None:
        self._asking.answered(json.loads(payload))

    def _told(self, payload: bytes) -> None:
        frame = json.loads(payload)
        name, life, kind = frame["n"], frame["l"], frame["k"]
        if kind == "bye":
            self._lose([life])
            return
        if life not in self._names:
            self._lose([former for former, whose in self._names.items() if whose == name])
            self._names[life] = name
        if kind == "room":
            state = frame["d"]
            self._note(state["room"], life, anybody=bool(state["participants"]))
        if kind != "hello":
            self._ears.heard(kind, frame["d"])

    def _lose(self, lives: list[str]) -> None:
        """These lives have ended: nobody is in their rooms until they join again, on another node."""
        for life in lives:
            self._names.pop(life, None)
            for room in [room for room, carrying in self._rooms.items() if carrying == life]:
                del self._rooms[room]
                self._ears.lost(room)

    async def _watch(self) -> None:
        """Notice nodes that died without a word, and whose name nobody took up again."""
        loop = asyncio.get_running_loop()
        while True:
            next_at = loop.time() + LOOK_S
            if self._rooms:
                await self._look()
            else:
                await self._registry.meet()
            await asyncio.sleep(max(0.0, next_at - loop.time()))

    async def _look(self) -> None:
        known = {*self._names, *self._rooms.values()}  # who is born while we ask is not missing in the answer
        try:
            living = {member.life for member in await self._registry.members()}
        except MediaError as error:
            REDIS.away(f"media registry: {error.message}")
        else:
            self._lose(sorted(known - living))

    def _missed(self) -> None:
        """One catching up at a time, however often the bus is away; what is missed meanwhile is caught up with next."""
        self._is_behind = True
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = asyncio.create_task(self._catch_up())

    async def _catch_up(self) -> None:
        while self._is_behind:
            self._is_behind = False
            try:
                if not await self._ears.catch_up():
                    self._is_behind = True
                    await asyncio.sleep(LOOK_S)
            except Exception:  # what is missed next is caught up with all the same
                log.exception("media_catch_up_failed")
