"""What chat stands on besides the kernel and the live line, composed at the start."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self

from starlette.requests import HTTPConnection

from chat import unread
from chat.calling import Callables
from chat.queries import page, read_seq
from chat.reading import ReadMarks
from chat.rules import SNAPSHOT_CHARACTERS, TYPING_EVERY
from chat.shown import Page, rights_wire
from chat.standing import Pair, standing, standings
from server.kernel.parts import Kernel
from server.live import topics
from server.live.grants import Grant, Namespace
from server.live.parts import Live
from server.live.together import Together

NO_MESSAGES = Page((), more=False)
# People who typed a moment ago, before those of longer ago are forgotten.
TYPISTS_MOST = 1_000


@dataclass
class Chat:
    """The parts, and what the live line asks of them."""

    kernel: Kernel
    live: Live
    marks: ReadMarks
    callables: Callables
    _typed: dict[Pair, float]
    _pages: Together[str, Page]

    @classmethod
    def build(cls, kernel: Kernel, live: Live) -> Self:
        """Compose the parts."""

        async def pages(channel_ids: Collection[str]) -> Mapping[str, Page]:
            async with kernel.database.read() as session:
                found = {each: await page(session, each) for each in channel_ids}
            return {each: last.newest(SNAPSHOT_CHARACTERS) for each, last in found.items()}

        marks = ReadMarks(kernel.database, live.log)
        return cls(kernel, live, marks, Callables(kernel.database, kernel.clock), {}, Together(pages))

    @property
    def namespace(self) -> Namespace:
        """The topics chat:<channel id>."""
        return Namespace(durable=True, readable=self._readable, snapshot=self._snapshot)

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

    async def _snapshot(self, person_id: str, channel_id: str) -> Mapping[str, Any]:
        """As `server.live.wire.chat.ChatSnapshot`. The page is the same for everybody, and read once for many."""
        last = await self._pages.get(channel_id) or NO_MESSAGES
        now = self.kernel.clock.now()
        async with self.kernel.database.read() as session:
            mark = await read_seq(session, channel_id, person_id)
            me = await standing(session, person_id, channel_id, now)
        rights = rights_wire(me.rights, now) if me else {}
        newest = last.messages[-1].seq if last.messages else 0
        return last.wire() | {"read": newest if mark is None else mark, "rights": rights}


def chat_of(connection: HTTPConnection) -> Chat:
    """The parts that serve this request."""
    chat: Chat = connection.app.state.chat
    return chat
