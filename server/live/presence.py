"""Who is in a room: told to its members once a second, and to the other workers over the bus."""

import asyncio
import json
from collections.abc import Awaitable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from server.kernel.away import note_failure, note_refusal
from server.kernel.bus import Bus
from server.kernel.enduring import FIRST_PAUSE_S, LONGEST_PAUSE_S, kept_going
from server.live import metrics, topics
from server.live.census import CONNECTED, Census
from server.live.connection import Connection
from server.live.faces import Faces
from server.live.grants import Arrived, Present, Topics
from server.live.hub import DEAF_AFTER_S, Hub
from server.live.room import Member, Room
from server.live.tasks import Tasks
from server.live.together import Together
from server.live.topics import Topic
from server.live.wire import envelope
from server.live.wire.envelope import JsonText, to_json

TICK_S = 1.0  # how often members are told
HEARTBEAT_TICKS = 5
DELTA_S = 0.1  # changes are gathered for so long before the other workers are told
ASK_S = 1.0  # the least time between two questions to the same worker
# Above this, members get a number, and by name only staff and speakers (`Present.named`); back to names a little below
# it, so that it does not flap.
NAMED, NAMED_AGAIN = 200, 180
SNAPSHOT_PEOPLE = 100
KIND = "presence"

log = structlog.get_logger(__name__)


# A topic, a connection, and who came by it; or, for one that left (None), whether it was lost and may come back.
_Move = tuple[str, str, str | None, bool]


@dataclass(slots=True)
class _View:
    """What this worker's members have been shown of a room."""

    version: int = 0
    large: bool = False
    faces: Faces = field(default_factory=Faces)
    complete: bool = False  # everybody's face is known but those of who has come since members were last told


class Presence:
    """Keyed by connection, so that the end of one tab does not hide the other."""

    def __init__(self, bus: Bus, hub: Hub, topics: Topics, tasks: Tasks) -> None:
        self._bus = bus
        self._hub = hub
        self._topics = topics
        self._tasks = tasks
        self._census = Census()
        self._views: dict[str, _View] = {}
        self._moves: list[_Move] = []
        self._version = 0
        self._asked: dict[str, float] = {}
        self._late: set[tuple[str, str]] = set()  # topics and arrivals of which a feature could not be told yet
        self._present = Together(self._look_up)
        hub.on_return = self._returned

    async def start(self) -> None:
        """Hear the other workers, and ask them who is there."""
        await self._bus.subscribe(topics.PRESENCE, self._heard)
        self._census.replaced(self._hub.worker, 0, {}, self._now())
        self._say("ask", of="*")
        self._tasks.spawn(kept_going("live_presence", self._tick))

    async def stop(self) -> None:
        """Say good-bye: the people are on their way to other workers."""
        self._say("bye")
        await self._bus.unsubscribe(topics.PRESENCE, self._heard)

    # -- what features ask ---------------------------------------------------------------------------------------

    def people(self, topic: str) -> list[str]:
        """Ids of those present, by arrival."""
        return self._census.people(topic)

    def count(self, topic: str) -> int:
        """How many are present."""
        return self._census.count(topic)

    async def cards(self, topic: str, people: Collection[str], most: int) -> JsonText:
        """At most so many of these people, those of them who are in a room, as JSON text; by arrival."""
        view = self._view(topic)
        await self._know(topic, view)
        shown = [person for person in self._census.there(topic) if person in people]
        return JsonText(view.faces.text(shown[:most]))

    async def snapshot(self, topic: str, viewer: str) -> tuple[int, JsonText]:
        """How a room looks to somebody who is just coming in, as JSON text: with themselves, staff and speakers first,
        at most 100 by name. And its version."""
        view = self._view(topic)
        version = view.version
        await self._know(topic, view, [viewer])
        there = self._census.there(topic)
        shown = view.faces.first(there, SNAPSHOT_PEOPLE)
        if viewer not in there and len(shown) < SNAPSHOT_PEOPLE:
            shown.append(viewer)
        count = len(there) + (viewer not in there)
        return version, JsonText(f'{{"v":{version},"count":{count},"people":{view.faces.text(shown)}}}')

    def connections(self, person: str) -> int:
        """How many connections a person has, over all workers as far as this one has heard."""
        return self._census.there(CONNECTED).get(person, 0)

    def workers_of(self, people: Collection[str]) -> set[str]:
        """The other workers of which this one has heard that they have connections of these people."""
        return self._census.workers_of(CONNECTED, people) - {self._hub.worker}

    # -- what happens here ---------------------------------------------------------------------------------------

    def connected(self, connection: Connection, person: str) -> None:
        """A connection was greeted, whatever it is going to hear."""
        self._census.joined(self._hub.worker, CONNECTED, connection.id, person, self._now())
        self._moved((CONNECTED, connection.id, person, False))

    def disconnected(self, connection: Connection) -> None:
        """A greeted connection is gone."""
        self._census.left(self._hub.worker, CONNECTED, connection.id, self._now(), grace=False)
        self._moved((CONNECTED, connection.id, None, False))

    def entered(self, connection: Connection, topic: str, seen: int) -> None:
        """A connection came in. `seen` is the version that its snapshot shows."""
        namespace = self._topics.of(topic)
        if namespace is None or namespace.people is None or connection.identity is None:
            return
        person = connection.identity.id
        self._census.joined(self._hub.worker, topic, connection.id, person, self._now())
        self._moved((topic, connection.id, person, False))
        if namespace.arrived and (parsed := Topic.parse(topic)):
            self._tasks.spawn(self._tell_arrival(namespace.arrived, parsed, person))
        if (view := self._views.get(topic)) and view.version != seen:
            self._tasks.spawn(self._show_all(connection, topic, view))

    def left(self, connection: Connection, topic: str, *, lost: bool) -> None:
        """A connection left, or was lost."""
        if topic not in self._census.rooms_of(self._hub.worker):
            return
        self._census.left(self._hub.worker, topic, connection.id, self._now(), grace=lost)
        self._moved((topic, connection.id, None, lost))

    async def _tell_arrival(self, arrived: Arrived, topic: Topic, person: str) -> None:
        """Let a feature know; whatever becomes of that, the person is in. While the database is away it is tried again,
        for all tabs of a person together: that they were here stays true."""
        pause, late = FIRST_PAUSE_S, (str(topic), person)
        while not await _told(arrived(topic.id, person)):
            if pause == FIRST_PAUSE_S and late in self._late:
                return
            self._late.add(late)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        self._late.discard(late)

    # -- what members are told -----------------------------------------------------------------------------------

    async def _tick(self) -> None:
        beat = 0
        while True:
            await asyncio.sleep(TICK_S)
            beat += 1
            try:
                self._census.passed(self._now(), myself=self._hub.worker, deaf=self._bus.silent_for > DEAF_AFTER_S)
                if beat % HEARTBEAT_TICKS == 0:
                    self._say("beat")
                await self.tell_members()
            except Exception as error:  # what could not be told now is told in a second
                note_failure(log, "presence_failed", error)

    async def tell_members(self) -> None:
        """Tell this worker's members who came and went."""
        metrics.PRESENT.set(self._census.total())
        for topic in self._census.changed:
            room = self._hub.rooms.get(topic)
            if room is not None and room.size:
                await self._tell(room, self._view(topic))
            else:
                self._census.take_changes(topic)
                self._views.pop(topic, None)

    def _view(self, topic: str) -> _View:
        """What is shown of a room. One that was empty for a moment goes on from the version that it had: the hub keeps
        it for a while, and shows nothing older."""
        view = self._views.get(topic)
        if view is None:
            room = self._hub.rooms.get(topic)
            view = self._views[topic] = _View(room.versions.get(KIND, 0) if room else 0)
        return view

    async def _tell(self, room: Room, view: _View) -> None:
        await self._know(room.topic, view)  # may fail: then nothing is taken
        changes = self._census.take_changes(room.topic)
        there = self._census.there(room.topic)
        gone = {person: view.faces.forget(person) for person in changes.left}
        was_large, view.large = view.large, _is_large(view, len(there))
        view.version += 1
        if was_large != view.large:
            room.state(KIND, view.version, self._whole(room.topic, view))
            return
        left = [person for person, named in gone.items() if named or not view.large]
        room.state(KIND, view.version, self._message(room.topic, view, changes.joined, left))

    def _whole(self, topic: str, view: _View) -> bytes:
        """Everybody who is named, in place of what was shown before."""
        there = self._census.there(topic)
        people = view.faces.text(view.faces.named(there) if view.large else there)
        data = f'{{"count":{len(there)},"joined":[],"left":[],"people":{people}}}'
        return envelope.state(topic, view.version, KIND, data)

    def _message(self, topic: str, view: _View, joined: Mapping[str, None], left: list[str]) -> bytes:
        named = view.faces.text(view.faces.named(joined) if view.large else joined)
        data = f'{{"count":{self.count(topic)},"joined":{named},"left":{to_json(left)}}}'
        return envelope.state(topic, view.version, KIND, data)

    def _returned(self, room: Room, member: Member) -> None:
        """A member that was slow or hidden missed who came and went: it is shown everything."""
        view = self._views.get(room.topic)
        if view and isinstance(member, Connection):
            self._tasks.spawn(self._show_all(member, room.topic, view))

    async def _show_all(self, connection: Connection, topic: str, view: _View) -> None:
        await self._know(topic, view)
        connection.send(self._whole(topic, view))

    async def _know(self, topic: str, view: _View, more: Iterable[str] = ()) -> None:
        """Learn the faces of everybody who is there, and of these."""
        whom = self._census.arrivals(topic) if view.complete else self.people(topic)
        unknown = view.faces.unknown([*whom, *more])
        if unknown:
            found = await self._present.get_all([(topic, person) for person in unknown])
            view.faces.learn({person: present for (_, person), present in found.items()})
        view.complete = True

    async def _look_up(self, asked: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Present]:
        """How these people are shown in these rooms, for all who ask it in the same moment."""
        by_topic: dict[str, list[str]] = {}
        for topic, person in asked:
            by_topic.setdefault(topic, []).append(person)
        found: dict[tuple[str, str], Present] = {}
        for topic, people in by_topic.items():
            namespace, parsed = self._topics.of(topic), Topic.parse(topic)
            if parsed and namespace and namespace.people:
                present = await namespace.people(parsed.id, people)
                found |= {(topic, person): each for person, each in present.items()}
        return found

    # -- what workers say ----------------------------------------------------------------------------------------

    def _moved(self, move: _Move) -> None:
        self._moves.append(move)
        if len(self._moves) == 1:
            asyncio.get_running_loop().call_later(DELTA_S, self._say_delta)

    def _say_delta(self) -> None:
        moves, self._moves = self._moves, []
        if moves:
            self._version += 1
            self._census.advanced(self._hub.worker, self._version, self._now())
            self._say("delta", moves=moves)

    def _say(self, what: str, **more: Any) -> None:
        said = {"w": self._hub.worker, "v": self._version, "do": what, **more}
        self._bus.publish(topics.PRESENCE, json.dumps(said, separators=(",", ":")).encode())

    def _heard(self, payload: bytes) -> None:
        try:
            said = json.loads(payload)
            if said["w"] != self._hub.worker:
                self._do(said, said["w"], said["v"])
        except (ValueError, KeyError, TypeError):
            log.warning("bus_nonsense", topic=topics.PRESENCE)

    def _do(self, said: dict[str, Any], worker: str, version: int) -> None:
        now = self._now()
        what = said["do"]
        if what == "delta":
            self._apply(said, worker, version, now)
        elif what == "beat" and not self._census.heard(worker, version, now):
            self._ask(worker, now)
        elif what == "all":
            self._census.replaced(worker, version, said["rooms"], now)
        elif what == "bye":
            self._census.gone(worker, now, grace=True)
        elif what == "ask" and said["of"] in ("*", self._hub.worker):
            self._say_all()

    def _apply(self, said: dict[str, Any], worker: str, version: int, now: float) -> None:
        if not self._census.advanced(worker, version, now):
            self._ask(worker, now)
            return
        for topic, connection, person, lost in said["moves"]:
            if person is None:
                self._census.left(worker, topic, connection, now, grace=lost)
            else:
                self._census.joined(worker, topic, connection, person, now)

    def _ask(self, worker: str, now: float) -> None:
        if now - self._asked.get(worker, -ASK_S) >= ASK_S:
            self._asked[worker] = now
            self._say("ask", of=worker)

    def _say_all(self) -> None:
        self._say_delta()
        self._say("all", rooms=self._census.rooms_of(self._hub.worker))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


async def _told(work: Awaitable[None]) -> bool:
    """Let a feature know of an arrival; false when trying again can help."""
    try:
        await work
    except Exception as error:
        if note_refusal(log, "arrival_not_told", error):
            return False
        log.warning("arrival_not_told", reason=type(error).__name__)
    return True


def _is_large(view: _View, count: int) -> bool:
    return count > (NAMED_AGAIN if view.large else NAMED)
