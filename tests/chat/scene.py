"""A fair with its lobby, four people in it and one outside, and the live line's log: no sockets yet."""

import uuid
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from chat import actions, listeners, sending
from chat.parts import Chat
from chat.queries import page
from chat.shown import Shown, UnreadIn
from chat.standing import Standing, standing
from chat.unread import unread
from fairs.model import Fair
from server.kernel.parts import Kernel
from server.live import topics
from server.live.entries import Append, Appended
from server.live.identity import Identity
from server.live.parts import Live
from tests.fairs.cast import Place, place


async def nobody(_sessions: Collection[str]) -> Mapping[str, Identity]:
    """No session is good: these tests open no socket."""
    return {}


@dataclass
class Scene:
    """Edda runs the fair, Dev moderates, Aylin and Bernd are in it, Chloé is not."""

    kernel: Kernel
    live: Live
    chat: Chat
    place: Place
    fair: Fair
    lobby: str  # the channel's id
    edda: str
    dev: str
    aylin: str
    bernd: str
    chloe: str

    async def standing(self, person: str, channel: str = "") -> Standing:
        """Where somebody stands. Fails the test when they cannot read the channel."""
        async with self.kernel.database.read() as session:
            found = await standing(session, person, channel or self.lobby, self.kernel.clock.now())
        assert found is not None, "cannot read the channel"
        return found

    async def say(self, person: str, text: str, channel: str = "", cid: str = "") -> Appended:
        """Somebody says something."""
        me = await self.standing(person, channel)
        return await self.do(sending.send(me, cid or str(uuid.uuid4()), text))

    async def do(self, append: Append) -> Appended:
        """Append, and wait until the listeners have heard of it."""
        done = await self.live.log.append(append)
        await self.heard()
        return done

    async def heard(self) -> None:
        """Wait until the listeners have heard of everything."""
        await self.live.log._happened.join()

    async def shown(self, channel: str = "") -> list[Shown]:
        """The channel's messages."""
        async with self.kernel.database.read() as session:
            return list((await page(session, channel or self.lobby)).messages)

    async def texts(self, channel: str = "") -> list[str]:
        """The channel's texts."""
        return [each.text for each in await self.shown(channel)]

    async def unread(self, person: str) -> list[UnreadIn]:
        """What somebody has not read."""
        async with self.kernel.database.read() as session:
            return (await unread(session, [person]))[person]

    async def events(self, channel: str = "") -> list[Any]:
        """The channel's log."""
        return list(await self.live.log.since(topics.chat(channel or self.lobby), 0))

    async def converse(self, one: str, other: str) -> str:
        """The channel between two people."""
        async with self.kernel.database.write() as uow:
            return await actions.converse(uow, one, other)


@asynccontextmanager
async def scene(kernel: Kernel) -> AsyncIterator[Scene]:
    """Set the scene on an empty database."""
    live = Live.build(kernel, nobody)
    chat = Chat.build(kernel, live)
    live.topics.register("chat", chat.namespace)
    listeners.listen(chat)
    await live.log.start()
    there = place(kernel.database, kernel.clock, kernel.events)  # type: ignore[arg-type]  # the tests' clock is frozen
    edda, dev, aylin, bernd, chloe = await there.people(
        "Edda Brandt", "Dev Patel", "Aylin Demir", "Bernd Kowalski", "Chloé Martin"
    )
    fair = await there.fair(edda)
    async with kernel.database.write() as uow:
        lobby = await actions.open_lobby(uow, fair.id)
    await there.join(fair, dev, aylin, bernd)
    await there.give(fair, dev, ["moderator"], by=edda)
    yield Scene(kernel, live, chat, there, fair, lobby, edda, dev, aylin, bernd, chloe)
    await live.stop()
