"""The bus over a Redis Cluster: every topic on its primary, and after it when its slot moves."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest
from redis.crc import key_slot

from server.kernel.clock import FrozenClock, SystemClock
from server.kernel.cluster_bus import PARTITIONS, ClusterBus, address_of, partition_of
from server.kernel.shared_bus import is_heard
from tests.contract.ears import Ear, until
from tests.support.backend import settings_with
from tests.support.redis_cluster import RedisCluster

TOPICS = [f"chat:{number}" for number in range(40)]


@pytest.fixture
async def pair(redis_cluster: RedisCluster) -> AsyncIterator[tuple[ClusterBus, ClusterBus]]:
    """The buses of two workers, each of which was given another primary."""
    buses = tuple(ClusterBus([url], redis_cluster.name, SystemClock()) for url in redis_cluster.urls)
    await asyncio.gather(*(bus.start() for bus in buses))
    yield buses  # type: ignore[misc]
    await asyncio.gather(*(bus.stop() for bus in buses))


def test_topics_are_spread_over_the_partitions() -> None:
    used = {partition_of(f"chat:{number}") for number in range(10 * PARTITIONS)}
    assert len(used) == PARTITIONS


async def test_what_one_worker_publishes_the_other_hears_on_whichever_primary(
    pair: tuple[ClusterBus, ClusterBus], redis_cluster: RedisCluster
) -> None:
    speaker, listener = pair
    ears = {topic: Ear() for topic in TOPICS}
    await asyncio.gather(*(listener.subscribe(topic, ear) for topic, ear in ears.items()))

    for topic in TOPICS:
        speaker.publish(topic, topic.encode())

    await until(lambda: all(ear.heard == [topic.encode()] for topic, ear in ears.items()))
    assert all(channels > 5 for channels in redis_cluster.shard_channels()), "both carry a part of it"


async def test_whether_anybody_hears_a_topic_is_told_on_whichever_primary_it_is(
    pair: tuple[ClusterBus, ClusterBus], redis_cluster: RedisCluster
) -> None:
    await asyncio.gather(*(pair[0].subscribe(topic, Ear()) for topic in TOPICS))

    for url in redis_cluster.urls:
        known = settings_with(bus_cluster=[url], redis_prefix=redis_cluster.name)
        assert all([await is_heard(known, topic) for topic in TOPICS])
        assert not await is_heard(known, "chat:nobody")
    assert not await is_heard(settings_with(bus_cluster=["redis://127.0.0.1:1"]), TOPICS[0])


async def test_a_primary_that_is_silent_keeps_nobody_from_being_told_of(
    pair: tuple[ClusterBus, ClusterBus], redis_cluster: RedisCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The silent one is asked first: its name comes before the others'."""
    monkeypatch.setattr("server.kernel.cluster_bus.ANSWER_LIMIT_S", 0.2)
    await pair[0].subscribe(TOPICS[0], Ear())

    with socket.create_server(("127.0.0.1", 0)) as silent:
        urls = [f"redis://!@127.0.0.1:{silent.getsockname()[1]}", *redis_cluster.urls]
        assert min(urls) == urls[0]
        assert await is_heard(settings_with(bus_cluster=urls, redis_prefix=redis_cluster.name), TOPICS[0])


async def test_a_topic_whose_slot_moves_is_followed_and_the_gap_is_told(
    pair: tuple[ClusterBus, ClusterBus], redis_cluster: RedisCluster
) -> None:
    speaker, listener = pair
    ear, other, gaps = Ear(), Ear(), Ear()
    topic, staying = TOPICS[0], next(each for each in TOPICS if partition_of(each) != partition_of(TOPICS[0]))
    await listener.subscribe(topic, ear)
    await listener.subscribe(staying, other)
    listener.on_gap(lambda: gaps(b"gap"))

    redis_cluster.move(key_slot(b"%d" % partition_of(topic)))

    await until(lambda: bool(gaps.heard))
    await until(lambda: bool(ear.heard) or speaker.publish(topic, b"after"))
    speaker.publish(staying, b"as before")
    await until(lambda: other.heard == [b"as before"])
    assert set(ear.heard) == {b"after"}


async def test_a_cluster_that_is_away_keeps_nobody_from_starting_and_is_silent() -> None:
    bus = ClusterBus(["redis://127.0.0.1:1"], "test", SystemClock())
    await bus.start()
    await bus.subscribe("chat:1", Ear())
    bus.publish("chat:1", b"lost")
    assert bus.silent_for > 0
    await bus.stop()


@pytest.mark.parametrize(
    ("told", "address"),
    [
        (b"10.0.0.7", "redis://app:secret@10.0.0.7:6380/0"),
        (b"", "redis://app:secret@one.internal:6380/0"),
        (None, "redis://app:secret@one.internal:6380/0"),  # cluster-preferred-endpoint-type unknown-endpoint
        (b"fd00::7", "redis://app:secret@[fd00::7]:6380/0"),
    ],
)
def test_a_primary_is_reached_where_its_cluster_says(told: bytes | None, address: str) -> None:
    assert address_of("redis://app:secret@one.internal:6379/0", told, 6380) == address


class Primary:
    """A primary's bus, which remembers who is subscribed."""

    silent_for = 0.0

    def __init__(self) -> None:
        self.subscribed = list[Ear]()
        self.when_asked: Callable[[], Awaitable[None]] | None = None

    async def start(self) -> None:
        """It is there."""

    async def stop(self) -> None:
        """It is not needed."""

    async def subscribe(self, _topic: str, ear: Ear) -> None:
        self.subscribed.append(ear)
        if self.when_asked:
            asked, self.when_asked = self.when_asked, None
            await asked()

    async def unsubscribe(self, _topic: str, ear: Ear) -> None:
        if ear in self.subscribed:
            self.subscribed.remove(ear)


class Cluster:
    """A bus over primaries that are none, and who has which partition; a look at it is taken by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
        self.primaries = {name: Primary() for name in names}
        self.clock = FrozenClock(datetime(2027, 3, 1, tzinfo=UTC))
        self.bus = ClusterBus([], "test", self.clock)
        self.owners: dict[int, str] = {}
        monkeypatch.setattr(self.bus, "_bus_of", lambda home: self.primaries[home.url])
        monkeypatch.setattr("server.kernel.cluster_bus._asked", self._asked)

    async def _asked(self, _urls: object) -> dict[int, str]:
        return self.owners

    async def look(self, *, owner: str, but: int | None = None) -> None:
        self.owners = {each: owner for each in range(PARTITIONS) if each != but}
        await self.bus._look()


async def test_who_goes_while_topics_are_carried_to_another_primary_is_subscribed_there_neither(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cluster = Cluster(monkeypatch, "old", "new")
    await cluster.look(owner="old")
    stays, goes = Ear(), Ear()
    await cluster.bus.subscribe("chat:1", stays)
    await cluster.bus.subscribe("chat:2", goes)
    cluster.primaries["new"].when_asked = lambda: cluster.bus.unsubscribe("chat:2", goes)
    await cluster.look(owner="new")
    assert cluster.primaries["new"].subscribed == [stays]


async def test_the_bus_is_silent_for_as_long_as_nobody_has_some_of_the_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(monkeypatch, "one")
    await cluster.look(owner="one")
    cluster.clock.advance(seconds=30)
    assert cluster.bus.silent_for == 0
    await cluster.look(owner="one", but=7)
    cluster.clock.advance(seconds=20)
    await cluster.look(owner="one", but=7)
    assert cluster.bus.silent_for == 20
    await cluster.look(owner="one")
    assert cluster.bus.silent_for == 0
