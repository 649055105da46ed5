"""Slow readers: they cost a bounded amount, harm nobody, and miss nothing once they read again."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from server.kernel.parts import Kernel
from server.live import transport
from server.live.limits import DROP_EVENTS_BYTES, Limits
from server.live.log import Append
from tests.server.live.ground import ANNA, HALL, Fair, World, build, serving
from tests.server.live.raw import RawClient, raw
from tests.support.patience import PATIENCE_S

BIG = "x" * 3900
# Who reads nothing for as long as these tests write is sent away for neither that nor for a ping that stands behind it.
PATIENT = Limits(stall_seconds=120.0, pong_seconds=120.0)


@pytest.fixture
async def world(kernel: Kernel, fair: Fair) -> AsyncIterator[World]:
    """One worker that is patient with slow readers: each message is a commit, and a busy disk takes its time."""
    async with serving(build(kernel, fair, PATIENT), fair) as started:
        yield started


async def _say(world: World, count: int) -> None:
    for _ in range(count):
        await world.live.log.append(Append(HALL, "cara", None, "said", {"text": BIG}))


async def _messages(client: RawClient) -> list[dict[str, Any]]:
    """The messages of the next text frame."""
    opcode, payload = await client.next_frame()
    assert opcode in (1, 9), (opcode, payload[:20])
    messages: Any = json.loads(payload) if opcode == 1 else []
    return messages if isinstance(messages, list) else [messages]


async def _numbers(client: RawClient, last: int) -> list[int]:
    """The numbers of the durable events, up to a last one."""
    found: list[int] = []
    async with asyncio.timeout(PATIENCE_S):
        while not found or found[-1] < last:
            found += [each["s"] for each in await _messages(client) if "s" in each]
    return found


async def test_who_reads_slowly_costs_a_bounded_amount_and_misses_nothing(world: World) -> None:
    async with world.client(ANNA, [HALL]) as anna, raw(world, narrow=True) as ben:
        slow = world.live.connections.of("ben")[0]
        listening = asyncio.create_task(anna.texts(HALL, 400))
        for _ in range(10):
            await _say(world, 40)
            assert slow.buffered() < DROP_EVENTS_BYTES + 64 * len(BIG) + 4096
        assert slow.paused
        assert await listening == [BIG] * 400  # a quick one hears it all meanwhile
        assert await _numbers(ben, 400) == list(range(1, 401))
        await _say(world, 1)
        assert await _numbers(ben, 401) == [401]
        assert not slow.paused


async def test_who_missed_too_much_is_sent_for_a_snapshot(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "CLOSE_PATIENCE_S", PATIENCE_S)
    async with raw(world, narrow=True) as ben:
        slow = world.live.connections.of("ben")[0]
        while not slow.paused:
            await _say(world, 20)
        behind = world.live.hub.rooms[HALL].behind[slow]
        while behind.fed:
            await _say(world, 20)
        await asyncio.gather(
            *(world.live.log.append(Append(HALL, "cara", None, "said", {"text": "y"})) for _ in range(510))
        )
        assert await ben.close_code() == 4003


async def test_who_reads_nothing_is_sent_away_and_nobody_else_notices(
    kernel: Kernel, fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "CLOSE_PATIENCE_S", PATIENCE_S)  # until then the reason can be read
    limits = Limits(stall_seconds=0.5)
    async with serving(build(kernel, fair, limits), fair) as world, world.client(ANNA, [HALL]) as anna:
        listening = asyncio.create_task(anna.listen())
        async with raw(world, narrow=True) as ben:
            slow = world.live.connections.of("ben")[0]
            while not slow.paused:
                await _say(world, 20)
            async with asyncio.timeout(PATIENCE_S):
                while not slow.closed:
                    await _say(world, 1)
            assert world.live.viewers(HALL) == 1
            assert await ben.close_code() == 4009
        top = world.live.hub.rooms[HALL].top
        while len(anna.heard) < top:  # noqa: ASYNC110 - the reader fills a list and tells nobody
            await asyncio.sleep(0.01)
        listening.cancel()
        assert [each["s"] for each in anna.heard] == list(range(1, top + 1))


async def test_who_asks_for_more_than_they_read_is_not_listened_to(world: World) -> None:
    async with world.client(ANNA, [HALL]) as anna, raw(world, narrow=True):
        slow = world.live.connections.of("ben")[0]
        while not slow.paused:
            await _say(world, 20)
        assert not slow._line.transport.is_reading()  # type: ignore[attr-defined]
        await anna.call("echo")


async def test_replies_beyond_a_megabyte_close_a_stuck_connection(world: World) -> None:
    async with raw(world, narrow=True):
        slow = world.live.connections.of("ben")[0]
        while not slow.closed:
            slow.send(b'{"i":1,"r":"' + b"x" * 100_000 + b'"}')
        assert slow.buffered() < 3 * 1024 * 1024


async def test_passing_events_are_dropped_for_the_slow_and_states_come_as_their_latest(world: World) -> None:
    async with raw(world, narrow=True) as ben:
        slow = world.live.connections.of("ben")[0]
        while not slow.paused:
            await _say(world, 20)
        for n in range(5):
            world.live.publish(HALL, "typing", {"n": n})
            world.live.publish_state(HALL, "stage", {"n": n}, v=n + 1)
            await asyncio.sleep(0.001)
        last = world.live.hub.rooms[HALL].top
        kinds: list[Any] = []
        async with asyncio.timeout(PATIENCE_S):
            while not any(each["k"] == "stage" for each in kinds):
                kinds += await _messages(ben)
        assert [each["s"] for each in kinds if "s" in each] == list(range(1, last + 1))
        assert [each["d"] for each in kinds if each["k"] == "stage"] == [{"n": 4}]
        assert not [each for each in kinds if each["k"] == "typing"]


@pytest.mark.parametrize("bytes_at_once", [1, 700])
async def test_a_reader_of_single_bytes_gets_whole_frames(world: World, bytes_at_once: int) -> None:
    async with raw(world, narrow=True) as ben:
        await _say(world, 3)
        got = b""
        async with asyncio.timeout(PATIENCE_S):
            while got.count(b'"cid"') + got.count(b'"s":') < 3:
                got += await ben.reader.read(bytes_at_once)
