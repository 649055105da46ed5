"""The bus beyond one Redis: sharded publish and subscribe over the primaries of a Redis Cluster (Redis 7 or newer).

A topic belongs to one of PARTITIONS, a partition to a hash slot, and that to the primary which has it at present: so a
message is one primary's work alone, and a worker keeps two connections to each. Who has which slot is asked again every
LOOK_S. What gets lost when a slot moves or a primary dies is healed by the receivers, who are told of the gap.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit
from zlib import crc32

import structlog
from hiredis import ReplyError
from redis.crc import key_slot

from server.kernel.away import REDIS, reason_of
from server.kernel.bus import Handler
from server.kernel.clock import Clock
from server.kernel.enduring import kept_going
from server.kernel.observe import BUS_DROPPED
from server.kernel.redis_bus import ECHO, Form, RedisBus
from server.kernel.redis_line import open_line

# Enough for primaries to be added and to share evenly, and few enough to be looked up at a glance (realtime.md).
PARTITIONS = 128
LOOK_S = 1.0
ANSWER_LIMIT_S = 1.0

log = structlog.get_logger(__name__)


class _Home(NamedTuple):
    """A primary, and the partition whose topics its own echo goes by."""

    url: str
    partition: int


@dataclass(eq=False, slots=True)
class _Listening:
    """A handler of a topic, and where it is subscribed. Once it is over it is subscribed nowhere any more."""

    topic: str
    handler: Handler
    node: RedisBus | None = None
    is_over: bool = False


class ClusterBus:
    """One bus per primary, and every topic on the one that has its slot."""

    def __init__(self, urls: Sequence[str], prefix: str, clock: Clock) -> None:
        self._urls = urls
        self._prefix = prefix
        self._clock = clock
        self._owners: Mapping[int, str] = {}  # of partitions
        self._nodes: dict[_Home, RedisBus] = {}
        self._listening: defaultdict[str, list[_Listening]] = defaultdict(list)  # by topic
        self._gap_actions: list[Callable[[], None]] = []
        self._partial_since: float | None = clock.monotonic()  # since when nobody has some of the partitions
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Find the primaries and connect; returns soon without them when they are away."""
        self._partial_since = self._clock.monotonic()
        with contextlib.suppress(OSError, ReplyError):
            await self._look()
        self._watching = asyncio.create_task(kept_going("bus_cluster", self._watch))

    async def stop(self) -> None:
        """Send what waits, and close."""
        if self._watching:
            self._watching.cancel()
            await asyncio.wait([self._watching])
        await asyncio.gather(*(node.stop() for node in self._nodes.values()))

    def publish(self, topic: str, payload: bytes) -> None:
        """Have it sent with this turn of the loop; counted and dropped while nobody has the topic's slot."""
        if node := self._node_of(topic):
            node.publish(topic, payload)
        else:
            BUS_DROPPED.inc()

    async def subscribe(self, topic: str, handler: Handler) -> None:
        """Returns when the primary has acknowledged, or when it is out of reach: subscribed then as soon as it is
        back."""
        listening = _Listening(topic, handler)
        self._listening[topic].append(listening)
        await self._place(listening)

    async def unsubscribe(self, topic: str, handler: Handler) -> None:
        """In force at once for the handler."""
        theirs = self._listening.get(topic, [])
        listening = next((each for each in theirs if each.handler == handler), None)
        if listening is None:
            return
        theirs.remove(listening)
        listening.is_over = True
        if not theirs:
            del self._listening[topic]
        if listening.node:
            await listening.node.unsubscribe(topic, handler)

    def on_gap(self, action: Callable[[], None]) -> None:
        """Call `action` whenever something may have got lost, once all topics are subscribed again."""
        self._gap_actions.append(action)

    @property
    def silent_for(self) -> float:
        """Seconds since the most silent of the primaries proved to deliver, or since nobody has some of the topics."""
        partial = 0.0 if self._partial_since is None else self._clock.monotonic() - self._partial_since
        return max(partial, *(node.silent_for for node in self._nodes.values()), 0.0)

    def _node_of(self, topic: str) -> RedisBus | None:
        url = self._owners.get(partition_of(topic))
        return next((node for home, node in self._nodes.items() if home.url == url), None)

    # -- who has what ----------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self._look()
            except (OSError, ReplyError) as error:
                REDIS.away(reason_of(error))

    async def _look(self) -> None:
        """Ask who has which slot, and follow what has moved. Raises OSError or ReplyError when nobody answers."""
        owners = await _asked({*self._owners.values(), *self._urls})
        if len(owners) == PARTITIONS:
            self._partial_since = None
        elif self._partial_since is None:
            self._partial_since = self._clock.monotonic()
        if owners == self._owners:
            return
        before, self._owners = self._owners, owners
        homes = {_Home(url, min(each for each in owners if owners[each] == url)) for url in set(owners.values())}
        gone = [self._nodes.pop(home) for home in [*self._nodes] if home not in homes]
        new = {home: self._bus_of(home) for home in homes if home not in self._nodes}
        self._nodes |= new
        await asyncio.gather(*(node.start() for node in new.values()), *(node.stop() for node in gone))
        await asyncio.gather(*(self._place(each) for theirs in [*self._listening.values()] for each in [*theirs]))
        if before:
            log.warning("bus_moved", primaries=len(homes))
            self._tell_of_gap()

    async def _place(self, listening: _Listening) -> None:
        """Subscribe where the topic's slot is now, unless that is done."""
        if listening.is_over:
            return
        former, listening.node = listening.node, self._node_of(listening.topic)
        if listening.node is former:
            return
        if former and former in self._nodes.values():
            await former.unsubscribe(listening.topic, listening.handler)
        if listening.node:
            await listening.node.subscribe(listening.topic, listening.handler)

    def _bus_of(self, home: _Home) -> RedisBus:
        form = Form(
            partial(_channel, self._prefix, home.partition),
            publish=b"SPUBLISH",
            subscribe=b"SSUBSCRIBE",
            unsubscribe=b"SUNSUBSCRIBE",
            subscribed=b"ssubscribe",
            message=b"smessage",
        )
        node = RedisBus(home.url, self._prefix, self._clock, form)
        node.on_gap(self._tell_of_gap)
        return node

    def _tell_of_gap(self) -> None:
        for action in tuple(self._gap_actions):
            try:
                action()
            except Exception:
                log.exception("bus_gap_action_failed")


def partition_of(topic: str) -> int:
    """The partition that a topic belongs to: the same for every worker, in every run."""
    return crc32(topic.encode()) % PARTITIONS


async def home_of(urls: Collection[str], prefix: str, topic: str) -> tuple[str, bytes]:
    """Which primary has a topic, and what the topic is called there. Raises OSError or ReplyError when nobody says."""
    owners = await _asked(urls)
    partition = partition_of(topic)
    if partition not in owners:
        raise ConnectionError("nobody has the topic's slot")
    return owners[partition], _channel(prefix, partition, topic)


def _channel(prefix: str, home: int, topic: str) -> bytes:
    """What a topic is called in Redis: the partition in braces alone decides on the slot. An echo stays at home."""
    partition = home if topic.startswith(ECHO) else partition_of(topic)
    return b"%s:bus:{%d}:%s" % (prefix.encode(), partition, topic.encode())


async def _asked(urls: Collection[str]) -> Mapping[int, str]:
    """Who has each partition, as the first of these primaries says that answers. Raises OSError or ReplyError."""
    failure: Exception = ConnectionError("no primary is known")
    for url in sorted(urls):
        try:
            async with asyncio.timeout(ANSWER_LIMIT_S):
                return await _owners(url)
        except (OSError, ReplyError) as error:
            failure = error
    raise failure


async def _owners(url: str) -> Mapping[int, str]:
    line = await open_line(url, lambda _: None)
    try:
        ranges = await line.ask("CLUSTER", "SLOTS")
    finally:
        line.abort()
    found = {}
    for partition in range(PARTITIONS):
        slot = key_slot(b"%d" % partition)
        for first, last, (host, port, *_), *_replicas in ranges:
            if first <= slot <= last:
                found[partition] = address_of(url, host, port)
    return found


def address_of(url: str, host: bytes | None, port: int) -> str:
    """The address of a primary: signed in to as the one at `url` that named it, whose host it has when it is told
    without (empty or nil, as the cluster's settings say)."""
    parts = urlsplit(url)
    name = (host or b"").decode() or parts.hostname or "localhost"
    place = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
    user = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{user}@{place}" if user else place))
