"""Giving members what they missed: from memory, or from the log with one query for all who ask the same."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Protocol

from server.live.entries import Encoded, Event, Top
from server.live.limits import CATCH_UP_EVENTS, TAIL_EVENTS
from server.live.room import Room
from server.live.tasks import Tasks


class Source(Protocol):
    """Where the truth is read."""

    async def since(self, channel: str, position: int, limit: int = ...) -> list[Event]:
        """Events after a position."""
        ...

    async def tops(self, channels: Collection[str]) -> Mapping[str, Top]:
        """How far channels have come."""
        ...

    async def elsewhere(self, known: Mapping[str, Top]) -> Mapping[str, Top]:
        """Of these channels those that stand elsewhere than is known, and where."""
        ...


class Recall:
    """The memory of rooms, backed by the log."""

    def __init__(self, source: Source, tasks: Tasks) -> None:
        self._source = source
        self._tasks = tasks
        self._reading: dict[tuple[str, int], asyncio.Task[list[Encoded]]] = {}
        self._remembering: dict[tuple[str, int], asyncio.Task[None]] = {}  # by topic and generation

    async def events_after(self, room: Room, position: int) -> list[Encoded] | None:
        """What members have been given after a position; None when that is more than is caught up.

        Many who ask the same at once cost one query.
        """
        missed = room.missed(position)
        if missed is not None:
            return missed
        if room.flushed - position > CATCH_UP_EVENTS:
            return None
        if not room.memory_full:
            await self._remember(room)
            missed = room.missed(position)
        return missed if missed is not None else await self._read(room, position, CATCH_UP_EVENTS)

    async def _remember(self, room: Room) -> None:
        """Read the latest events into memory: after a restart, everybody comes back for about the same. Once for all
        who come meanwhile, also while somebody talks: what is said from here on is in memory as it is."""
        key = (room.topic, room.generation)
        if key not in self._remembering:
            task = self._remembering[key] = self._tasks.spawn(self._remembered(room))
            task.add_done_callback(lambda _: self._remembering.pop(key, None))
        await asyncio.shield(self._remembering[key])

    async def _remembered(self, room: Room) -> None:
        generation = room.generation
        earlier = await self._encoded(room.topic, max(0, room.top - TAIL_EVENTS), TAIL_EVENTS)
        if generation == room.generation:
            room.remember(earlier)

    async def _read(self, room: Room, position: int, limit: int) -> list[Encoded]:
        key = (room.topic, position)
        if key not in self._reading:
            task = self._reading[key] = self._tasks.spawn(self._encoded(room.topic, position, limit))
            task.add_done_callback(lambda _: self._reading.pop(key, None))
        return await asyncio.shield(self._reading[key])

    async def _encoded(self, topic: str, position: int, limit: int) -> list[Encoded]:
        return [event.encoded() for event in await self._source.since(topic, position, limit)]
