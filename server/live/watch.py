"""Keeping watch over all connections with one timer: pings, stalls, late greetings, and the end of the worker."""

import asyncio
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from server.kernel.away import note_failure
from server.live.connection import Connection
from server.live.limits import CLOSE_BYTES, Limits
from server.live.topics import person as person_topic
from server.live.wire.codes import Close

if TYPE_CHECKING:
    from server.live.parts import Live

TICK_S = 0.25
SLICE_S = 0.1  # between two slices of a drain
IN_FLIGHT_S = 3.0  # how long a drain waits for answers that are under way
AFTER_MS = 500  # who is sent away comes back within this, at random

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Stall:
    """Since when a connection has taken nothing, and how much was waiting at most since then."""

    least: int
    since: float
    above_since: float | None = None


class Watch:
    """Every connection stands in one of as many slots as a ping's interval has ticks: so pings are spread."""

    def __init__(self, live: "Live", limits: Limits) -> None:
        self._live = live
        self._limits = limits
        self._slots: list[set[Connection]] = [set() for _ in range(max(1, round(limits.ping_seconds / TICK_S)))]
        self._pinged: list[float] = [0.0] * len(self._slots)
        self._answer_ticks = max(1, round(limits.pong_seconds / TICK_S))
        self._slot_of: dict[Connection, int] = {}
        self._stalls: dict[Connection, _Stall] = {}
        self._tick = 0

    def add(self, connection: Connection) -> None:
        """Watch a connection."""
        slot = random.randrange(len(self._slots))  # noqa: S311 (no secret)
        self._slot_of[connection] = slot
        self._slots[slot].add(connection)

    def remove(self, connection: Connection) -> None:
        """Watch it no longer."""
        self._stalls.pop(connection, None)
        slot = self._slot_of.pop(connection, None)
        if slot is not None:
            self._slots[slot].discard(connection)

    def stalled(self, connection: Connection) -> None:
        """Its buffer is filling."""
        self._stalls[connection] = _Stall(connection.buffered(), asyncio.get_running_loop().time())

    def moved(self, connection: Connection) -> None:
        """Its buffer has drained."""
        self._stalls.pop(connection, None)

    async def run(self) -> None:
        """Keep watch until cancelled."""
        loop = asyncio.get_running_loop()
        # By time and not by ticks, which come late on a busy loop: the next one, late as well, is still in time.
        every = self._limits.recheck_seconds - 2 * TICK_S
        checked = loop.time()
        while True:
            await asyncio.sleep(TICK_S)
            self._tick += 1
            self.look(loop.time())
            if loop.time() - checked >= every:
                checked = loop.time()
                self._live.tasks.spawn(self._recheck())

    def look(self, now: float) -> None:
        """All that is looked at with each tick. One connection with a fault costs the others nothing."""
        for looking in (self.ping, self.close_stalled, self.close_late):
            try:
                looking(now)
            except Exception:
                log.exception("watch_failed", looking=looking.__name__)

    def ping(self, now: float) -> None:
        """Ping one slot; close those of an earlier one that have not been heard since."""
        slot = self._tick % len(self._slots)
        self._pinged[slot] = now
        for connection in list(self._slots[slot]):
            connection.ping()
        asked = (self._tick - self._answer_ticks) % len(self._slots)
        if 0.0 < self._pinged[asked] <= now - self._limits.pong_seconds + TICK_S:
            for connection in [each for each in self._slots[asked] if each.heard < self._pinged[asked]]:
                connection.close(Close.PING)

    def close_stalled(self, now: float) -> None:
        """Close whoever has taken nothing for ten seconds, or holds back too much for longer than a moment."""
        for connection, stall in list(self._stalls.items()):
            waiting = connection.buffered()
            if waiting < stall.least:
                stall.since = now
            stall.least = waiting
            stall.above_since = (stall.above_since or now) if waiting > CLOSE_BYTES else None
            too_long = now - stall.since >= self._limits.stall_seconds
            too_much = stall.above_since is not None and now - stall.above_since >= 1.0
            if too_long or too_much:
                connection.close(Close.SLOW)

    def close_late(self, now: float) -> None:
        """Close whoever has not said hello in time. One that waits for our answer has."""
        for connection in list(self._live.gateway.waiting):
            if connection.deadline <= now and connection.backlog is None:
                connection.close(Close.NO_HELLO)

    async def drain(self, seconds: float) -> None:
        """Take leave of everybody, in slices: bye, answers finished, close. Ends within `seconds`."""
        everybody = list(self._live.connections)
        random.shuffle(everybody)
        slices = max(1, int(seconds * 0.6 / SLICE_S))
        size = max(1, -(-len(everybody) // slices))
        leaving = []
        for at in range(0, len(everybody), size):
            leaving.append(asyncio.create_task(_take_leave(everybody[at : at + size])))
            if at + size < len(everybody):
                await asyncio.sleep(SLICE_S)
        for late in list(self._live.gateway.waiting):
            late.close(Close.DRAINING)
        await asyncio.gather(*leaving)

    async def _recheck(self) -> None:
        try:
            await self._live.grants.recheck()
        except Exception as error:
            note_failure(log, "recheck_failed", error)


async def _take_leave(connections: Sequence[Connection]) -> None:
    for each in connections:
        if each.identity:
            after = random.randrange(AFTER_MS)  # noqa: S311 (no secret)
            each.tell(person_topic(each.identity.id), "bye", {"after_ms": after})
    deadline = asyncio.get_running_loop().time() + IN_FLIGHT_S
    while _busy(connections) and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 (nobody tells us)
        await asyncio.sleep(0.01)
    for each in connections:
        each.close(Close.DRAINING)


def _busy(connections: Iterable[Connection]) -> bool:
    return any(each.in_flight and not each.closed for each in connections)
