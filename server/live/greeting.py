"""Finding out who is there: by a ticket, or by the token of an earlier welcome."""

import asyncio
from datetime import timedelta

from server.kernel.clock import Clock
from server.live import resume
from server.live.connection import Connection
from server.live.connections import Connections
from server.live.identity import Identity, SessionCheck
from server.live.limits import EVENTS_PER_FRAME, FRAME_BYTES, TEXT_CHARACTERS, Limits
from server.live.subscriptions import Standing, Subscriptions, as_object
from server.live.tabs import Tabs
from server.live.tickets import Tickets
from server.live.together import Together
from server.live.topics import person as person_topic
from server.live.wire.codes import Close
from server.live.wire.envelope import to_json
from server.live.wire.session import Hello

RESUME_LIFETIME = timedelta(hours=24)


class Turned(Exception):  # noqa: N818 (it is what it says)
    """The greeting ends in a close."""

    def __init__(self, code: Close) -> None:
        super().__init__(code.name)
        self.code = code


class Greeting:
    """Everything between the upgrade and the welcome."""

    def __init__(
        self,
        secret: bytes,
        clock: Clock,
        tickets: Tickets,
        sessions: SessionCheck,
        connections: Connections,
        tabs: Tabs,
        subscriptions: Subscriptions,
        limits: Limits,
    ) -> None:
        self._secret = secret
        self._clock = clock
        self._tickets = tickets
        self._sessions = Together(sessions)
        self._connections = connections
        self._tabs = tabs
        self._subscriptions = subscriptions
        self._limits = limits

    async def bearer(self, token: str) -> Identity | None:
        """Who shows this at the upgrade: a ticket (spent now) or a resume token."""
        try:
            return await (self._resumed(token) if len(token) > resume.SHORTEST else self._by_ticket(token))
        except Turned:
            return None

    async def welcome(self, connection: Connection, hello: Hello) -> tuple[str, dict[str, Standing]]:
        """The welcome as JSON text, and what to enter once it is sent. Raises Turned."""
        began = asyncio.get_running_loop().time()
        identity = await self._identify(connection, hello)
        full = await self._tabs.full(identity.id)
        if connection.closed:
            raise Turned(Close.NO_HELLO)
        if self._connections.ended_since(identity, began):
            raise Turned(Close.SESSION_ENDED)
        if full or not self._connections.add(connection, identity, asyncio.get_running_loop().time()):
            raise Turned(Close.TOO_MANY_CONNECTIONS)
        connection.hidden = hello.hidden
        own = person_topic(identity.id)
        asked = {own: None} | hello.channels
        standings = await self._subscriptions.standings(connection, identity.id, asked)
        shown = {topic: standing for topic, standing in standings.items() if topic in hello.channels}
        return self._welcome(connection, identity, as_object(shown)), standings

    async def _identify(self, connection: Connection, hello: Hello) -> Identity:
        if hello.ticket is not None:
            return await self._by_ticket(hello.ticket)
        if hello.resume is not None:
            return await self._resumed(hello.resume)
        if connection.proof is not None:
            return await self._of_session(connection.proof.id, connection.proof.session_id)
        raise Turned(Close.TICKET)

    async def _by_ticket(self, ticket: str) -> Identity:
        spent = await self._tickets.spend(ticket)
        if spent is None:
            raise Turned(Close.TICKET)
        return await self._of_session(spent.person_id, spent.session_id)

    async def _resumed(self, token: str) -> Identity:
        who = resume.opened(self._secret, token, self._clock.now())
        if who is None:
            raise Turned(Close.NEW_TICKET)
        return await self._of_session(who.person_id, who.session_id)

    async def _of_session(self, person_id: str, session_id: str) -> Identity:
        identity = await self._sessions.get(session_id)
        if identity is None or identity.id != person_id:
            raise Turned(Close.SESSION_ENDED)
        return identity

    def _welcome(self, connection: Connection, identity: Identity, channels: str) -> str:
        now = self._clock.now()
        who = resume.Resume(identity.id, identity.session_id)
        parts = {
            "connection": connection.id,
            "person": {"id": identity.id, "name": identity.name},
            "resume": resume.sealed(self._secret, who, now + RESUME_LIFETIME),
            "now": now.isoformat(),
            "limits": self._told_limits(),
        }
        return f'{to_json(parts)[:-1]},"channels":{channels}}}'

    def _told_limits(self) -> dict[str, float]:
        return {
            "frame": FRAME_BYTES,
            "text": TEXT_CHARACTERS,
            "channels": self._limits.channels_per_connection,
            "requests_per_second": self._limits.requests_per_second,
            "burst": self._limits.burst,
            "batch": EVENTS_PER_FRAME,
            "ping_s": self._limits.ping_seconds,
        }
