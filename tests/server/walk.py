"""Everybody there is, in one fair, to walk through the table of access."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

import httpx2
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.types import Message, Scope

from chat import actions as chat_actions
from fairs.actions import Plan
from people import api_tokens, sessions
from people.admins import grant_admin
from people.model import ApiToken, Person, SignInSession
from rooms.queries import lobby
from server.kernel.access import BY_TOKEN, Access, allows, opens
from server.kernel.ids import new_id
from server.kernel.parts import Kernel
from server.kernel.tables import metadata
from server.live.doors import SUBPROTOCOL
from tests.fairs.cast import place
from tests.kernel_fixtures import BASE, browser_of
from tests.support.patience import PATIENCE_S

FAIR = "ruhr"
ROLES = ("attendee", "exhibitor", "speaker", "moderator", "organiser")
# Who walks: nobody, somebody from elsewhere, each role, who runs the platform, and who was shut out of the fair.
WALKERS = ("anonymous", "signed in", *ROLES, "admin", "banned")

_PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")


@dataclass
class Walk:
    """A fair with one person of each kind in it."""

    app: Starlette
    ids: Mapping[str, str]
    tokens: Mapping[str, str]
    sessions: Mapping[str, str]
    channel: str  # of the lobby
    room: str  # the lobby

    @property
    def kernel(self) -> Kernel:
        """The ground of the application."""
        kernel: Kernel = self.app.state.kernel
        return kernel

    @asynccontextmanager
    async def browser(self, walker: str) -> AsyncIterator[httpx2.AsyncClient]:
        """A walker's browser."""
        async with browser_of(self.app) as opened:
            if walker in self.tokens:
                opened.cookies.set(sessions.cookie_name(self.kernel.settings), self.tokens[walker])
            yield opened

    @asynccontextmanager
    async def program(self, walker: str, scopes: Sequence[str]) -> AsyncIterator[httpx2.AsyncClient]:
        """A program with a token of a walker."""
        async with self.kernel.database.write() as uow:
            until = uow.clock.now() + timedelta(days=1)
            _made, token = await api_tokens.make(uow, self.ids[walker], "A program", scopes, until)
        async with browser_of(self.app) as opened:
            opened.headers["authorization"] = f"Bearer {token}"
            yield opened

    @asynccontextmanager
    async def socket(self, walker: str) -> AsyncIterator["Socket"]:
        """A walker's live line, greeted."""
        async with self.browser(walker) as browser:
            ticket = (await browser.post("/live/ticket")).json()["ticket"]
        async with Socket(self.app) as opened:
            assert "r" in await opened.ask("hello", ticket=ticket, channels={})
            yield opened

    def path(self, pattern: str) -> str:
        """An address for a pattern: this fair, and for everything else something that is not there."""
        return _PARAMETER.sub(lambda found: FAIR if found[1] == "fair" else new_id(), pattern)

    async def rows(self) -> dict[str, list[Any]]:
        """Everything in the database, but when somebody was last seen, and a token last used."""
        skipped = {SignInSession.__table__.c.last_seen_at, ApiToken.__table__.c.last_used_at}
        async with self.kernel.database.read() as session:
            return {
                table.name: sorted(
                    (await session.execute(select(*(each for each in table.c if each not in skipped)))).all(), key=repr
                )
                for table in metadata.sorted_tables
            }


def passes(walker: str, level: Access) -> bool:
    """Whether the level lets a walker through, in development mode. For programs, a cookie is nothing."""
    if level in BY_TOKEN:
        return opens(level, None)
    return allows(
        level,
        signed_in=walker != "anonymous",
        admin=walker == "admin",
        roles=frozenset({"attendee", walker}) if walker in ROLES else frozenset(),
        dev=True,
    )


@asynccontextmanager
async def walk(app: Starlette) -> AsyncIterator[Walk]:
    """Set everybody up."""
    kernel: Kernel = app.state.kernel
    there = place(kernel.database, kernel.clock, kernel.events)  # type: ignore[arg-type]  # the tests' clock is frozen
    walkers = [walker for walker in WALKERS if walker != "anonymous"]
    ids = dict(zip(walkers, await there.people(*walkers), strict=True))
    plan = Plan(FAIR, "Ruhr", "", date(2026, 9, 14), date(2026, 9, 16), "Europe/Berlin")
    fair = await there.fair(ids["organiser"], plan)
    await there.join(fair, *(ids[walker] for walker in (*ROLES[:-1], "banned")))
    for role in ("exhibitor", "speaker", "moderator"):
        await there.give(fair, ids[role], [role], by=ids["organiser"])
    await there.ban(fair, ids["banned"], by=ids["organiser"])
    async with kernel.database.write() as uow:
        channel = await chat_actions.open_lobby(uow, fair.id)
        await grant_admin(uow, ids["admin"], by=None)
    started = {walker: await _sign_in(kernel, id_) for walker, id_ in ids.items()}
    yield Walk(
        app,
        ids,
        {walker: token for walker, (_, token) in started.items()},
        {walker: session_id for walker, (session_id, _) in started.items()},
        channel,
        await _lobby(kernel, fair.id),
    )


async def _sign_in(kernel: Kernel, person_id: str) -> tuple[str, str]:
    async with kernel.database.write() as uow:
        person = await uow.session.get_one(Person, person_id)
        return await sessions.start(uow, person, sessions.Method.LINK, "")


async def _lobby(kernel: Kernel, fair_id: str) -> str:
    async with kernel.database.read() as session:
        room = await lobby(session, fair_id)
    assert room is not None
    return room.id


def _messages(frame: Message) -> list[dict[str, Any]]:
    read = json.loads(frame.get("text") or frame["bytes"])
    return read if isinstance(read, list) else [read]


class Knocking:
    """Somebody's client, asked for nothing but the status of each answer.

    A walk asks thousands of times, and a client takes as long for each as the guard does. So what the client would send
    is made once for each method, and sent to one address after another.
    """

    def __init__(self, app: Starlette, client: httpx2.AsyncClient, **sent: Any) -> None:
        """`sent` is what the client gets beside the method and the address: `headers`, or `data` of a form."""
        self._app = app
        self._client = client
        self._sent = sent
        self._made: dict[str, httpx2.Request] = {}

    async def status(self, method: str, path: str) -> int:
        """The status of the answer at a plain path."""
        if method not in self._made:
            self._made[method] = self._client.build_request(method, "/", **self._sent)
        request, statuses = self._made[method], []

        async def receive() -> Message:
            return {"type": "http.request", "body": request.content, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        await self._app(_scope(request, path), receive, send)
        [status] = statuses
        assert isinstance(status, int)
        return status


def _scope(request: httpx2.Request, path: str) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "root_path": "",
        "path": path,
        "raw_path": path.encode("ascii"),
        "query_string": b"",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": ("localhost", 8000),
        "client": ("127.0.0.1", 123),
    }


class Socket:
    """A live line to the application, without a network in between."""

    def __init__(self, app: Starlette) -> None:
        self._sent: asyncio.Queue[Message] = asyncio.Queue()
        self._received: asyncio.Queue[Message] = asyncio.Queue()
        self._app = app
        self._number = 0

    async def __aenter__(self) -> Self:
        headers = [(b"host", b"localhost:8000"), (b"origin", BASE.encode())]
        scope = {
            "type": "websocket",
            "path": "/live",
            "raw_path": b"/live",
            "query_string": b"",
            "headers": headers,
            "subprotocols": [SUBPROTOCOL],
            "scheme": "ws",
            "client": ("127.0.0.1", 1),
        }
        self._task = asyncio.create_task(self._app(scope, self._sent.get, self._received.put))
        self._sent.put_nowait({"type": "websocket.connect"})
        assert (await self._received.get())["type"] == "websocket.accept"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._sent.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self._task, PATIENCE_S)

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """The whole reply to a request; {"closed": code} when the line was closed instead."""
        self._number += 1
        text = json.dumps({"i": self._number, "m": method, "p": params})
        self._sent.put_nowait({"type": "websocket.receive", "text": text})
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await self._received.get()
                if message["type"] == "websocket.close":
                    return {"closed": message["code"]}
                for each in _messages(message):
                    if each.get("i") == self._number:
                        return each

    async def hear(self, kind: str) -> dict[str, Any]:
        """What the next event of a kind says."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for each in _messages(await self._received.get()):
                    if each.get("k") == kind:
                        return dict(each["d"])
