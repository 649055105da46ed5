"""One process full of clients, told line by line what to do; it answers each line with one of JSON.

    python -m bench.storm.crowd --port 8000 --hellos FILE --channel TOPIC

`sleep N` takes the network from N of them, `say N` says something N times, `storm AT` awaits their return after the
servers were killed at that time of the machine's clock, talking meanwhile, `until S` waits until everybody has
applied the event of that number. With the end of its input it ends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import uvloop

from bench.storm.client import Client, Story

# Longest until everybody is there, and until everybody has an event.
PATIENCE_S = 60.0
ADDRESSES = 50  # of this machine, as if from so many places
SAYINGS_PER_S = 2.0  # while the others come back
TALKERS = 20  # who say them, so that nobody exceeds what one person may say
_LOOK_S = 0.05


class Crowd:
    """The clients of this process."""

    def __init__(self, port: int, hellos: list[dict[str, Any]], channel: str) -> None:
        self._story = Story()
        self._channel = channel
        self.clients = [
            Client(port, f"127.0.0.{1 + number % ADDRESSES}", hello, self._story) for number, hello in enumerate(hellos)
        ]
        self._asleep: list[Client] = []

    async def gather(self) -> dict[str, Any]:
        """Everybody connects for the first time."""
        began = time.monotonic()
        await asyncio.gather(*(client.connect() for client in self.clients))
        await self._all(lambda client: client.greeted_at is not None)
        return {"ready": len(self._there(began)), "seconds": time.monotonic() - began}

    async def sleep(self, count: int) -> dict[str, Any]:
        """The last of them lose their network."""
        self._asleep = self.clients[len(self.clients) - count :]
        for client in self._asleep:
            client.fall_asleep()
        return {"asleep": count}

    async def say(self, count: int) -> dict[str, Any]:
        """Say something so many times, one after another; the last one's number."""
        number, there = None, self._there(0.0)[:TALKERS]
        for at in range(count):
            number = await there[at % len(there)].say(self._channel, f"{at} before it")
        return {"said": number}

    async def storm(self, at: float) -> dict[str, Any]:
        """Everybody comes back, those too who were asleep."""
        vars(self._story).update(vars(Story()))
        waking = [asyncio.create_task(client.wake_up()) for client in self._asleep]
        talking = asyncio.create_task(self._talk(at))
        await self._all(lambda client: (client.greeted_at or 0.0) > at)
        talking.cancel()
        await asyncio.gather(talking, *waking, return_exceptions=True)
        times = sorted((client.greeted_at or 0.0) - at for client in self._there(at))
        return {"times": times, "story": asdict(self._story)}

    async def until(self, number: int) -> dict[str, Any]:
        """Everybody has applied everything up to this event."""
        await self._all(lambda client: client.positions[self._channel][0] >= number)
        behind = [client for client in self.clients if client.positions[self._channel][0] != number]
        return {"behind": len(behind), "story": asdict(self._story)}

    def _there(self, since: float) -> list[Client]:
        return [client for client in self.clients if (client.greeted_at or 0.0) > since]

    async def _all(self, condition: Callable[[Client], bool]) -> None:
        """Wait for everybody, or until patience ends: who is missing then shows in the figures."""
        until = time.monotonic() + PATIENCE_S
        while not all(map(condition, self.clients)) and time.monotonic() < until:  # noqa: ASYNC110 (of many, none alone)
            await asyncio.sleep(_LOOK_S)

    async def _talk(self, since: float) -> None:
        """Whoever is back already does not wait for the others with what they have to say."""
        while True:
            await asyncio.sleep(1 / SAYINGS_PER_S)
            if there := self._there(since)[:TALKERS]:
                await random.choice(there).say(self._channel, "Is everybody back?")


async def obey(crowd: Crowd) -> None:
    """Do what the input says until it ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    doing: dict[str, Callable[[float], Any]] = {
        "sleep": lambda count: crowd.sleep(int(count)),
        "say": lambda count: crowd.say(int(count)),
        "storm": crowd.storm,
        "until": lambda number: crowd.until(int(number)),
    }
    print(json.dumps(await crowd.gather()), flush=True)
    while line := (await reader.readline()).decode().split():
        print(json.dumps(await doing[line[0]](float(line[1]))), flush=True)


def main() -> None:
    """Run the clients."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--hellos", type=Path, required=True)
    parser.add_argument("--channel", required=True)
    options = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    hellos = [json.loads(line)["p"] for line in options.hellos.read_text().splitlines()]
    uvloop.run(obey(Crowd(options.port, hellos, options.channel)))


if __name__ == "__main__":
    main()
