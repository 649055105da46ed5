"""What only a bus over a network can be asked: it heals by itself, whatever happens to Redis."""

import asyncio
import resource
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from server.kernel import away, redis_bus
from server.kernel.clock import SystemClock
from server.kernel.redis_bus import ECHO_EVERY_S, QUEUE_BYTES, SILENCE_S, RedisBus, joined, split
from tests.contract.ears import Ear, until
from tests.support.guard import Guard
from tests.support.patience import PATIENCE_S
from tests.support.services import Redis


@pytest.fixture
def redis(tmp_path: Path, process_guard: Guard) -> Redis:
    """A Redis of the test's own, to be ill-treated; not started."""
    return Redis(tmp_path, process_guard)


@pytest.fixture
async def workers(redis: Redis) -> AsyncIterator[tuple[RedisBus, RedisBus]]:
    """The buses of two workers on a Redis of the test's own."""
    with redis:
        pair = (RedisBus(redis.url, "test", SystemClock()), RedisBus(redis.url, "test", SystemClock()))
        for each in pair:
            await each.start()
        yield pair
        for each in pair:
            await each.stop()


def command(redis: Redis, *words: str) -> bytes:
    """Say something to Redis, as an operator would."""
    with socket.create_connection(("127.0.0.1", redis.port), timeout=5) as connection:
        connection.sendall(" ".join(words).encode() + b"\r\n")
        return connection.recv(65536)


async def hears_again(speaker: RedisBus, topic: str, ear: Ear) -> None:
    """Wait until a message gets through: each try is another one, since any of them may be lost."""
    tries = 0

    def got_one() -> bool:
        nonlocal tries
        tries += 1
        speaker.publish(topic, b"try %d" % tries)
        return any(payload.startswith(b"try") for payload in ear.heard)

    await until(got_one, PATIENCE_S)


async def test_what_one_worker_publishes_the_other_hears(workers: tuple[RedisBus, RedisBus]) -> None:
    speaker, listener = workers
    ear = Ear()

    await listener.subscribe("chat:1", ear)
    speaker.publish("chat:1", b"hello")

    await until(lambda: ear.heard == [b"hello"])


async def test_installations_with_another_prefix_hear_nothing(redis: Redis) -> None:
    with redis:
        ours, theirs = RedisBus(redis.url, "a", SystemClock()), RedisBus(redis.url, "b", SystemClock())
        await ours.start()
        await theirs.start()
        near, far = Ear(), Ear()
        await ours.subscribe("chat:1", near)
        await theirs.subscribe("chat:1", far)

        ours.publish("chat:1", b"hello")

        await until(lambda: near.heard == [b"hello"])
        assert far.heard == []
        await ours.stop()
        await theirs.stop()


async def test_what_is_published_in_one_turn_of_the_loop_travels_as_one_message(
    redis: Redis, workers: tuple[RedisBus, RedisBus]
) -> None:
    speaker, listener = workers
    ear = Ear()
    await listener.subscribe("chat:1", ear)
    command(redis, "CONFIG RESETSTAT")

    for number in range(1000):
        speaker.publish("chat:1", b"%d" % number)
    await until(lambda: len(ear.heard) == 1000)

    calls = command(redis, "INFO commandstats").decode().split("cmdstat_publish:calls=")[1].split(",")[0]
    assert int(calls) < 10  # one, and the echoes of a second or two


async def test_killed_connections_come_back_with_their_topics_and_tell_of_the_gap(
    redis: Redis, workers: tuple[RedisBus, RedisBus], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_bus, "SILENCE_S", PATIENCE_S)  # a gap of its own, where the machine stood still
    speaker, listener = workers
    ear, gaps = Ear(), []
    await listener.subscribe("chat:1", ear)
    listener.on_gap(lambda: gaps.append(1))

    for kind in ("pubsub", "normal"):
        command(redis, "CLIENT KILL TYPE", kind)

    await hears_again(speaker, "chat:1", ear)
    await until(lambda: bool(gaps))
    assert gaps == [1]


async def test_the_gap_is_told_only_when_the_topics_are_subscribed_again(
    redis: Redis, workers: tuple[RedisBus, RedisBus]
) -> None:
    speaker, listener = workers
    ear = Ear()
    await listener.subscribe("chat:1", ear)
    listener.on_gap(lambda: speaker.publish("chat:1", b"after the gap"))

    command(redis, "CLIENT KILL TYPE pubsub")

    await until(lambda: b"after the gap" in ear.heard)


async def test_a_restarted_redis_is_found_again(redis: Redis, workers: tuple[RedisBus, RedisBus]) -> None:
    speaker, listener = workers
    ear, gaps = Ear(), []
    await listener.subscribe("chat:1", ear)
    listener.on_gap(lambda: gaps.append(1))

    await asyncio.to_thread(redis.kill)
    await asyncio.to_thread(redis.start)

    await hears_again(speaker, "chat:1", ear)
    await until(lambda: bool(gaps))


async def test_a_redis_that_hangs_is_given_up_and_found_again(redis: Redis, workers: tuple[RedisBus, RedisBus]) -> None:
    speaker, listener = workers
    ear, gaps = Ear(), []
    await listener.subscribe("chat:1", ear)
    listener.on_gap(lambda: gaps.append(1))

    redis.pause()
    # It looks once a second: that it has been silent for too long it has seen a second later at the latest.
    await until(lambda: listener.silent_for > SILENCE_S + 1.5 * ECHO_EVERY_S, PATIENCE_S)
    redis.resume()

    await hears_again(speaker, "chat:1", ear)
    await until(lambda: bool(gaps))
    await until(lambda: listener.silent_for < 2.0)


async def test_a_redis_that_is_away_is_said_once_however_often_it_is_looked_for(
    redis: Redis, workers: tuple[RedisBus, RedisBus], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, opens = asyncio.Semaphore(0), redis_bus.open_line

    async def counting(*given: Any) -> Any:
        tried.release()
        return await opens(*given)

    monkeypatch.setattr(redis_bus, "open_line", counting)
    monkeypatch.setattr(away, "STEADY_S", 0.0)
    with capture_logs() as logged:
        await asyncio.to_thread(redis.kill)
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(20):
                await tried.acquire()
        await until(lambda: workers[0].silent_for > SILENCE_S + 1.5 * ECHO_EVERY_S, PATIENCE_S)
        await asyncio.to_thread(redis.start)
        await until(lambda: any(each["event"] == "service_back" for each in logged), PATIENCE_S)
    assert [each["event"] for each in logged] == ["service_away", "service_back"]
    assert {each["service"] for each in logged} == {"redis"}


def waits() -> int:
    """How often this thread has waited for something. That a busy machine took its turn away does not count."""
    return resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw


async def test_publishing_to_a_redis_that_hangs_or_is_away_delays_nobody(
    redis: Redis, workers: tuple[RedisBus, RedisBus]
) -> None:
    speaker, _ = workers
    redis.pause()

    for _ in range(200):
        begun, busy, waited = time.perf_counter(), time.thread_time(), waits()
        speaker.publish("chat:1", b"x" * 1000)
        await asyncio.sleep(0)  # it is sent with this turn of the loop
        assert time.perf_counter() - begun < 0.1 or waits() == waited
        assert time.thread_time() - busy < 0.1
        await asyncio.sleep(0.002)

    redis.resume()


def dropped() -> float:
    """How many messages the figures say were not taken."""
    return REGISTRY.get_sample_value("fairmatch_bus_dropped_total") or 0.0


async def test_what_a_hanging_redis_does_not_answer_is_counted_and_the_next_goes_over_another_connection(
    redis: Redis, workers: tuple[RedisBus, RedisBus]
) -> None:
    speaker, listener = workers
    ear, before = Ear(), dropped()
    await listener.subscribe("chat:1", ear)
    redis.pause()

    speaker.publish("chat:1", b"unanswered")
    await until(lambda: dropped() > before, PATIENCE_S)
    redis.resume()

    await hears_again(speaker, "chat:1", ear)


async def test_what_waits_for_an_absent_redis_is_bounded_and_sent_when_it_is_back(redis: Redis) -> None:
    speaker = RedisBus(redis.url, "test", SystemClock())
    await speaker.start()
    sent, before = 3 * QUEUE_BYTES // 1000, dropped()
    for number in range(sent):
        speaker.publish("chat:1", b"%7d" % number + b"x" * 993)
    assert dropped() - before > sent / 2

    with redis:
        listener = RedisBus(redis.url, "test", SystemClock())
        ear = Ear()
        await listener.subscribe("chat:1", ear)
        await listener.start()
        await hears_again(speaker, "chat:1", ear)

        assert len(ear.heard) < sent / 2
        await listener.stop()
        await speaker.stop()


async def test_subscribing_without_redis_returns_and_holds_once_redis_is_there(redis: Redis) -> None:
    bus = RedisBus(redis.url, "test", SystemClock())
    await bus.start()
    ear = Ear()
    async with asyncio.timeout(1.0):
        await bus.subscribe("chat:1", ear)

    with redis:
        await hears_again(bus, "chat:1", ear)
        await bus.stop()


async def test_a_subscription_whose_output_buffer_is_cut_heals(
    redis: Redis, workers: tuple[RedisBus, RedisBus]
) -> None:
    speaker, listener = workers
    ear, gaps = Ear(), []
    await listener.subscribe("chat:1", ear)
    listener.on_gap(lambda: gaps.append(1))

    command(redis, 'CONFIG SET client-output-buffer-limit "pubsub 32kb 32kb 1"')
    for _ in range(3):
        speaker.publish("chat:1", b"x" * 300_000)
    await until(lambda: bool(gaps))
    command(redis, 'CONFIG SET client-output-buffer-limit "pubsub 32mb 8mb 60"')

    await hears_again(speaker, "chat:1", ear)


async def test_flushing_redis_disturbs_nobody(
    redis: Redis, workers: tuple[RedisBus, RedisBus], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_bus, "SILENCE_S", PATIENCE_S)
    speaker, listener = workers
    ear, gaps = Ear(), []
    await listener.subscribe("chat:1", ear)
    listener.on_gap(lambda: gaps.append(1))

    command(redis, "FLUSHALL")
    speaker.publish("chat:1", b"hello")

    await until(lambda: ear.heard == [b"hello"])
    assert gaps == []


async def test_why_redis_lets_nobody_in_is_said_in_its_own_words(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(away.REDIS, "away_since", None)
    with redis, capture_logs() as logged:
        bus = RedisBus(redis.url.replace("//", "//:wrong@"), "test", SystemClock())
        command(redis, "CONFIG SET requirepass right")
        await bus.start()
        await until(lambda: bool(logged), PATIENCE_S)
        await bus.stop()

    assert logged[0]["event"] == "service_away"
    assert logged[0]["reason"].startswith("ReplyError: WRONGPASS")


async def test_a_wrong_password_keeps_the_bus_away_but_not_the_server(redis: Redis) -> None:
    with redis:
        command(redis, "CONFIG SET requirepass right")
        wrong = RedisBus(redis.url.replace("//", "//:wrong@"), "test", SystemClock())
        right = RedisBus(redis.url.replace("//", "//:right@"), "test", SystemClock())
        ear = Ear()

        for bus in (wrong, right):
            await bus.start()
            await bus.subscribe("chat:1", ear)
        wrong.publish("chat:1", b"from nobody")
        right.publish("chat:1", b"hello")

        await until(lambda: ear.heard == [b"hello"])
        for bus in (wrong, right):
            await bus.stop()


def test_payloads_survive_being_gathered() -> None:
    payloads = [b"", b"one", bytes(5000)]

    assert list(split(joined(payloads))) == payloads


@pytest.mark.parametrize("damage", [b"\0\0", b"\0\0\0\x09short", b"\xff\xff\xff\xff"])
def test_a_damaged_message_gives_what_is_whole_in_it(damage: bytes) -> None:
    assert list(split(joined([b"whole"]) + damage)) == [b"whole"]
