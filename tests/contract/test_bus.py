"""What every bus promises; the same tests over each of them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from server.kernel.bus import Bus
from server.kernel.clock import SystemClock
from server.kernel.cluster_bus import ClusterBus
from server.kernel.ids import new_id
from server.kernel.memory_bus import MemoryBus
from server.kernel.redis_bus import RedisBus
from tests.contract.ears import Ear, until
from tests.support.redis_cluster import RedisCluster
from tests.support.trouble import expects_trouble


@pytest.fixture(params=["memory", "redis", "cluster"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    """Each kind of bus, started."""
    built: Bus = MemoryBus()
    if request.param == "redis":
        built = RedisBus(request.getfixturevalue("redis_url"), new_id(), SystemClock())
    elif request.param == "cluster":
        cluster: RedisCluster = request.getfixturevalue("redis_cluster")
        built = ClusterBus(cluster.urls, cluster.name, SystemClock())
    await built.start()
    yield built
    await built.stop()


async def test_a_subscriber_gets_what_is_published_after_subscribing_returned(bus: Bus) -> None:
    ear = Ear()

    await bus.subscribe("chat:1", ear)
    bus.publish("chat:1", b"hello")

    await until(lambda: ear.heard == [b"hello"])


async def test_publishing_calls_no_handler_before_it_returns(bus: Bus) -> None:
    ear = Ear()
    await bus.subscribe("chat:1", ear)

    bus.publish("chat:1", b"hello")

    assert ear.heard == []
    await until(lambda: ear.heard == [b"hello"])


async def test_messages_of_one_topic_come_in_the_order_of_publishing(bus: Bus) -> None:
    ear = Ear()
    await bus.subscribe("chat:1", ear)
    sent = [b"%d" % number for number in range(500)]

    for number, payload in enumerate(sent):
        bus.publish("chat:1", payload)
        if number % 100 == 0:
            await asyncio.sleep(0)

    await until(lambda: len(ear.heard) == len(sent))
    assert ear.heard == sent


async def test_every_byte_of_a_payload_arrives(bus: Bus) -> None:
    ear = Ear()
    await bus.subscribe("chat:1", ear)
    payloads = [b"", bytes(range(256)), b"\r\n*3\r\n", b"x" * 200_000]

    for payload in payloads:
        bus.publish("chat:1", payload)

    await until(lambda: ear.heard == payloads)


async def test_topics_do_not_hear_one_another(bus: Bus) -> None:
    one, other = Ear(), Ear()
    await bus.subscribe("chat:1", one)
    await bus.subscribe("chat:10", other)

    bus.publish("chat:1", b"for one")
    bus.publish("chat:10", b"for the other")

    await until(lambda: (one.heard, other.heard) == ([b"for one"], [b"for the other"]))


@expects_trouble
async def test_all_handlers_of_a_topic_are_called_and_one_that_fails_harms_no_other(bus: Bus) -> None:
    def failing(_payload: bytes) -> None:
        raise RuntimeError("a handler with a mistake in it")

    before, after = Ear(), Ear()
    for handler in (before, failing, after):
        await bus.subscribe("chat:1", handler)

    bus.publish("chat:1", b"hello")

    await until(lambda: (before.heard, after.heard) == ([b"hello"], [b"hello"]))


async def test_who_unsubscribed_hears_no_more_and_the_others_still_do(bus: Bus) -> None:
    leaving, staying = Ear(), Ear()
    await bus.subscribe("chat:1", leaving)
    await bus.subscribe("chat:1", staying)

    await bus.unsubscribe("chat:1", leaving)
    bus.publish("chat:1", b"hello")

    await until(lambda: staying.heard == [b"hello"])
    assert leaving.heard == []


async def test_a_topic_can_be_subscribed_anew_at_once(bus: Bus) -> None:
    ear = Ear()
    await bus.subscribe("chat:1", ear)
    await bus.unsubscribe("chat:1", ear)

    await bus.subscribe("chat:1", ear)
    bus.publish("chat:1", b"hello")

    await until(lambda: ear.heard == [b"hello"])


async def test_unsubscribing_who_never_subscribed_is_no_error(bus: Bus) -> None:
    await bus.unsubscribe("chat:1", Ear())


async def test_many_topics_are_subscribed_together(bus: Bus) -> None:
    ears = {f"chat:{number}": Ear() for number in range(300)}

    await asyncio.gather(*(bus.subscribe(topic, ear) for topic, ear in ears.items()))
    for topic in ears:
        bus.publish(topic, topic.encode())

    await until(lambda: all(ear.heard == [topic.encode()] for topic, ear in ears.items()))


async def test_a_bus_that_works_is_not_silent(bus: Bus) -> None:
    assert bus.silent_for < 2.0
