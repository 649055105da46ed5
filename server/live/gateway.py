"""The door of the live line: upgrades, the greeting, and the way of every message."""

import asyncio
import math
from typing import TYPE_CHECKING

import structlog
from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from server.kernel.away import may_help_later
from server.live.bucket import Bucket
from server.live.connection import Connection
from server.live.dispatch import Dispatch, refusal_of
from server.live.doors import SUBPROTOCOL, Upgrade, upgrade_of
from server.live.greeting import Turned
from server.live.identity import Identity
from server.live.line import Line
from server.live.queued import QueuedLine
from server.live.transport import line_of
from server.live.wire import envelope
from server.live.wire.codes import Close, LiveError
from server.live.wire.parse import BadFrame, Request, requests
from server.live.wire.session import Hello

if TYPE_CHECKING:
    from server.live.parts import Live

log = structlog.get_logger(__name__)


class Gateway:
    """An ASGI application for GET /live, and the one who hears all connections of this worker."""

    def __init__(self, live: "Live", origins: frozenset[str]) -> None:
        self.draining = False
        self.waiting: set[Connection] = set()  # upgraded and not yet greeted
        self._live = live
        self._origins = origins
        self._limits = live.limits
        self._dispatch = Dispatch(live.registry, live)
        self._bucket: Bucket | None = None
        self._numbers = 0

    # -- the upgrade ---------------------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let an upgrade in, or not. Over the seam, this returns as soon as the line is handed over."""
        await receive()  # websocket.connect
        if self.draining and (line := line_of(scope)) is not None:
            line.hang_up()
            return
        if (wait := self._wait()) > 0:
            await _refuse(send, 503, wait)
            return
        upgrade = upgrade_of(scope["headers"], scope["subprotocols"])
        proof = await self._proof(upgrade)
        if upgrade.origin is None and proof is None:
            await _refuse(send, 401)
            return
        code = self._unfit(upgrade)
        if code is not None:
            await _turn_away(send, upgrade, code)
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        await self._take_over(scope, receive, send, proof)

    def _wait(self) -> float:
        """Seconds after which to try again; 0.0 for: come in."""
        now = asyncio.get_running_loop().time()
        if self.draining:
            return 1.0
        if self._bucket is None:
            self._bucket = Bucket(self._limits.upgrades_per_second, self._limits.upgrade_burst, now)
        return max(1.0, self._bucket.over / self._bucket.rate) if self._bucket.take(now) else 0.0

    async def _proof(self, upgrade: Upgrade) -> Identity | None:
        if upgrade.origin is not None or upgrade.bearer is None:
            return None
        return await self._live.greeting.bearer(upgrade.bearer)

    def _unfit(self, upgrade: Upgrade) -> Close | None:
        if upgrade.origin is not None and upgrade.origin not in self._origins:
            return Close.ORIGIN
        if SUBPROTOCOL not in upgrade.subprotocols:
            return Close.VERSION
        return None

    async def _take_over(self, scope: Scope, receive: Receive, send: Send, proof: Identity | None) -> None:
        line = line_of(scope)
        if line is not None:
            self._welcome_line(line, scope, proof)
            return
        queued = QueuedLine(receive, send)
        self._welcome_line(queued, scope, proof)
        await queued.run()

    def _welcome_line(self, line: Line, scope: Scope, proof: Identity | None) -> None:
        self._numbers += 1
        deadline = asyncio.get_running_loop().time() + self._limits.hello_seconds
        id_ = f"{self._live.worker}-{self._numbers}"
        connection = Connection(id_, line, self, scope.get("app"), deadline)
        connection.proof = proof
        self.waiting.add(connection)
        line.listen(connection)
        self._live.watch.add(connection)

    # -- what connections say ------------------------------------------------------------------------------------

    def received(self, connection: Connection, text: str) -> None:
        """A text message came."""
        try:
            for request in requests(text):
                self._take(connection, request)
        except BadFrame as bad:
            connection.close(Close.PROTOCOL, str(bad))

    def paused(self, connection: Connection) -> None:
        """It reads too slowly."""
        self._live.watch.stalled(connection)
        connection.subscribed(lambda room: self._live.hub.slow_down(room, connection))

    def resumed(self, connection: Connection) -> None:
        """It reads again."""
        self._live.watch.moved(connection)
        connection.subscribed(lambda room: self._live.hub.catch_up(room, connection))

    def lost(self, connection: Connection) -> None:
        """It is gone."""
        self.waiting.discard(connection)
        self._live.watch.remove(connection)
        self._live.subscriptions.lost(connection)
        self._live.connections.remove(connection)

    def _take(self, connection: Connection, request: Request) -> None:
        if connection.closed:
            return
        if connection.identity is not None and connection.backlog is None:
            self._run(connection, connection.identity, request)
        elif connection.backlog is not None:
            self._keep(connection, request)
        elif request.method == "hello":
            connection.backlog = []
            self._live.tasks.spawn(self._greet(connection, request))
        else:
            connection.close(Close.PROTOCOL, "hello comes first")

    def _keep(self, connection: Connection, request: Request) -> None:
        """What comes before the welcome waits for it."""
        assert connection.backlog is not None
        if len(connection.backlog) >= self._limits.requests_in_flight:
            connection.close(Close.FLOOD)
        else:
            connection.backlog.append(request)

    def _run(self, connection: Connection, person: Identity, request: Request) -> None:
        bucket = connection.bucket
        assert bucket is not None
        wait = bucket.take(asyncio.get_running_loop().time())
        if wait == 0.0 and connection.in_flight < self._limits.requests_in_flight:
            connection.in_flight += 1
            self._live.tasks.spawn(self._dispatch.answer(connection, person, request))
        elif bucket.over > self._limits.flood:
            connection.close(Close.FLOOD)
        else:
            after = math.ceil(1000 * (wait or 1 / bucket.rate))
            connection.send(envelope.refusal(request.number, LiveError("rate_limited", after=after)))

    async def _greet(self, connection: Connection, request: Request) -> None:
        try:
            hello = Hello.model_validate(request.params)
            welcome, standings = await self._live.greeting.welcome(connection, hello)
        except Turned as turned:
            connection.close(turned.code)
        except Exception as error:
            self._greeting_failed(connection, request, error)
        else:
            self.waiting.discard(connection)
            connection.send(envelope.reply(request.number, welcome))
            self._live.subscriptions.enter(connection, standings)
            self._work_off(connection)

    def _greeting_failed(self, connection: Connection, request: Request, error: Exception) -> None:
        connection.send(envelope.refusal(request.number, refusal_of(error, "hello", connection.id)))
        if isinstance(error, ValidationError):
            connection.close(Close.PROTOCOL, "not a hello")
        else:
            connection.close(Close.OVERLOADED if may_help_later(error) else Close.INTERNAL)

    def _work_off(self, connection: Connection) -> None:
        backlog, connection.backlog = connection.backlog or [], None
        for request in backlog:
            self._take(connection, request)


async def _refuse(send: Send, status: int, retry_after: float | None = None) -> None:
    """Answer the upgrade with an HTTP status."""
    headers = [(b"retry-after", str(math.ceil(retry_after)).encode())] if retry_after else []
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b""})


async def _turn_away(send: Send, upgrade: Upgrade, code: Close) -> None:
    """Accept and close at once: a browser shows its page only the code of a connection that was open."""
    spoken = next(iter(upgrade.subprotocols), None)
    await send({"type": "websocket.accept", "subprotocol": spoken})
    await send({"type": "websocket.close", "code": int(code), "reason": code.name.lower()})
