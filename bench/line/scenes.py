"""The scenes: rooms full of talk, members who stop to read, a doorbell that nobody hears, and commits in groups."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from prometheus_client import REGISTRY

from bench.figures import percentile
from bench.line.people import Listener, Talk, come_true, there
from bench.processes import ServerError, family, memory_kib
from bench.seed import Place, Somebody
from chat.model import Message
from server.app import create_kernel
from server.kernel.clock import SystemClock
from server.kernel.events import Events
from server.kernel.ids import new_id
from server.kernel.settings import Settings
from server.live import topics
from server.live.entries import Append, Placed, Row
from server.live.log import EventLog
from tests.support.server_process import ServerProcess

ROOMS, RATE = 50, 200.0  # channels, and messages a second over all of them
MEMBERS, STUCK = 60, 20  # of one room, and how many of them stop to read
LONG, LONG_RATE = "x" * 4_000, 100.0  # as much as a message may hold: kernels take megabytes before anything is slow
ROUNDS = 20  # events whose doorbell is lost
TOGETHER = 1_000  # appends at once
_LOOK_S = 0.25

Figures = list[tuple[str, float, str]]


@dataclass(frozen=True)
class Scene:
    """A ground with its servers running, and the people who may come."""

    settings: Settings
    servers: Sequence[ServerProcess]
    place: Place
    everybody: Sequence[Somebody]
    hellos: Sequence[dict[str, Any]]

    @property
    def ports(self) -> list[int]:
        """Where the workers listen."""
        return [each.port for each in self.servers]

    def memory_mib(self) -> float:
        """What all servers hold."""
        return sum(memory_kib(family(each.pid)) for each in self.servers) / 1024


async def rooms(scene: Scene, seconds: float) -> Figures:
    """Two people in each of fifty rooms; each room has a speaker, and the two are on different workers."""
    async with there(scene.ports, scene.hellos[: ROOMS + 1]) as people:
        channels = [topics.chat(one.conversation) for one in scene.everybody[:ROOMS]]
        speakers = list(zip(people, channels, strict=False))
        hearers = speakers + list(zip(people[1:], channels, strict=False))
        await Talk().go_on(speakers, RATE, min(2.0, seconds), "to get warm")
        talk = Talk()
        await talk.go_on(speakers, RATE, seconds, "x" * 200)
        await talk.comes_to(hearers)
    return [
        *_milliseconds("acknowledged", talk.acknowledged),
        *_milliseconds("delivered", talk.delivered),
        ("messages", len(talk.acknowledged), "1"),
    ]


async def stuck(scene: Scene, seconds: float) -> Figures:
    """A third of a room stops to read, while the others go on with long messages."""
    channel = topics.chat(scene.place.channel)
    async with there(scene.ports, scene.hellos[:MEMBERS]) as people:
        readers = [(one, channel) for one in people[STUCK:]]
        before, _ = await _long_talk(scene, readers, seconds)
        held = scene.memory_mib()
        for one in people[:STUCK]:
            one.stop_reading()
        beside, most = await _long_talk(scene, readers, seconds)
    return [
        ("all_read_p99_ms", _p99(before.delivered), "ms"),
        ("beside_the_stuck_p99_ms", _p99(beside.delivered), "ms"),
        ("memory_before_mib", held, "MiB"),
        ("memory_most_mib", most, "MiB"),
        ("said_to_each_mib", len(LONG) * len(beside.acknowledged) / 2**20, "MiB"),
    ]


async def _long_talk(scene: Scene, readers: list[tuple[Listener, str]], seconds: float) -> tuple[Talk, float]:
    """What they said, and the most that the servers held meanwhile, in MiB."""
    talk, most = Talk(), 0.0
    talking = asyncio.create_task(talk.go_on(readers, LONG_RATE, seconds, LONG))
    while not talking.done():
        most = max(most, await asyncio.to_thread(scene.memory_mib))
        await asyncio.wait([talking], timeout=_LOOK_S)
    await talking
    await talk.comes_to(readers)
    return talk, most


async def lost(scene: Scene, _: float) -> Figures:
    """Events are committed as a worker does that dies before it tells the others."""
    channel, healed = topics.chat(scene.place.channel), list[float]()
    async with there(scene.ports, scene.hellos[: 2 * len(scene.ports)]) as people:
        log, close = await _log(scene.settings)
        for _ in range(ROUNDS):
            await asyncio.sleep(random.uniform(0, 1))  # the workers look once a second
            said = channel, (await log.append(_said(scene, channel))).seq
            committed = time.monotonic()
            if not await come_true(lambda said=said: all(said in one.heard for one in people)):
                raise ServerError("an event whose doorbell was lost never came")
            healed += [one.heard[said] - committed for one in people]
        await close()
    return [*_milliseconds("healed", healed), ("healed_most_ms", max(healed) * 1000, "ms"), ("events", ROUNDS, "1")]


async def commits(scene: Scene, seconds: float) -> Figures:
    """The log alone, in a process of its own: messages of one channel, one by one and a thousand at once."""
    channel = topics.chat(scene.place.channel)
    log, close = await _log(scene.settings)

    async def appending(lanes: int) -> tuple[float, float]:
        """Events a second, and events to a commit."""
        before = _batches()
        until, done = time.monotonic() + seconds, 0

        async def one_after_another() -> None:
            nonlocal done
            while time.monotonic() < until:
                await log.append(_said(scene, channel))
                done += 1

        began = time.monotonic()
        await asyncio.gather(*(one_after_another() for _ in range(lanes)))
        took = time.monotonic() - began
        events, commits = (now - then for now, then in zip(_batches(), before, strict=True))
        return done / took, events / commits

    one_by_one, _ = await appending(1)
    together, to_a_commit = await appending(TOGETHER)
    await close()
    return [
        ("one_by_one_per_s", one_by_one, "1/s"),
        ("together_per_s", together, "1/s"),
        ("together_per_commit", to_a_commit, "messages"),
    ]


def _batches() -> tuple[float, float]:
    """Events that this process committed, and its commits."""
    of = "fairmatch_live_commit_batch"
    return REGISTRY.get_sample_value(f"{of}_sum") or 0.0, REGISTRY.get_sample_value(f"{of}_count") or 0.0


async def _log(settings: Settings) -> tuple[EventLog, Callable[[], Any]]:
    """The product's own log on that database, which rings nobody's bell."""
    kernel = create_kernel(settings)
    log = EventLog(kernel.database, SystemClock(), Events(), lambda *_: None)
    await log.start()

    async def close() -> None:
        await log.stop()
        await kernel.database.close()

    return log, close


def _said(scene: Scene, channel: str) -> Append:
    """A message with its rows, as the chat writes it."""
    author, message_id = scene.everybody[0].person, new_id()

    def data(placed: Placed) -> dict[str, Any]:
        return {"id": message_id, "s": placed.seq, "text": "x" * 200}

    def rows(placed: Placed) -> list[Row]:
        values = {
            "id": message_id,
            "channel_id": scene.place.channel,
            "seq": placed.seq,
            "author_id": author,
            "text": "x" * 200,
            "sent_at": placed.at,
        }
        return [(Message, values)]

    return Append(channel, author, str(uuid.uuid4()), "message.created", data, rows)


def _milliseconds(what: str, seconds: Sequence[float]) -> Figures:
    ordered = sorted(seconds)
    return [
        (f"{what}_p50_ms", percentile(ordered, 0.50) * 1000, "ms"),
        (f"{what}_p99_ms", percentile(ordered, 0.99) * 1000, "ms"),
    ]


def _p99(seconds: Sequence[float]) -> float:
    return percentile(sorted(seconds), 0.99) * 1000
