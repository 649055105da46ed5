"""What chat stands on besides the kernel and the live line, composed at the start."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Self

import structlog
from starlette.requests import HTTPConnection

from chat import unread
from chat.calling import Callables
from chat.contacts import contacts
from chat.queries import pages, read_seqs
from chat.reading import ReadMarks
from chat.rules import SNAPSHOT_CHARACTERS, TYPING_EVERY
from chat.shown import Page, rights_wire
from chat.standing import Pair, Standing, standings
from server.kernel.away import note_failure
from server.kernel.parts import Kernel
from server.live import topics
from server.live.grants import Arrival, Grant, Namespace
from server.live.parts import Live
from server.live.together import Together
from server.live.wire.envelope import JsonText, merged, to_json

log = structlog.get_logger(__name__)

# People who typed a moment ago, before those of longer ago are forgotten.
TYPISTS_MOST = 1_000
# How long the news that something is unread waits for more of them: nobody reads a number sooner.
UNREAD_GATHER_S = 0.05
# Pages that are read in one go: more would make everybody else wait for too long.
PAGES_MOST = 20


class Last(NamedTuple):
    """The last messages of a channel, as JSON text; and the number of the very last."""

    page: str
    seq: int

    @classmethod
    def of(cls, page: Page) -> Self:
        """Encode a page."""
        return cls(to_json(page.wire()), page.messages[-1].seq if page.messages else 0)


NOTHING = Last.of(Page((), more=False))


@dataclass
class Chat:
    """The parts, and what the live line asks of them."""

    kernel: Kernel
    live: Live
    marks: ReadMarks
    callables: Callables
    contacts: Together[str, set[str]]
    _typed: dict[Pair, float]
    _pages: Together[str, Last]
    _read: Together[Pair, int]
    _concerned: set[str] = field(default_factory=set)

    @classmethod
    def build(cls, kernel: Kernel, live: Live) -> Self:
        """Compose the parts."""

        async def last(channel_ids: Collection[str]) -> Mapping[str, Last]:
            async with kernel.database.read() as session:
                found = await pages(session, channel_ids)
            return {each: Last.of(page.newest(SNAPSHOT_CHARACTERS)) for each, page in found.items()}

        async def read(asked: Collection[Pair]) -> Mapping[Pair, int]:
            async with kernel.database.read() as session:
                return await read_seqs(session, asked)

        async def known(person_ids: Collection[str]) -> Mapping[str, set[str]]:
            async with kernel.database.read() as session:
                return await contacts(session, person_ids)

        marks, callables = ReadMarks(kernel.database, live.log), Callables(kernel.database, kernel.clock)
        pages_asked = Together(last, most=PAGES_MOST)
        return cls(kernel, live, marks, callables, Together(known), {}, pages_asked, Together(read))

    async def stop(self) -> None:
        """Finish what is being written."""
        await self.marks.stop()

    @property
    def namespace(self) -> Namespace:
        """The topics chat:<channel id>."""
        return Namespace(durable=True, readable=self._readable, snapshot=self._snapshot)

    def tell_unread_soon(self, person_ids: Collection[str]) -> None:
        """Let these people's pages know what is unread: all whom the same moment concerns, together."""
        if person_ids and not self._concerned:
            self.live.tasks.spawn(self._tell_gathered())
        self._concerned.update(person_ids)

    async def _tell_gathered(self) -> None:
        await asyncio.sleep(UNREAD_GATHER_S)
        concerned, self._concerned = self._concerned, set()
        try:
            await self.tell_unread(concerned)
        except Exception as error:  # the next message tells, and every page that is loaded
            note_failure(log, "unread_not_told", error)

    async def tell_unread(self, person_ids: Collection[str]) -> None:
        """Let these people's pages know what is unread."""
        if not person_ids:
            return
        async with self.kernel.database.read() as session:
            versions = await unread.versions(session, person_ids)
            found = await unread.unread(session, person_ids)
        for person_id, channels in found.items():
            state, version = unread.wire(channels), versions.get(person_id, 0)
            self.live.publish_state(topics.person(person_id), "unread", state, v=version)

    def may_tell_typing(self, person_id: str, channel_id: str) -> bool:
        """Whether it is long enough ago that this was told of somebody; notes that it is told now."""
        now, pair = self.kernel.clock.monotonic(), (person_id, channel_id)
        if now < self._typed.get(pair, 0.0):
            return False
        if len(self._typed) >= TYPISTS_MOST:
            self._typed = {each: until for each, until in self._typed.items() if until > now}
        self._typed[pair] = now + TYPING_EVERY.total_seconds()
        return True

    async def _readable(self, asked: Collection[Pair]) -> Mapping[Pair, Grant]:
        now = self.kernel.clock.now()
        async with self.kernel.database.read() as session:
            found = await standings(session, asked, now)
        return {
            pair: Grant(roles=each.roles, write=each.rights.may_send(now), fair=each.fair_id, data=each)
            for pair, each in found.items()
        }

    async def _snapshot(self, arrival: Arrival) -> JsonText:
        """As `server.live.wire.chat.ChatSnapshot`. The page is the same for everybody: read and encoded once for
        all who come in the same moment."""
        last, mark = NOTHING, None
        if arrival.top:  # else nothing was ever said there
            last = await self._pages.get(arrival.id) or NOTHING
            mark = await self._read.get((arrival.person_id, arrival.id))
        me: Standing = arrival.grant.data
        rights = rights_wire(me.rights, self.kernel.clock.now())
        own = to_json({"read": last.seq if mark is None else mark, "rights": rights})
        return JsonText(merged(last.page, own))


def chat_of(connection: HTTPConnection) -> Chat:
    """The parts that serve this request."""
    chat: Chat = connection.app.state.chat
    return chat
