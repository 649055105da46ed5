"""The bus of a single process."""

import asyncio
from collections import defaultdict
from collections.abc import Callable

import structlog

from server.kernel.bus import Handler

log = structlog.get_logger(__name__)


class MemoryBus:
    """Calls the handlers in the next turn of the event loop, as a bus over the network would."""

    silent_for = 0.0

    def __init__(self) -> None:
        self._handlers: defaultdict[str, list[Handler]] = defaultdict(list)

    async def start(self) -> None:
        """Nothing to connect to."""

    async def stop(self) -> None:
        """Nothing waits longer than a turn of the loop."""
        await asyncio.sleep(0)

    def publish(self, topic: str, payload: bytes) -> None:
        """Tell all subscribers of `topic` in the next turn."""
        if topic in self._handlers:
            asyncio.get_running_loop().call_soon(self._deliver, topic, payload)

    async def subscribe(self, topic: str, handler: Handler) -> None:
        """In force at once."""
        self._handlers[topic].append(handler)

    async def unsubscribe(self, topic: str, handler: Handler) -> None:
        """In force at once; a handler that is not there is no error."""
        handlers = self._handlers.get(topic, [])
        if handler in handlers:
            handlers.remove(handler)
        if not handlers:
            self._handlers.pop(topic, None)

    def on_gap(self, action: Callable[[], None]) -> None:
        """Memory loses nothing, so there is never a gap to report."""

    def _deliver(self, topic: str, payload: bytes) -> None:
        for handler in tuple(self._handlers.get(topic, ())):
            try:
                handler(payload)
            except Exception:
                log.exception("bus_handler_failed")
