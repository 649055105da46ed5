"""One WebSocket after its upgrade: who is there, what it hears, and how much of it waits."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from server.live import metrics
from server.live.bucket import Bucket
from server.live.framing import text_frame
from server.live.grants import Grant
from server.live.identity import Identity
from server.live.limits import CLOSE_BYTES
from server.live.line import Line, Write
from server.live.room import Room
from server.live.wire import envelope
from server.live.wire.codes import Close
from server.live.wire.parse import Request

if TYPE_CHECKING:
    from server.live.gateway import Gateway


class Subscription(NamedTuple):
    """A topic that the connection hears, and by which right."""

    room: Room
    grant: Grant


class Connection:
    """A listener of its line and a member of its rooms. No timer, no task and no queue of its own."""

    __slots__ = ("_gateway", "_line", "app", "backlog", "bucket", "closed", "deadline", "hidden", "id", "identity",
                 "in_flight", "paused", "proof", "revision", "topics", "turn", "write")  # fmt: skip

    def __init__(self, id_: str, line: Line, gateway: "Gateway", app: Any, deadline: float) -> None:
        self.id = id_
        self.app = app
        self.write: Write = line.write
        self.identity: Identity | None = None
        self.proof: Identity | None = None  # shown at the upgrade already, by a bearer token
        self.topics: dict[str, Subscription] = {}
        self.bucket: Bucket | None = None  # the person's, shared by their connections
        self.deadline = deadline  # for the hello; in the loop's time
        self.backlog: list[Request] | None = None  # what came before the hello was answered
        self.revision = 0  # grows when a right is taken back, so that what is under way asks again
        self.in_flight = 0
        self.turn = asyncio.Lock()  # of the answers that may be large, and of what keeps its order
        self.hidden = False
        self.paused = False
        self.closed = False
        self._line = line
        self._gateway = gateway

    @property
    def session_id(self) -> str:
        """The session that it belongs to; empty before the hello."""
        return self.identity.session_id if self.identity else ""

    @property
    def heard(self) -> float:
        """When anything last came, in the loop's time."""
        return self._line.heard

    def buffered(self) -> int:
        """Bytes that wait to be sent."""
        return self._line.buffered()

    def send(self, message: bytes) -> None:
        """Send one message to this connection alone."""
        if not self.closed:
            self.write(text_frame(message))
            if self.paused and self.buffered() > 2 * CLOSE_BYTES:
                self.close(Close.SLOW)

    def tell(self, topic: str, kind: str, data: dict[str, Any]) -> None:
        """Send a passing event to this connection alone."""
        self.send(envelope.passing(topic, kind, envelope.to_json(data)))

    def ping(self) -> None:
        """Ask for a sign of life."""
        if not self.closed:
            self._line.ping()

    def close(self, code: Close, reason: str = "") -> None:
        """Send it away. From this moment on nothing is written to it."""
        if not self.closed:
            metrics.CLOSED.labels(str(int(code))).inc()
            self._line.close(int(code), reason or code.name.lower())

    def subscribed(self, each: Callable[[Room], None]) -> None:
        """Do something with every room that the connection is in."""
        for subscription in list(self.topics.values()):
            each(subscription.room)

    # -- what the line says --------------------------------------------------------------------------------------

    def on_text(self, text: str) -> None:
        """A message came."""
        self._gateway.received(self, text)

    def on_breach(self, reason: str) -> None:
        """Something else came."""
        self.close(Close.PROTOCOL, reason)

    def on_pause(self) -> None:
        """It reads too slowly. Its requests wait as well: their answers would only make it worse."""
        self.paused = True
        self._line.pause_reading()
        self._gateway.paused(self)

    def on_resume(self) -> None:
        """It reads again."""
        self.paused = False
        self._line.resume_reading()
        self._gateway.resumed(self)

    def on_lost(self) -> None:
        """It is gone."""
        if not self.closed:
            self.closed = True
            self._gateway.lost(self)
