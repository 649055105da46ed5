"""A lobby full of recording clients, and the log that they are compared with."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.request import urlopen

from sqlalchemy import select

from bench.seed import fill
from server.app import create_kernel
from server.live import topics
from server.live.model import EventRow
from server.live.resume import Resume, sealed
from tests.faults.client import RecordingClient, content_of
from tests.faults.happened import Entry, History, Logged
from tests.faults.history import check
from tests.support.backend import Backend
from tests.support.patience import PATIENCE_S
from tests.support.server_process import Servers

# The sends of one person stay below the limit of requests, so that what is tested is the fault and not the limit.
SENDERS = 10
VALID_FOR = timedelta(hours=1)
_FAULTS = re.compile(r"^fairmatch_errors_logged_total\{.*\} (\S+)$", re.MULTILINE)


@dataclass
class Lobby:
    """Where they meet, and everything that they did and saw."""

    backend: Backend
    channel: str
    tokens: list[str]
    history: History = field(default_factory=History)

    def clients(self, servers: Servers) -> list[RecordingClient]:
        """One client per person, spread over the workers: each begins at another one."""
        urls = servers.live_urls
        return [
            RecordingClient(f"visitor-{number}", urls[number % len(urls) :] + urls, token, self.channel, self.history)
            for number, token in enumerate(self.tokens)
        ]

    async def log(self) -> list[Entry]:
        """The lobby's log as it stands in the database."""
        kernel = create_kernel(self.backend.settings())
        rows = select(EventRow).where(EventRow.channel == self.channel).order_by(EventRow.seq)
        try:
            async with kernel.database.read() as session:
                return [_entry(row) for row in await session.scalars(rows)]
        finally:
            await kernel.database.close()

    def take_logs(self, servers: Servers) -> None:
        """Have the checker read what the servers logged, and how many faults their figures tell of."""
        for index, process in enumerate(servers.processes):
            with urlopen(f"http://127.0.0.1:{process.port}/metrics", timeout=PATIENCE_S) as answer:
                figures = answer.read().decode()
            faults = sum(float(value) for value in _FAULTS.findall(figures))
            self.history.add(Logged(process.name, servers.logs(index), round(faults)))

    async def violations(self) -> list[str]:
        """What the checker has to say, each as one line."""
        return [f"{each.rule}: {each.what}" for each in check(self.history, await self.log())]


def _entry(row: EventRow) -> Entry:
    author = row.sender if row.kind == "message.created" else ""
    return Entry(row.channel, row.seq, row.cid or "", content_of(row.kind, json.loads(row.data)), author)


async def lobby_on(backend: Backend, people: int = SENDERS) -> Lobby:
    """Fill the database. Do it before the server starts: on SQLite it wants the file for itself."""
    settings = backend.settings()
    place, everybody = await fill(settings, people)
    expires = create_kernel(settings).clock.now() + VALID_FOR
    tokens = [sealed(settings.secret_bytes, Resume(one.person, one.session), expires) for one in everybody]
    return Lobby(backend, topics.chat(place.channel), tokens)


@asynccontextmanager
async def everybody_in(clients: Sequence[RecordingClient]) -> AsyncIterator[None]:
    """All clients connected, from here to the end of the block."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(clients[0].history.time.beating())
        for client in clients:
            await stack.enter_async_context(client)
        for client in clients:
            await client.connected()
        yield
