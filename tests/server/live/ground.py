"""A live line for tests: a few people, a few topics, and a client that speaks over a real socket."""

import asyncio
import contextlib
import json
import socket
import uuid
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import replace
from typing import Any

import uvicorn
from pydantic import Field
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect

from server.kernel.access import Access
from server.kernel.parts import Kernel
from server.live.call import Call
from server.live.doors import SUBPROTOCOL
from server.live.grants import Arrival, Ask, Grant, Namespace, Present
from server.live.identity import Identity
from server.live.limits import ALONE, Limits
from server.live.log import Append
from server.live.parts import Live
from server.live.transport import SERVER_OPTIONS
from server.live.wire import session
from server.live.wire.codes import LiveError
from server.live.wire.message import Cid, Params, Result
from server.live.wire.registry import MethodSpec, Protocol
from tests.support.patience import PATIENCE_S

ORIGIN = "http://localhost:8000"
ANNA, BEN, CARA = "anna", "ben", "cara"
HALL, SECRET = "chat:hall", "chat:secret"
LOBBY = "room:lobby"
# A server without the seam gets the same options, but uvicorn's own protocol.
PLAIN_OPTIONS = SERVER_OPTIONS | {"ws": "websockets-sansio"}


class Say(Params):
    """Say something."""

    channel: str
    cid: Cid
    text: str = Field(max_length=4000)


class Said(Result):
    """It was said."""

    s: int
    text: str


class Fail(Params):
    """Run into a fault."""

    how: str


PROTOCOL = Protocol(
    methods=session.METHODS | {"test.say": MethodSpec(Say, Said, topic="channel"), "test.fail": MethodSpec(Fail, Said)}
)
LEVELS = {"hello": Access.PUBLIC} | {
    name: Access.SIGNED_IN for name in PROTOCOL.methods if name not in ("hello", "test.say")
}
LEVELS |= {"test.say": Access.MEMBER}


class Fair:
    """Who is who, and who may hear what. Tests change it as they go."""

    def __init__(self) -> None:
        self.people = {name: Identity(name, name.title(), f"session-{name}") for name in (ANNA, BEN, CARA)}
        self.ended: set[str] = set()
        self.members = {HALL: {ANNA, BEN, CARA}, SECRET: {ANNA}, LOBBY: {ANNA, BEN, CARA}}
        self.named: set[str] = set()
        self.snapshots = 0
        self.asked = 0

    def join(self, *names: str) -> None:
        """Let more people be members everywhere but in the secret channel."""
        for name in names:
            self.people[name] = Identity(name, name.title(), f"session-{name}")
            self.members[HALL].add(name)
            self.members[LOBBY].add(name)

    async def sessions(self, ids: Collection[str]) -> Mapping[str, Identity]:
        """Which sessions are still good."""
        good = {each.session_id: each for each in self.people.values()}
        return {id_: good[id_] for id_ in ids if id_ in good and id_ not in self.ended}

    def namespace(self, name: str, *, durable: bool, people: bool = False) -> Namespace:
        """A namespace of this fair."""

        async def readable(asked: Collection[Ask]) -> Mapping[Ask, Grant]:
            self.asked += 1
            roles = frozenset({"attendee"})
            return {
                (person, id_): Grant(roles)
                for person, id_ in asked
                if person in self.members.get(f"{name}:{id_}", self.members[HALL] if id_.startswith("open") else ())
            }

        return Namespace(durable, readable, self._snapshot, self._cards if people else None)

    async def _snapshot(self, arrival: Arrival) -> dict[str, Any]:
        self.snapshots += 1
        return {"for": arrival.person_id, "of": arrival.id}

    async def _cards(self, room: str, ids: Collection[str]) -> Mapping[str, Present]:
        return {id_: Present({"id": id_, "name": id_.title()}, named=id_ in self.named) for id_ in ids}


async def say(call: Call, params: Say) -> Said:
    """Append to the log and answer with the first answer."""
    append = Append(params.channel, call.person.id, params.cid, "said", {"text": params.text, "by": call.person.id})
    done = await call.live.log.append(append)
    return Said(s=done.seq, text=done.data["text"])


async def fail(call: Call, params: Fail) -> Said:
    """Every way in which a handler can go wrong."""
    if params.how == "refuse":
        raise LiveError("conflict", "too late")
    if params.how == "away":
        raise ConnectionError
    if params.how == "wait":
        await asyncio.sleep(3600)
    raise RuntimeError("this text must not reach a client")


def build(kernel: Kernel, fair: Fair, limits: Limits | None = None) -> Live:
    """A live line with the topics and methods of these tests. A busy machine may take long until it says hello."""
    limits = limits or replace(ALONE if kernel.database.sqlite else Limits(), hello_seconds=PATIENCE_S)
    live = Live.build(kernel, fair.sessions, limits, PROTOCOL)
    live.topics.register("chat", fair.namespace("chat", durable=True))
    live.topics.register("room", fair.namespace("room", durable=False, people=True))
    live.registry.add({"test.say": say, "test.fail": fail})
    return live


class World:
    """One worker that listens on a port of this machine."""

    def __init__(self, live: Live, fair: Fair, port: int) -> None:
        self.live = live
        self.fair = fair
        self.port = port

    @property
    def url(self) -> str:
        """Where the live line is."""
        return f"ws://127.0.0.1:{self.port}/live"

    async def ticket(self, name: str = ANNA) -> str:
        """A ticket as the page of a signed-in person gets it."""
        person = self.fair.people[name]
        return await self.live.tickets.give(person.id, person.session_id)

    @contextlib.asynccontextmanager
    async def upgraded(self, **options: Any) -> AsyncIterator[ClientConnection]:
        """A WebSocket that has not said hello."""
        given = {"origin": ORIGIN, "subprotocols": [SUBPROTOCOL], "compression": None, "ping_interval": None} | options
        async with connect(self.url, **given) as opened:
            yield opened

    @contextlib.asynccontextmanager
    async def client(self, name: str = ANNA, channels: Any = None, **hello: Any) -> AsyncIterator["Client"]:
        """A greeted client."""
        async with self.upgraded() as opened:
            client = Client(opened, name)
            if "resume" not in hello:
                hello["ticket"] = await self.ticket(name)
            client.welcome = await client.call("hello", channels=_asked(channels), **hello)
            yield client


class Client:
    """A client that keeps what it heard."""

    def __init__(self, opened: ClientConnection, name: str) -> None:
        self.socket = opened
        self.name = name
        self.welcome: dict[str, Any] = {}
        self.heard: list[dict[str, Any]] = []
        self._replies: dict[int, dict[str, Any]] = {}
        self._number = 0

    async def send(self, method: str, **params: Any) -> int:
        """Send a request and do not wait."""
        self._number += 1
        await self.socket.send(json.dumps({"i": self._number, "m": method, "p": params}))
        return self._number

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """The whole reply to a request."""
        return await self.reply(await self.send(method, **params))

    async def call(self, method: str, **params: Any) -> Any:
        """The result of a request that must succeed."""
        reply = await self.ask(method, **params)
        assert "r" in reply, reply
        return reply["r"]

    async def reply(self, number: int, within: float = PATIENCE_S) -> dict[str, Any]:
        """The reply to a request that was sent, within so many seconds; what else comes meanwhile is kept."""
        async with asyncio.timeout(within):
            while number not in self._replies:
                await self._read()
        return self._replies.pop(number)

    async def say(self, channel: str, text: str, cid: str = "") -> dict[str, Any]:
        """Say something."""
        return await self.call("test.say", channel=channel, cid=cid or str(uuid.uuid4()), text=text)

    async def event(self, **wanted: Any) -> dict[str, Any]:
        """The next event that has these values; those before it are dropped."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                while self.heard:
                    message = self.heard.pop(0)
                    if wanted.items() <= message.items():
                        return message
                await self._read()

    async def texts(self, channel: str, last: int) -> list[str]:
        """The texts of a channel's events up to a number, in the order in which they came."""
        found: list[str] = []
        reached = 0
        while reached < last:
            event = await self.event(c=channel)
            reached = event["s"]
            found.append(event["d"]["text"])
        return found

    async def listen(self) -> None:
        """Take what comes until cancelled."""
        while True:
            await self._read()

    async def quiet(self) -> None:
        """Everything that the server has sent by now has been read; nothing of it was an event."""
        await self.call("echo")
        assert self.heard == []

    async def closed(self) -> int:
        """The code with which the server closes."""
        async with asyncio.timeout(PATIENCE_S):
            await self.socket.wait_closed()
        assert self.socket.close_code is not None
        return self.socket.close_code

    async def _read(self) -> None:
        frame = json.loads(await self.socket.recv())
        messages: list[dict[str, Any]] = frame if isinstance(frame, list) else [frame]
        self.heard += [each for each in messages if "i" not in each]
        self._replies |= {each["i"]: each for each in messages if "i" in each}


@contextlib.asynccontextmanager
async def serving(live: Live, fair: Fair, options: Mapping[str, Any] = SERVER_OPTIONS) -> AsyncIterator[World]:
    """Start the live line behind a real server."""
    app = Starlette(routes=live.routes)
    app.state.live = live
    await live.start(LEVELS)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, lifespan="off", log_config=None, timeout_graceful_shutdown=2, **options)
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup([listening])
        try:
            yield World(live, fair, listening.getsockname()[1])
        finally:
            for connection in list(server.server_state.connections):
                connection.transport.abort()
            await asyncio.sleep(0)  # so that uvicorn need not wait for them
            await server.shutdown([listening])
            await live.stop()


def _asked(channels: Any) -> dict[str, Any]:
    if channels is None:
        return {}
    return channels if isinstance(channels, dict) else dict.fromkeys(channels)
