"""People at the live line, all in this process: what they hear is noted with its moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from bench.processes import ServerError
from bench.storm.client import Client, Story

# Longest until everybody is there, and until what was said has come to everybody.
PATIENCE_S = 30.0
_LOOK_S = 0.02

Said = tuple[str, int]  # channel and number


class Listener(Client):
    """Notes when it has applied what; may stop to read, as somebody whose network stands still."""

    def __init__(self, port: int, address: str, hello: dict[str, Any], story: Story) -> None:
        super().__init__(port, address, hello, story)
        self.heard: dict[Said, float] = {}

    def stop_reading(self) -> None:
        """Leave what comes to the kernel, and then to the server."""
        assert self._transport is not None
        self._transport.pause_reading()

    def leave(self) -> None:
        """Go, and do not come back."""
        self.fall_asleep()
        if self._coming:
            self._coming.cancel()

    def _apply(self, topic: str, number: int) -> None:
        super()._apply(topic, number)
        self.heard.setdefault((topic, number), time.monotonic())


@asynccontextmanager
async def there(ports: Sequence[int], hellos: Sequence[dict[str, Any]]) -> AsyncIterator[list[Listener]]:
    """Everybody, spread over the workers; raises ServerError when somebody is not let in."""
    story = Story()
    everybody = [
        Listener(ports[number % len(ports)], f"127.0.0.{1 + number % 50}", hello, story)
        for number, hello in enumerate(hellos)
    ]
    try:
        await asyncio.gather(*(each.connect() for each in everybody))
        if not await come_true(lambda: all(each.greeted_at is not None for each in everybody)):
            raise ServerError("not everybody was let in")
        yield everybody
        if story.gaps or story.repeated:
            raise ServerError(f"{story.gaps} gaps and {story.repeated} repetitions")
    finally:
        for each in everybody:
            each.leave()


async def come_true(condition: Any) -> bool:
    """Whether it became true before patience ended."""
    until = time.monotonic() + PATIENCE_S
    while not (met := condition()) and time.monotonic() < until:  # noqa: ASYNC110 (of many, none alone)
        await asyncio.sleep(_LOOK_S)
    return bool(met)


class Talk:
    """What is said at a steady pace, whatever comes back, and how long it takes."""

    def __init__(self) -> None:
        self.acknowledged: list[float] = []  # seconds from when it was due
        self.delivered: list[float] = []  # the same, for each who hears it
        self._due: dict[Said, float] = {}

    async def go_on(self, speakers: Sequence[tuple[Listener, str]], rate: float, seconds: float, text: str) -> None:
        """They take turns, each in their channel, so many a second in all. Raises ServerError for what was refused."""
        began, saying = time.monotonic(), list[asyncio.Task[None]]()
        for number in range(round(rate * seconds)):
            due = began + number / rate
            if (left := due - time.monotonic()) > 0:
                await asyncio.sleep(left)
            saying.append(asyncio.create_task(self._say(*speakers[number % len(speakers)], text, due)))
        await asyncio.gather(*saying)

    async def _say(self, who: Listener, channel: str, text: str, due: float) -> None:
        number = await who.say(channel, text)
        if number is None:
            raise ServerError("something that was said was refused")
        self.acknowledged.append(time.monotonic() - due)
        self._due[channel, number] = due

    async def comes_to(self, hearers: Iterable[tuple[Listener, str]]) -> None:
        """Wait until these have heard all of their channel, and note when they did. Raises ServerError."""
        wanted = [(who, said) for who, channel in hearers for said in self._due if said[0] == channel]
        if not await come_true(lambda: all(said in who.heard for who, said in wanted)):
            raise ServerError("not everything that was said came to everybody")
        self.delivered += [who.heard[said] - self._due[said] for who, said in wanted]
