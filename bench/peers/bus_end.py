"""One end of a bus in a process of its own; prints what it cost, as JSON.

    python -m bench.peers.bus_end --system fairmatch --role listen --url redis://127.0.0.1:6379 --messages 10000

`listen` prints `ready` first and ends with the last message; `publish` says them at a steady pace, so many at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import uvloop
from redis.asyncio import Redis

from server.kernel.clock import SystemClock
from server.kernel.redis_bus import RedisBus

TOPIC = "chat:hall"
PAYLOAD = b"x" * 350  # an event of 200 bytes of text
PATIENCE_S = 60.0

Hear = Callable[[bytes], None]
Publish = Callable[[int], Awaitable[None]]


@asynccontextmanager
async def fairmatch(url: str, hear: Hear | None) -> AsyncIterator[Publish]:
    """The product's own bus."""
    bus = RedisBus(url, "bench", SystemClock())
    await bus.start()
    if hear:
        await bus.subscribe(TOPIC, hear)

    async def publish(count: int) -> None:
        for _ in range(count):
            bus.publish(TOPIC, PAYLOAD)

    yield publish
    await bus.stop()


@asynccontextmanager
async def redis_py(url: str, hear: Hear | None) -> AsyncIterator[Publish]:
    """The client library as its manual shows it."""
    client = Redis.from_url(url)
    listening = None
    if hear:
        channel = client.pubsub()
        await channel.subscribe(TOPIC)

        async def listen() -> None:
            async for message in channel.listen():
                if message["type"] == "message":
                    hear(message["data"])

        listening = asyncio.create_task(listen())

    async def publish(count: int) -> None:
        for _ in range(count):
            await client.publish(TOPIC, PAYLOAD)

    yield publish
    if listening:
        listening.cancel()
    await client.aclose()


SYSTEMS = {"fairmatch": fairmatch, "redis-py": redis_py}


async def listen(system: str, url: str, messages: int) -> float:
    """Hear so many; seconds of processor time from the first one on."""
    heard, begin, done = 0, 0.0, asyncio.Event()

    def hear(data: bytes) -> None:
        nonlocal heard, begin
        begin = begin or time.process_time()
        heard += data.count(PAYLOAD)
        if heard >= messages:
            done.set()

    async with SYSTEMS[system](url, hear):
        print("ready", flush=True)
        async with asyncio.timeout(PATIENCE_S):
            await done.wait()
        return time.process_time() - begin


async def publish(system: str, url: str, messages: int, rate: float, together: int) -> float:
    """Say so many, `together` at a time; seconds of processor time."""
    async with SYSTEMS[system](url, None) as say:
        began, begin = time.monotonic(), time.process_time()
        for number in range(0, messages, together):
            if (left := began + number / rate - time.monotonic()) > 0:
                await asyncio.sleep(left)
            await say(together)
        return time.process_time() - begin


def main() -> None:
    """Run one end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--system", choices=SYSTEMS, required=True)
    parser.add_argument("--role", choices=("listen", "publish"), required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--messages", type=int, required=True)
    parser.add_argument("--rate", type=float, default=2_000.0)
    parser.add_argument("--together", type=int, default=1)
    given = parser.parse_args()
    if given.role == "listen":
        spent = uvloop.run(listen(given.system, given.url, given.messages))
    else:
        spent = uvloop.run(publish(given.system, given.url, given.messages, given.rate, given.together))
    print(json.dumps({"cpu_s": spent}), flush=True)


if __name__ == "__main__":
    main()
