"""A node among others: it enters itself in Redis, is asked over the bus, and ends its calls when it is cut off."""

import asyncio
import json
import os
import secrets
import signal
import time
from collections.abc import Mapping
from typing import Any

import structlog

from server.kernel.bus import Bus
from server.kernel.clock import SystemClock
from server.kernel.enduring import kept_going
from server.kernel.settings import Settings
from server.kernel.shared_bus import shared_bus
from signaling import bus_topics
from signaling.leases import BEAT_S, LEASE_S
from signaling.lines import Asking, BusLine, encoded
from signaling.media.node import Node, Place
from signaling.media.process import answer, run
from signaling.media.spread import PARTICIPANTS_MOST, Budget
from signaling.media.spreading import Spreading
from signaling.protocol import MediaError
from signaling.registry import Member, Registry

# What one node waits for another: less than a worker waits for it.
BETWEEN_S = 2.0

log = structlog.get_logger(__name__)


def serve(settings: Settings, name: str, *, parent: int | None = None) -> None:
    """Be a node until a signal says to stop, or `parent` is no longer our parent. Raises OSError: no such port."""
    run(_serve(settings, name, parent), settings.media_niceness)


async def _serve(settings: Settings, name: str, parent: int | None) -> None:
    bus = shared_bus(settings, SystemClock())
    place = Place(settings.media_host or settings.host, settings.media_port, tuple(settings.media_addresses))
    budget = Budget(settings.media_viewers, settings.media_megabits * 1_000_000)
    membership = Membership(place, bus, Registry(settings), name, budget)
    stopping = asyncio.Event()
    membership.node.on_broken = stopping.set
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await bus.start()
    await membership.start()
    log.info("media_node_serves", name=name, port=membership.node.port)
    try:
        while not stopping.is_set() and parent in (None, os.getppid()):
            try:
                await asyncio.wait_for(stopping.wait(), 1.0)
            except TimeoutError:
                continue
    finally:
        await membership.stop()
        await bus.stop()
    if membership.node.is_broken:
        raise SystemExit(1)


class Membership:
    """A node, what it hears over the bus, its lease, and its way to the other nodes."""

    def __init__(self, place: Place, bus: Bus, registry: Registry, name: str, budget: Budget | None = None) -> None:
        self.node = Node(place, self._tell)
        self.node.spreading = Spreading(self.node, self, budget or Budget())
        self.name = name
        self.life = secrets.token_hex(8)
        self.load = 0.0
        self._asking = Asking()
        self._bus = bus
        self._registry = registry
        self._renewed = _now()
        self._beating: asyncio.Task[None] | None = None
        self._answering: set[asyncio.Task[None]] = set()
        self._busy = time.process_time()

    async def start(self) -> None:
        """Serve, and be found."""
        await self.node.start()
        await self._bus.subscribe(bus_topics.requests(self.life), self._hear)
        await self._bus.subscribe(bus_topics.answers(self.life), self._answered)
        await self._beat()
        self._tell("hello", {})
        self._beating = asyncio.create_task(kept_going("media_lease", self._keep_beating))

    async def stop(self) -> None:
        """Be found no longer, and end all calls."""
        if self._beating:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        try:
            await self._registry.withdraw(Member(self.name, self.life))
        except MediaError as error:
            log.warning("media_node_not_withdrawn", reason=error.message)
        self._tell("bye", {})
        await self._bus.unsubscribe(bus_topics.requests(self.life), self._hear)
        await self.node.stop()
        await self._bus.unsubscribe(bus_topics.answers(self.life), self._answered)
        await self._registry.stop()

    def _tell(self, kind: str, data: dict[str, Any]) -> None:
        self._bus.publish(bus_topics.EVENTS, encoded({"n": self.name, "l": self.life, "k": kind, "d": data}))

    # -- requests --------------------------------------------------------------------------------------------------

    def _hear(self, payload: bytes) -> None:
        """A request. Those that came one after the other are begun in this order."""
        back, _, frame = payload.partition(b"\n")
        task = asyncio.create_task(self._answer(back.decode(), json.loads(frame)))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, back: str, frame: dict[str, Any]) -> None:
        self._bus.publish(back, encoded(await answer(self.node, frame)))

    # -- other nodes -----------------------------------------------------------------------------------------------

    async def members(self) -> list[Member]:
        """All nodes, this one included. Raises MediaError."""
        return await self._registry.members()

    async def ask(self, life: str, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Have another node do something. Raises MediaError."""
        back = bus_topics.answers(self.life)
        return await BusLine(self._bus, self._asking, back, life, BETWEEN_S).ask(method, params)

    def _answered(self, payload: bytes) -> None:
        self._asking.answered(json.loads(payload))

    # -- the lease -------------------------------------------------------------------------------------------------

    async def _keep_beating(self) -> None:
        next_at = _now() + BEAT_S
        while True:
            await asyncio.sleep(max(0.0, next_at - _now()))
            next_at = _now() + BEAT_S  # of a renewal that takes long the next one follows at once
            try:
                await self._beat()
            except Exception as error:
                self.node.mux.faults.note("beat", error)

    async def _beat(self) -> None:
        """Renew the lease. Who could not for its whole length is taken for dead by all, and ends what it carries:
        nobody could take a right away here any more."""
        begun = _now()
        if begun - self._renewed > LEASE_S and self.node.rooms:
            log.error("media_node_cut_off", rooms=len(self.node.rooms))
            await self._close(list(self.node.rooms))
        self.load = self._load(begun)
        member = Member(self.name, self.life, self.load)
        homes = [room.id for room in self.node.rooms.values() if not room.trunk]
        try:
            lost = await self._registry.renew(member, homes)
        except MediaError as error:
            log.warning("media_node_lease_not_renewed", reason=error.message)
        else:
            self._renewed = begun
            await self._close(lost)

    async def _close(self, rooms: list[str]) -> None:
        for room in rooms:
            await self.node.ask("close", {"room": room})

    def _load(self, now: float) -> float:
        """The part of a core since the last beat, and the part of the places that are taken."""
        busy = time.process_time()
        share = (busy - self._busy) / max(BEAT_S, now - self._renewed)
        self._busy = busy
        return share + sum(len(room.participants) for room in self.node.rooms.values()) / PARTICIPANTS_MOST


def _now() -> float:
    return asyncio.get_running_loop().time()
