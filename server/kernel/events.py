"""Domain events: what happened, told to whoever listens once it is committed."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

import structlog

from server.kernel.away import note_fault

E = TypeVar("E")
Listener = Callable[[Any], Awaitable[None]]

log = structlog.get_logger(__name__)


class Owed(NamedTuple):
    """A job, and what it is about: plain JSON."""

    job: str
    payload: dict[str, Any]


class Events:
    """Listeners by event type. A feature shows its events and nothing else to the others."""

    def __init__(self) -> None:
        self._listeners: defaultdict[type, list[Listener]] = defaultdict(list)
        self._owed: defaultdict[type, list[Callable[[Any], Owed]]] = defaultdict(list)

    def on(self, kind: type[E], listener: Callable[[E], Awaitable[None]]) -> None:
        """Call `listener` after the commit of every event of exactly this type."""
        self._listeners[kind].append(listener)

    def owe(self, kind: type[E], owed: Callable[[E], Owed]) -> None:
        """Have a job committed with every event of exactly this type, in the same transaction: for what must be done
        even where the process dies before its listeners were told."""
        self._owed[kind].append(owed)

    def owed(self, happened: Sequence[object]) -> Iterator[Owed]:
        """What is owed for these events, the same once."""
        found = [owed(event) for event in happened for owed in self._owed[type(event)]]
        yield from (each for place, each in enumerate(found) if each not in found[:place])

    async def dispatch(self, happened: Sequence[object]) -> None:
        """Tell the listeners, in order. A listener that fails is logged and harms no other:
        the change is already committed, and what must not get lost is a job, not a listener."""
        for event in happened:
            for listener in self._listeners[type(event)]:
                try:
                    await listener(event)
                except Exception as error:
                    note_fault(log, "listener_failed", error, event_type=type(event).__name__)
