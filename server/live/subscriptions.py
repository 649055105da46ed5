"""Subscribing: rights, rooms and positions, answered together in one round trip."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import structlog

from server.kernel.away import note_refusal
from server.live.away import unavailable
from server.live.connection import Connection, Subscription
from server.live.grants import Arrival, Grant, Topics
from server.live.hub import Hub
from server.live.limits import CATCH_UP_BYTES, Limits
from server.live.presence import Presence
from server.live.room import Room
from server.live.topics import Topic
from server.live.wire.codes import LiveError
from server.live.wire.envelope import as_text, merged, to_json
from server.live.wire.session import Position

log = structlog.get_logger(__name__)

Positions = Mapping[str, Position | None]


@dataclass(slots=True)
class Standing:
    """How one topic stands for one connection, as JSON text; and from where on it is served live."""

    json: str
    subscription: Subscription | None = None
    position: int = 0
    seen: int = 0  # the version of presence that the snapshot shows


class Subscriptions:
    """Lets connections in and out of rooms."""

    def __init__(self, hub: Hub, topics: Topics, presence: Presence, limits: Limits) -> None:
        self._hub = hub
        self._topics = topics
        self._presence = presence
        self._limits = limits

    async def standings(self, connection: Connection, person_id: str, asked: Positions) -> dict[str, Standing]:
        """How each of these topics stands. Nothing is served yet: send the answer first, then `enter`."""
        while True:
            revision = connection.revision
            grants = await self._granted(connection, person_id, asked)
            found = {topic: refused("not_found") for topic in asked}
            room_left = 1 + self._limits.channels_per_connection - len(connection.topics)  # 1: the person's own
            new = [topic for topic in grants if topic not in connection.topics]
            for topic in new[max(0, room_left) :]:
                found[topic] = refused("too_many")
                del grants[topic]
            found |= await self._stand(person_id, grants, asked)
            if revision == connection.revision:
                return found

    def enter(self, connection: Connection, standings: Mapping[str, Standing]) -> None:
        """Serve live what is above each answer that was sent."""
        for topic, standing in standings.items():
            if standing.subscription and not connection.closed:
                connection.topics[topic] = standing.subscription
                self._hub.enter(standing.subscription.room, connection, standing.position)
                self._presence.entered(connection, topic, standing.seen)

    def leave(self, connection: Connection, topic: str) -> None:
        """Serve the topic no longer, from this moment on."""
        if subscription := connection.topics.pop(topic, None):
            self._hub.leave(subscription.room, connection)
            self._presence.left(connection, topic, lost=False)

    def lost(self, connection: Connection) -> None:
        """The connection is gone: those present get some grace to come back."""
        for topic, subscription in connection.topics.items():
            self._hub.leave(subscription.room, connection)
            self._presence.left(connection, topic, lost=True)
        connection.topics.clear()

    async def _granted(self, connection: Connection, person_id: str, asked: Collection[str]) -> dict[str, Grant]:
        held = {topic: connection.topics[topic].grant for topic in asked if topic in connection.topics}
        return held | await self._topics.readable(person_id, [topic for topic in asked if topic not in held])

    async def _stand(self, person_id: str, grants: Mapping[str, Grant], asked: Positions) -> dict[str, Standing]:
        try:
            rooms = await self._hub.open(grants)
        except Exception as error:
            return dict.fromkeys(grants, _failed(error))
        waiting = [self._standing(person_id, rooms[each], grants[each], asked[each]) for each in grants]
        found = await asyncio.gather(*waiting) if len(waiting) > 1 else [await each for each in waiting]
        return dict(zip(grants, found, strict=True))

    async def _standing(self, person_id: str, room: Room, grant: Grant, position: Position | None) -> Standing:
        try:
            if room.durable and position is not None and await self._hub.reaches(room, position.s, position.epoch):
                events = await self._hub.recall.events_after(room, position.s)
                if events is not None and sum(len(each.message) for each in events) <= CATCH_UP_BYTES:
                    top = events[-1].seq if events else position.s
                    return Standing(
                        _recovered(room, top, [each.message for each in events]), Subscription(room, grant), top
                    )
            return await self._afresh(person_id, room, grant)
        except Exception as error:
            return _failed(error)

    async def _afresh(self, person_id: str, room: Room, grant: Grant) -> Standing:
        """The top first, then the snapshot: what is in neither cannot be."""
        top = room.flushed
        topic = Topic.parse(room.topic)
        namespace = self._topics.of(room.topic)
        snapshot, there, seen = "{}", "{}", 0
        if topic and namespace and namespace.snapshot:
            snapshot = as_text(await namespace.snapshot(Arrival(person_id, topic.id, grant, top)))
        if namespace and namespace.people:
            seen, there = await self._presence.snapshot(room.topic, person_id)
        return Standing(_anew(room, top, merged(snapshot, there)), Subscription(room, grant), top, seen)


def refused(code: str) -> Standing:
    """A topic that is not subscribed, and why."""
    return Standing(to_json({"ok": False, "e": LiveError(code).as_dict()}))


def _failed(error: Exception) -> Standing:
    if not isinstance(error, LiveError):
        if note_refusal(log, "standing_unavailable", error):
            error = unavailable()
        else:
            log.error("standing_failed", exc_info=error)
            error = LiveError("internal")
    return Standing(to_json({"ok": False, "e": error.as_dict()}))


def _recovered(room: Room, top: int, messages: list[bytes]) -> str:
    events = b",".join(messages).decode()
    return f'{{"ok":true,"epoch":"{room.epoch}","top":{top},"recovered":true,"events":[{events}]}}'


def _anew(room: Room, top: int, snapshot: str) -> str:
    return f'{{"ok":true,"epoch":"{room.epoch}","top":{top},"recovered":false,"snapshot":{snapshot}}}'


def as_object(standings: Mapping[str, Standing]) -> str:
    """Standings by topic, as JSON text."""
    return "{" + ",".join(f'"{topic}":{standing.json}' for topic, standing in standings.items()) + "}"
