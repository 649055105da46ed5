"""The load: publishers send in time, viewers count, and now and then somebody comes in."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from bench.figures import percentile
from bench.media.cases import PACKET_BYTES, WARM_UP_S, Case
from bench.media.counting import Counter
from bench.media.peer import RawPeer, vp8
from bench.media.systems import System
from bench.processes import cpu_seconds
from signaling.media import rtcp

# After its last packet: what is still on its way arrives.
SETTLE_S = 0.3
FIRST_FRAME_S = 30.0
# People who connect at once while a load is set up.
TOGETHER = 10


@dataclass
class Figures:
    """What came out of one round."""

    packets_per_cpu_second: float
    core_share: float
    arrived: float
    join_p95_ms: float | None = None


@dataclass
class Publisher:
    """Somebody who sends, as their clock says."""

    peer: RawPeer
    sent: int = 0
    frame: int = 0
    keys: int = field(default=1)

    def send_due(self, case: Case, elapsed: float) -> None:
        """Send the bursts that are due by now."""
        due = int(elapsed * case.per_second) // case.burst * case.burst
        while self.sent < due:
            wanted = sum(isinstance(part, rtcp.KeyFrameWanted) for part in self.peer.control)
            self.peer.control.clear()
            key = wanted > 0 or self.frame == 0
            for number in range(case.burst):
                last = number == case.burst - 1
                packet = vp8(
                    self.sent,
                    self.frame * 3_000,
                    self.peer.sections[0].ssrc,
                    key=key and number == 0,
                    size=PACKET_BYTES - 12,
                    marker=last,
                )
                self.peer.send(packet)
                self.sent += 1
            self.frame += 1


class Load:
    """One case on one system."""

    def __init__(self, system: System, case: Case) -> None:
        self._system = system
        self._case = case
        self._publishers: list[Publisher] = []
        self._viewers: list[RawPeer] = []
        self._counter = Counter()
        self._counted = 0
        self._running = True

    async def run(self) -> Figures:
        """Set everything up, measure, and take it down."""
        sending: asyncio.Task[None] | None = None
        try:
            await self.open()
            sending = asyncio.create_task(self._send_and_count())
            await asyncio.sleep(WARM_UP_S)
            figures = await self._measure()
            if self._case.joins:
                figures.join_p95_ms = await self._joins()
            return figures
        finally:
            self._running = False
            if sending:
                await asyncio.gather(sending, return_exceptions=True)
            await self.close()

    async def open(self) -> None:
        """Start the system, and have everybody come in."""
        await self._system.start()
        names = [f"publisher{at}" for at in range(self._case.publishers)]
        for name in names:
            self._publishers.append(Publisher(await self._system.publish(name)))
        if self._case.viewers:
            for begin in range(0, self._case.viewers, TOGETHER):
                group = range(begin, min(begin + TOGETHER, self._case.viewers))
                self._viewers += await asyncio.gather(*(self._system.watch(f"viewer{at}", names) for at in group))
        else:
            for at, name in enumerate(names):
                others = [each for each in names if each != name]
                self._viewers.append(await self._system.watch(f"viewer{at}", others))
        loop = asyncio.get_running_loop()
        for viewer in self._viewers:
            loop.remove_reader(viewer.socket.fileno())  # from here on they are only counted

    async def close(self) -> None:
        """Have everybody leave, and end the system."""
        for peer in [*self._viewers, *(each.peer for each in self._publishers)]:
            await peer.close()
        await self._system.stop()

    def send_due(self, elapsed: float) -> None:
        """Have all publishers send what is due by now."""
        for publisher in self._publishers:
            publisher.send_due(self._case, elapsed)

    async def _send_and_count(self) -> None:
        begun = time.perf_counter()
        sockets = [viewer.socket for viewer in self._viewers]
        while self._running:
            elapsed = time.perf_counter() - begun
            self.send_due(elapsed)
            self._counted += self._counter.count(sockets)
            await asyncio.sleep(0.0005)

    async def _measure(self) -> Figures:
        pids = self._system.pids()
        counted, used, begun = self._counted, cpu_seconds(pids), time.perf_counter()
        await asyncio.sleep(self._case.seconds)
        counted, used = self._counted - counted, cpu_seconds(pids) - used
        elapsed = time.perf_counter() - begun
        return Figures(
            packets_per_cpu_second=counted / max(used, 0.01),
            core_share=100 * used / elapsed,
            arrived=100 * counted / (self._case.expected * elapsed),
        )

    async def _joins(self) -> float:
        """How long it takes from asking to come in until the first packet of a picture is there: p95, in ms."""
        times = []
        for at in range(self._case.joins):
            begun = time.perf_counter()
            peer = await self._system.watch(f"late{at}", ["publisher0"])
            try:
                async with asyncio.timeout(FIRST_FRAME_S):
                    while not peer.packets:  # noqa: ASYNC110 - they come by a socket
                        await asyncio.sleep(0.001)
                times.append((time.perf_counter() - begun) * 1_000)
            finally:
                await peer.close()
        return percentile(sorted(times), 0.95)
