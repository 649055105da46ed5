"""What is due to go out, in slices: a key frame to 200 viewers is 17,000 packets, and others must not wait for it.

Each encoding has a lane of its own, in which everything keeps its order. A lane whose slice is over stands behind all
others: sound that comes while a key frame goes out follows within a slice, also to those whose turn is yet to come.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from signaling.media.fanout import FanOut
from signaling.media.forms import Batch
from signaling.media.layer import Layer
from signaling.media.outgoing import Outgoing
from signaling.media.peer import Peer
from signaling.media.together import forward_together
from signaling.media.track import Track

# A slice of work, before the loop looks at what has come meanwhile.
SLICE_S = 0.004
# Viewers after whom the clock is looked at.
LOOK_EVERY = 8
# More jobs than this, because nothing can be sent: what waits longest of the fullest lane is too old to be sent at all.
BACKLOG_MOST = 2_000


@dataclass(slots=True)
class Job:
    """Packets of a layer to its viewers, and how far it has come."""

    track: Track
    layer: Layer
    packets: Batch
    viewers: list[Outgoing]
    viewer: int = 0
    place: int = 0


@dataclass(slots=True)
class Lane:
    """The jobs of one encoding, in their order, and how many packets these are."""

    jobs: deque[Job] = field(default_factory=deque)
    packets: int = 0


class Sender:
    """Works through jobs, lane by lane. Who was removed meanwhile gets nothing, and nothing of them is sent."""

    def __init__(
        self, out: FanOut, fd: int, clock: Callable[[], float], fail: Callable[[Peer, Exception], None]
    ) -> None:
        self._out = out
        self._fail = fail
        self._fd = fd
        self._clock = clock
        self._lanes: dict[Layer, Lane] = {}  # whose turn it is stands first
        self._over: Layer | None = None  # whose slice is over
        self._waiting = 0
        self._scheduled = False
        self._blocked = False
        self.forwarded = 0
        self.dropped = 0

    @property
    def waiting(self) -> int:
        """Jobs that are not done."""
        return self._waiting

    def add(self, track: Track, layer: Layer, packets: Batch) -> None:
        """Have these packets sent to all who get the layer now."""
        if not layer.viewers:
            return
        if self._waiting >= BACKLOG_MOST:  # pictures make way for sound: theirs are the many packets
            fullest = max(self._lanes, key=lambda one: self._lanes[one].packets)
            self.dropped += len(self._lanes[fullest].jobs[0].packets)
            self._done(fullest)
        lane = self._lanes.setdefault(layer, Lane())
        lane.jobs.append(Job(track, layer, packets, list(layer.viewers)))
        lane.packets += len(packets)
        self._waiting += 1

    def run(self) -> None:
        """Send for the time of a slice; the rest goes on by itself, after what has come meanwhile."""
        self._scheduled = False
        if self._blocked:
            return
        if self._over in self._lanes:  # behind the others, also those who came meanwhile
            self._lanes[self._over] = self._lanes.pop(self._over)
        self._over = None
        until = self._clock() + SLICE_S
        while self._lanes and not self._blocked:
            layer, lane = next(iter(self._lanes.items()))
            if self._work(lane.jobs[0], until):
                self._done(layer)
            elif not self._blocked:
                self._over = layer
                break
        if not self._blocked and not self._out.flush():
            self._block()
        if self._lanes and not self._blocked:
            self._schedule()

    def _done(self, layer: Layer) -> None:
        lane = self._lanes[layer]
        lane.packets -= len(lane.jobs.popleft().packets)
        self._waiting -= 1
        if not lane.jobs:
            del self._lanes[layer]

    def _work(self, job: Job, until: float) -> bool:
        """Go on with a job; False when it is not done."""
        now, looked = self._clock(), job.viewer
        while job.viewer < len(job.viewers):
            if not self._serve(job, now):
                self._block()
                return False
            if job.viewer - looked >= LOOK_EVERY:
                looked = job.viewer
                if self._clock() > until and job.viewer < len(job.viewers):
                    return False
        return True

    def _serve(self, job: Job, now: float) -> bool:
        """Write for the next viewer, or for the next few at once; False when the system takes no more."""
        viewer, count = job.viewers[job.viewer], len(job.packets)
        if job.track.closed or job.track.muted or viewer.closed or viewer.peer.closed:
            job.viewer, job.place = job.viewer + 1, 0
            return True
        if not job.place:
            served = self._serve_some(job, now)
            if served is None:
                return False
            if served:
                job.viewer += served
                self.forwarded += served * count
                return True
        try:
            place = viewer.forward(self._out, job.layer, job.packets, job.place, now)
        except Exception as error:  # what was written for them was not put in line
            self._fail(viewer.peer, error)
            place = count
        self.forwarded += place - job.place
        if place < count:
            job.place = place
            return False
        job.viewer, job.place = job.viewer + 1, 0
        return True

    def _serve_some(self, job: Job, now: float) -> int | None:
        try:
            return forward_together(self._out, job.layer, job.packets, job.viewers, job.viewer, now)
        except Exception:  # whose it is shows when they are served alone
            return 0

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self.run)

    def _block(self) -> None:
        """The system takes no more: go on when it does."""
        if not self._blocked:
            self._blocked = True
            asyncio.get_running_loop().add_writer(self._fd, self._writable)

    def _writable(self) -> None:
        if self._out.flush():
            asyncio.get_running_loop().remove_writer(self._fd)
            self._blocked = False
            self.run()

    def stop(self) -> None:
        """Forget what waits."""
        self._lanes.clear()
        self._waiting = 0
        if self._blocked:
            asyncio.get_running_loop().remove_writer(self._fd)
