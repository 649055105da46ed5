"""A member without a socket, a room's events, the log as the truth, and a bus that does its worst."""

import asyncio
import json
import random
from collections.abc import Callable, Collection, Mapping
from typing import Any

from server.live.entries import Encoded, Event, Top
from server.live.limits import CATCH_UP_EVENTS
from server.live.queued import payload_of
from server.live.wire import envelope
from server.live.wire.codes import Close

MOMENT: Any = None  # nobody looks at it here


class FakeMember:
    """Keeps what it is written."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.waiting = 0
        self.paused = False
        self.hidden = False
        self.closed: Close | None = None

    def write(self, frame: bytes) -> None:
        """Take a frame."""
        assert self.closed is None, "nothing may be written after the close"
        self.frames.append(frame)

    def buffered(self) -> int:
        """As much as the test says."""
        return self.waiting

    def close(self, code: Close, reason: str = "") -> None:
        """Remember why."""
        self.closed = code

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Everything that it was written, message by message."""
        found = []
        for frame in self.frames:
            payload = json.loads(payload_of(frame))
            found += payload if isinstance(payload, list) else [payload]
        return found

    @property
    def numbers(self) -> list[int]:
        """The numbers of the durable events among it."""
        return [each["s"] for each in self.messages if "s" in each]


def said(seq: int, topic: str = "chat:hall") -> Encoded:
    """A durable event."""
    return Encoded(seq, envelope.event(topic, seq, "said", f'{{"n":{seq}}}', None))


class Log:
    """The truth, read with some delay. Its epoch changes when it is restored."""

    def __init__(self, chance: random.Random) -> None:
        self.top = 0
        self.epoch = "e1"
        self.reads = 0
        self._chance = chance

    async def since(self, channel: str, position: int, limit: int = CATCH_UP_EVENTS) -> list[Event]:
        await asyncio.sleep(self._chance.random() * 0.05)
        self.reads += 1
        numbers = range(position + 1, min(self.top, position + limit) + 1)
        found = [Event(channel, seq, "anna", None, "said", f'{{"n":{seq}}}', MOMENT) for seq in numbers]
        await asyncio.sleep(self._chance.random() * 0.05)
        return found

    async def tops(self, channels: Collection[str]) -> Mapping[str, Top]:
        await asyncio.sleep(self._chance.random() * 0.05)
        found = dict.fromkeys(channels, Top(self.top, self.epoch))
        await asyncio.sleep(self._chance.random() * 0.05)
        return found

    async def elsewhere(self, known: Mapping[str, Top]) -> Mapping[str, Top]:
        return {channel: top for channel, top in (await self.tops(known)).items() if top != known[channel]}


class BadBus:
    """Every delivery may be lost, doubled, late, and so in any order."""

    silent_for = 0.0

    def __init__(self, chance: random.Random, trouble: float) -> None:
        self.trouble = trouble
        self._chance = chance
        self._handlers: dict[str, list[Callable[[bytes], None]]] = {}

    def publish(self, topic: str, payload: bytes) -> None:
        for handler in self._handlers.get(topic, ()):
            copies = self._chance.choice((0, 0, 1, 2)) if self._chance.random() < self.trouble else 1
            for _ in range(copies):
                late = self._chance.random() * 0.3 if self._chance.random() < self.trouble else 0.0
                asyncio.get_running_loop().call_later(late, handler, payload)

    async def subscribe(self, topic: str, handler: Callable[[bytes], None]) -> None:
        await asyncio.sleep(self._chance.random() * 0.02)
        self._handlers.setdefault(topic, []).append(handler)

    async def unsubscribe(self, topic: str, handler: Callable[[bytes], None]) -> None:
        self._handlers[topic].remove(handler)

    def on_gap(self, action: Callable[[], None]) -> None:
        """This bus never knows that it lost something."""
