"""What the live line is made of, composed in one place."""

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any, Self

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from server.kernel.access import Access
from server.kernel.enduring import kept_going
from server.kernel.parts import Kernel
from server.live.connections import Connections
from server.live.doors import origins
from server.live.gateway import Gateway
from server.live.grants import Namespace, Topics, own_topic
from server.live.greeting import Greeting
from server.live.hub import Hub
from server.live.identity import SessionCheck
from server.live.limits import ALONE, Limits
from server.live.log import EventLog
from server.live.presence import Presence
from server.live.redaction import Redacted
from server.live.registry import Registry
from server.live.rights import Rights
from server.live.session import SessionMethods
from server.live.subscriptions import Subscriptions
from server.live.tabs import Tabs
from server.live.tasks import Tasks
from server.live.tickets import LIFETIME, Tickets
from server.live.watch import Watch
from server.live.wire.registry import Protocol, discover


class Live:
    """The live line of one worker. Features register before `start`."""

    def __init__(self, kernel: Kernel, sessions: SessionCheck, limits: Limits, protocol: Protocol) -> None:
        self.kernel = kernel
        self.limits = limits
        self.worker = kernel.settings.worker_name or secrets.token_hex(4)
        self.tasks = Tasks()
        self.topics = Topics()
        self.topics.register("person", Namespace(durable=False, readable=own_topic))
        self.registry = Registry(protocol)
        self.connections = Connections(limits)
        self.hub = Hub(kernel.bus, self.worker, self.topics.is_durable)
        self.log = EventLog(kernel.database, kernel.clock, kernel.events, self.hub.committed)
        self.hub.read_from(self.log)
        kernel.events.on(Redacted, self.hub.redacted)
        self.presence = Presence(kernel.bus, self.hub, self.topics, self.tasks)
        self.connections.on_come, self.connections.on_go = self.presence.connected, self.presence.disconnected
        self.tabs = Tabs(kernel.bus, self.worker, self.connections, self.presence, self.tasks, limits)
        self.subscriptions = Subscriptions(self.hub, self.topics, self.presence, limits)
        self.registry.add(SessionMethods(self.hub, self.subscriptions).handlers)
        self.tickets = Tickets(kernel.database, kernel.clock)
        secret = kernel.settings.secret_bytes
        self.greeting = Greeting(
            secret, kernel.clock, self.tickets, sessions, self.connections, self.tabs, self.subscriptions, limits
        )
        self.grants = Rights(kernel.bus, self.connections, self.topics, sessions, self.subscriptions.leave, self.tasks)
        self.gateway = Gateway(self, origins(kernel.settings.public_url, kernel.settings.allowed_origins))
        self.watch = Watch(self, limits)
        self._watching: asyncio.Task[None] | None = None

    @classmethod
    def build(
        cls,
        kernel: Kernel,
        sessions: SessionCheck,
        limits: Limits | None = None,
        protocol: Protocol | None = None,
    ) -> Self:
        """Compose the live line. `sessions` says which sessions are still good, and whose they are; `protocol` is
        what may cross the line: without it, all that `wire` describes."""
        return cls(kernel, sessions, limits or (ALONE if kernel.database.sqlite else Limits()), protocol or discover())

    async def start(self, levels: Mapping[str, Access]) -> None:
        """Begin to serve. Raises RegistryError when a method lacks a description, a handler or a row of access."""
        self.registry.close(levels)
        await self.log.start()
        await self.grants.start()
        await self.hub.start()
        await self.presence.start()
        await self.tabs.start()
        self._watching = asyncio.create_task(kept_going("live_watch", self.watch.run))

    async def drain(self) -> None:
        """Take leave of everybody: not ready, no upgrades, bye in slices. Within the time that the settings give."""
        self.gateway.draining = True
        await self.watch.drain(self.kernel.settings.drain_seconds)

    async def stop(self) -> None:
        """End what is under way and finish what is being written."""
        self.gateway.draining = True
        if self._watching:
            self._watching.cancel()
        await self.tabs.stop()
        await self.presence.stop()
        await self.log.stop()
        await self.tasks.cancel()
        await self.grants.stop()
        await self.hub.stop()

    @property
    def ready(self) -> bool:
        """Whether people should be sent here."""
        return not self.gateway.draining

    # -- what features use ---------------------------------------------------------------------------------------

    def publish(self, topic: str, kind: str, data: Mapping[str, Any]) -> None:
        """Tell everybody on a topic of something that may be missed."""
        self.hub.passing(topic, kind, data)

    def publish_state(self, topic: str, kind: str, data: Mapping[str, Any], v: int | None = None) -> None:
        """Tell everybody on a topic how something is now. Without `v` the time is the version."""
        moment = self.kernel.clock.now()
        self.hub.state(topic, kind, data, v if v is not None else int(moment.timestamp() * 1_000_000))

    def show_state(self, topic: str, kind: str, data: Mapping[str, Any], v: int) -> None:
        """Tell those on a topic who are connected here: what every worker hears by itself, each tells its own."""
        self.hub.state_here(topic, kind, data, v)

    def viewers(self, topic: str) -> int:
        """Connections of this worker on a topic."""
        room = self.hub.rooms.get(topic)
        return room.size if room else 0

    def present(self, topic: str) -> int:
        """People present in a room, over all workers."""
        return self.presence.count(topic)

    def revoke_session(self, session_id: str) -> None:
        """The session has ended: its connections are closed, everywhere."""
        self.grants.revoke_session(session_id)

    def revoke_person(self, person_id: str) -> None:
        """The person is gone or banned: all their connections are closed, everywhere."""
        self.grants.revoke_person(person_id)

    @property
    def routes(self) -> list[BaseRoute]:
        """The WebSocket and its tickets."""
        return [
            WebSocketRoute("/live", endpoint=self.gateway, name="live"),
            Route("/live/ticket", ticket, methods=["POST"], name="live_ticket"),
        ]


def live_of(connection: HTTPConnection) -> Live:
    """The live line of the application that serves this request."""
    live: Live = connection.app.state.live
    return live


async def ticket(request: Request) -> Response:
    """A single-use ticket for the session of this request."""
    state = request.state
    given = await live_of(request).tickets.give(state.person.id, state.session_id)
    body = {"ticket": given, "expires_in": int(LIFETIME.total_seconds())}
    return JSONResponse(body, headers={"cache-control": "no-store"})
