"""A client of the live line that is nothing but its socket: it holds its positions, and comes back by the rules."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from bench.peers.frames import CLOSE, PING, PONG, TEXT, masked_frame, read_frames

# Back-off with full jitter, as every client of ours is told to: rand(0, min(30 s, 0.5 s * 2^n)).
BACK_OFF_S, BACK_OFF_MOST_S = 0.5, 30.0
_RETRY_AFTER = re.compile(rb"^retry-after:\s*(\d+)", re.IGNORECASE | re.MULTILINE)


@dataclass
class Story:
    """What all clients of one process went through since the storm began."""

    refused: int = 0  # 503 with Retry-After
    refused_bare: int = 0  # any other answer to an upgrade than "come in"
    unreachable: int = 0  # nobody listened
    resumed: int = 0  # topics with a log that were complete from the position held
    started_anew: int = 0  # such topics that were not
    not_heard: int = 0  # topics that were refused
    missed: int = 0  # events that came with the welcome
    repeated: int = 0  # events that had been applied already
    gaps: int = 0  # events that came before the one that they follow
    lost_again: int = 0  # connections that ended after their welcome
    closes: Counter[str] = field(default_factory=Counter)  # codes with which the server closed


@lru_cache(256)
def events_in(frame: bytes) -> tuple[tuple[str, int], ...]:
    """The durable events of a frame, by topic and number. The same bytes come to everybody."""
    said = json.loads(frame)
    return tuple((each["c"], each["s"]) for each in (said if isinstance(said, list) else [said]) if "s" in each)


class Client(asyncio.Protocol):
    """One person's connection, over all the times that it is lost."""

    def __init__(self, port: int, address: str, hello: dict[str, Any], story: Story) -> None:
        self.story = story
        self.positions: dict[str, tuple[int, str]] = {}  # number and epoch, of topics with a log
        self.greeted_at: float | None = None  # by the machine's clock; None while it is away
        self._port, self._address = port, address
        self._hello = hello
        self._attempts = 0
        self._asleep = False
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._upgraded = False
        self._numbers = 1
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._told: float | None = None  # seconds to wait, as the server said
        self._coming: asyncio.Task[None] | None = None

    # -- coming and going ----------------------------------------------------------------------------------------

    async def connect(self) -> None:
        """Try until somebody listens."""
        loop = asyncio.get_running_loop()
        while not self._asleep:
            try:
                await loop.create_connection(lambda: self, "127.0.0.1", self._port, local_addr=(self._address, 0))
                return
            except OSError:
                self.story.unreachable += 1
                await asyncio.sleep(self._pause())

    def fall_asleep(self) -> None:
        """The network is gone, without a word."""
        self._asleep = True
        if self._transport:
            self._transport.abort()

    async def wake_up(self) -> None:
        """It is back."""
        self._asleep = False
        await self.connect()

    def _pause(self) -> float:
        longest = min(BACK_OFF_MOST_S, BACK_OFF_S * 2**self._attempts)
        self._attempts += 1
        return random.uniform(0, longest)

    def _come_back(self, after: float) -> None:
        async def later() -> None:
            await asyncio.sleep(after)
            await self.connect()

        self._coming = asyncio.get_running_loop().create_task(later())

    # -- the line ------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        line = cast(asyncio.Transport, transport)  # uvloop's are no subclass
        self._transport, self._rest, self._upgraded = line, b"", False
        here = f"localhost:{self._port}"
        head = [
            "GET /live HTTP/1.1",
            f"Host: {here}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: c3Rvcm0gaW4gdGhlIGJheQ==",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: fairmatch.v1",
            f"Origin: http://{here}",
        ]
        line.write("\r\n".join([*head, "", ""]).encode())

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        data = self._rest + data
        if not self._upgraded:
            data = self._answered(data)
        frames, self._rest = read_frames(data) if self._upgraded else ([], data)
        for opcode, payload in frames:
            self._frame(opcode, payload)

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone: come back."""
        self._transport = None
        if self.greeted_at is not None:
            self.story.lost_again += 1
        self.greeted_at = None
        for asked in self._asked.values():
            if not asked.done():
                asked.set_result({})
        self._asked.clear()
        if not self._asleep:
            self._come_back(self._told if self._told is not None else self._pause())
        self._told = None

    def _answered(self, data: bytes) -> bytes:
        head, end, rest = data.partition(b"\r\n\r\n")
        if not end or self._transport is None:
            return data
        if head.startswith(b"HTTP/1.1 101"):
            self._upgraded = True
            self._send({"i": 1, "m": "hello", "p": self._hello | {"channels": self._channels()}})
            return rest
        if head.startswith(b"HTTP/1.1 503") and (after := _RETRY_AFTER.search(head)):
            self.story.refused += 1
            self._told = float(after[1])
        else:
            self.story.refused_bare += 1
        self._transport.abort()
        return b""

    def _channels(self) -> dict[str, Any]:
        held = {topic: {"s": at, "epoch": epoch} for topic, (at, epoch) in self.positions.items()}
        return {**self._hello["channels"], **held}

    def _send(self, message: dict[str, Any]) -> None:
        if self._transport:
            self._transport.write(masked_frame(json.dumps(message).encode(), TEXT))

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode == PING and self._transport:
            self._transport.write(masked_frame(payload, PONG))
        elif opcode == CLOSE:
            self.story.closes[str(int.from_bytes(payload[:2], "big"))] += 1
            if self._transport:
                self._transport.abort()
        elif payload.startswith(b'{"i":'):
            self._reply(json.loads(payload))
        elif opcode == TEXT:
            for topic, number in events_in(payload):
                self._apply(topic, number)

    # -- what it holds -------------------------------------------------------------------------------------------

    def _reply(self, reply: dict[str, Any]) -> None:
        if reply["i"] == 1 and self.greeted_at is None:
            self._welcomed(reply)
        elif (asked := self._asked.pop(reply["i"], None)) and not asked.done():
            asked.set_result(reply)

    def _welcomed(self, reply: dict[str, Any]) -> None:
        if "r" not in reply:
            return  # the close that follows says it
        welcome = reply["r"]
        for topic, state in welcome["channels"].items():
            self._stand(topic, state)
        self._hello = {"resume": welcome["resume"], "channels": self._hello["channels"]}
        self._attempts = 0
        self.greeted_at = time.monotonic()

    def _stand(self, topic: str, state: dict[str, Any]) -> None:
        if not state["ok"]:
            self.story.not_heard += 1
        elif not topic.startswith("chat:"):
            return
        elif state["recovered"]:
            self.story.resumed += 1
            self.story.missed += len(state["events"])
            for event in state["events"]:
                self._apply(topic, event["s"])
            self.story.gaps += self.positions[topic][0] != state["top"]
        else:
            self.story.started_anew += topic in self.positions
            self.positions[topic] = (state["top"], state["epoch"])

    def _apply(self, topic: str, number: int) -> None:
        at, epoch = self.positions[topic]
        if number == at + 1:
            self.positions[topic] = (number, epoch)
        elif number <= at:
            self.story.repeated += 1
        else:
            self.story.gaps += 1

    # -- speaking ------------------------------------------------------------------------------------------------

    async def say(self, channel: str, text: str) -> int | None:
        """Say something; its number. None when the connection was lost, or it was refused."""
        if self.greeted_at is None:
            return None
        self._numbers += 1
        answer = self._asked[self._numbers] = asyncio.get_running_loop().create_future()
        params = {"channel": channel, "cid": str(uuid.uuid4()), "text": text}
        self._send({"i": self._numbers, "m": "chat.send", "p": params})
        number: int | None = (await answer).get("r", {}).get("s")
        return number
