"""Domain events: what happened, told to whoever listens once it is committed."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import structlog

E = TypeVar("E")
Listener = Callable[[Any], Awaitable[None]]

log = structlog.get_logger(__name__)


class Events:
    """Listeners by event type. A feature shows its events and nothing else to the others."""

    def __init__(self) -> None:
        self._listeners: defaultdict[type, list[Listener]] = defaultdict(list)

    def on(self, kind: type[E], listener: Callable[[E], Awaitable[None]]) -> None:
        """Call `listener` after the commit of every event of exactly this type."""
        self._listeners[kind].append(listener)

    async def dispatch(self, happened: Sequence[object]) -> None:
        """Tell the listeners, in order. A listener that fails is logged and harms no other:
        the change is already committed, and what must not get lost is a job, not a listener."""
        for event in happened:
            for listener in self._listeners[type(event)]:
                try:
                    await listener(event)
                except Exception:
                    log.exception("listener_failed", event_type=type(event).__name__)
