"""A call of a live method, as its handler sees it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from server.kernel.clock import Clock
from server.kernel.parts import Kernel
from server.live.grants import Grant
from server.live.identity import Identity
from server.live.topics import Topic
from server.live.wire.envelope import JsonText
from server.live.wire.message import Result

if TYPE_CHECKING:
    from server.live.connection import Connection
    from server.live.parts import Live


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls, on which connection, about which topic. `grant` is the right to that topic, already checked."""

    person: Identity
    link: "Connection"
    live: "Live"
    topic: Topic | None = None
    grant: Grant | None = None
    afterwards: list[Callable[[], None]] = field(default_factory=list)  # run once the answer is sent

    @property
    def connection(self) -> str:
        """The id of the connection."""
        return self.link.id

    @property
    def session_id(self) -> str:
        """The session that the connection belongs to."""
        return self.person.session_id

    @property
    def kernel(self) -> Kernel:
        """The ground: settings, database, jobs and so on."""
        return self.live.kernel

    @property
    def clock(self) -> Clock:
        """The time."""
        return self.live.kernel.clock

    @property
    def app(self) -> Any:
        """The application, for what features keep in its state."""
        return self.link.app


Answer = Result | Mapping[str, Any] | JsonText | None
Handler = Callable[[Call, Any], Awaitable[Answer]]
