"""The bus: how workers tell each other that something happened. It rings the doorbell and is never the truth."""

from collections.abc import Callable
from typing import Protocol

Handler = Callable[[bytes], None]


class Bus(Protocol):
    """One interface; in memory when there is one process, Redis when there are more.

    What is published may get lost, and nobody is told: receivers of durable things compare
    positions with the database. Handlers are called on the event loop, in the order of publishing
    by any one publisher, and must not block.
    """

    async def start(self) -> None:
        """Connect. Returns also when the other side is away: the bus goes on trying."""
        ...

    async def stop(self) -> None:
        """Send what waits, and close."""
        ...

    def publish(self, topic: str, payload: bytes) -> None:
        """Tell all subscribers of `topic`, this process included. Never blocks and never raises:
        a failure is counted and healed by the receivers."""
        ...

    async def subscribe(self, topic: str, handler: Handler) -> None:
        """Have `handler` called with each payload. Returns once the subscription is in force
        (or is known to be out of reach: it is then made as soon as the bus is back)."""
        ...

    async def unsubscribe(self, topic: str, handler: Handler) -> None:
        """Stop calling `handler`."""
        ...

    def on_gap(self, action: Callable[[], None]) -> None:
        """Call `action` whenever messages may have got lost (after a reconnect): compare positions then."""
        ...

    @property
    def silent_for(self) -> float:
        """Seconds since the bus last proved to deliver, end to end; 0.0 for a bus that cannot fail."""
        ...
