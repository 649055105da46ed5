"""People at their browsers: each books, moves and calls off by the forms that the pages have, one thing at a time."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bench.meetings.crowd import FAIR, Crowd

# Seconds between two deeds of one person, on average: an assumption, not a measurement of people. Who books reads whom
# they ask, writes two texts and chooses a time, so ten seconds are quick; with 200 people that offers at most 20 deeds
# a second, less what they wait for answers.
THINK_S = 10.0
# Meetings that somebody keeps at most, so that they also move and call off.
KEPT = 4
_MEETING = re.compile(r"/meetings/([0-9a-f-]{36})")
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass
class Deeds:
    """What all clients did: how long each took, and how it ended."""

    seconds: list[float] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)
    all: int = 0  # with those of the warming up: they cost CPU too


@dataclass
class Client:
    """One person, on one connection that is kept."""

    port: int
    person: str
    cookie: str
    crowd: Crowd
    chance: random.Random
    deeds: Deeds
    meetings: list[str] = field(default_factory=list)
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None

    async def live(self, begin: float, end: float) -> None:
        """Do things until the end; what was begun before `begin` (by the clock of the machine) is not counted."""
        await asyncio.sleep(self.chance.uniform(0, THINK_S))
        while time.monotonic() < end:
            begun = time.monotonic()
            what, status = await self._do_something()
            self.deeds.all += 1
            if begun >= begin:
                self.deeds.seconds.append(time.monotonic() - begun)
                self.deeds.ended[f"{what} {status}"] += 1
            await asyncio.sleep(self.chance.expovariate(1 / THINK_S))
        if self._writer:
            self._writer.close()

    async def _do_something(self) -> tuple[str, int]:
        deed = self.chance.random()
        if not self.meetings or (deed < 0.4 and len(self.meetings) < KEPT):
            return "book", await self._book()
        meeting = self.chance.choice(self.meetings)
        if deed < 0.75:
            return "move", (await self._post(f"/meetings/{meeting}/move", slot=self._slot()))[0]
        self.meetings.remove(meeting)
        return "cancel", (await self._post(f"/meetings/{meeting}/cancel", reason="Something came up"))[0]

    async def _book(self) -> int:
        other = self.chance.choice([id for id, _ in self.crowd.people if id != self.person])
        path = f"/fairs/{FAIR}/meetings/with/{other}"
        status, location = await self._post(path, ask="Charging", offer="A charger", slot=self._slot())
        if found := _MEETING.search(location):
            self.meetings.append(found[1])
        return status

    def _slot(self) -> str:
        return self.chance.choice(self.crowd.slots)

    async def _post(self, path: str, **fields: str) -> tuple[int, str]:
        """Send a form; the answer's status, and where it leads."""
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        body = urlencode(fields).encode()
        head = [
            f"POST {path} HTTP/1.1",
            f"Host: localhost:{self.port}",
            "Accept: text/html",
            "Sec-Fetch-Site: same-origin",
            f"Cookie: fairmatch_session={self.cookie}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
        self._writer.write("\r\n".join([*head, "", ""]).encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        if length := _LENGTH.search(answer):
            await self._reader.readexactly(int(length[1]))
        location = re.search(rb"location: (\S+)", answer, re.IGNORECASE)
        return int(answer.split(b" ", 2)[1]), location[1].decode() if location else ""


async def crowd_at_work(ports: list[int], crowd: Crowd, seconds: float, seed: int) -> Deeds:
    """Everybody at once, over all workers in turn, for so many seconds after a warming up of one pause and a second."""
    deeds, begin = Deeds(), time.monotonic() + THINK_S + 1
    clients = [
        Client(ports[number % len(ports)], id, cookie, crowd, random.Random(seed * 1_000 + number), deeds)
        for number, (id, cookie) in enumerate(crowd.people)
    ]
    await asyncio.gather(*(client.live(begin, begin + seconds) for client in clients))
    return deeds
