"""Who is where, counted by connection over all workers. Pure: fed with what workers say, and the time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

GRACE_S = 8.0  # a reload or a change of network takes less: nobody is told of it
# A worker that says nothing for so long is dead, and its people with it; with the tick of a second: within 15 s.
LEASE_S = 14.0

Rooms = Mapping[str, Mapping[str, str]]  # topic -> connection -> person
# As if it were a room: whoever has a connection at all is in it. No topic has this name.
CONNECTED = "*"


@dataclass(slots=True)
class _Worker:
    heard: float
    version: int = 0
    rooms: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Changes:
    """Who came and went since this was last taken."""

    joined: dict[str, None] = field(default_factory=dict)  # in order of arrival
    left: dict[str, None] = field(default_factory=dict)


class Census:
    """The merged view. Somebody is in a room as long as one of their connections is, plus some grace."""

    def __init__(self) -> None:
        self._workers: dict[str, _Worker] = {}
        self._people: dict[str, dict[str, int]] = {}  # topic -> person -> connections, in order of arrival
        self._leaving: dict[tuple[str, str], float] = {}
        self._changes: dict[str, Changes] = {}

    def people(self, topic: str) -> list[str]:
        """Who is in a room, by arrival."""
        return list(self._people.get(topic, ()))

    def there(self, topic: str) -> Mapping[str, int]:
        """Who is in a room, by arrival, and by how many connections. No copy: look, and do not keep it."""
        return self._people.get(topic, {})

    def arrivals(self, topic: str) -> list[str]:
        """Who has come since the changes were last taken."""
        changes = self._changes.get(topic)
        return list(changes.joined) if changes else []

    def count(self, topic: str) -> int:
        """How many are in a room."""
        return len(self._people.get(topic, ()))

    def total(self) -> int:
        """How many are in rooms, all together."""
        return sum(len(people) for topic, people in self._people.items() if topic != CONNECTED)

    def take_changes(self, topic: str) -> Changes:
        """Who came and went since the last call."""
        return self._changes.pop(topic, None) or Changes()

    @property
    def changed(self) -> list[str]:
        """Rooms with changes that were not taken."""
        return list(self._changes)

    def version(self, worker: str) -> int | None:
        """The last version heard of a worker; None of one that is unknown."""
        known = self._workers.get(worker)
        return known.version if known else None

    def rooms_of(self, worker: str) -> Rooms:
        """What a worker said of itself."""
        known = self._workers.get(worker)
        return known.rooms if known else {}

    def workers_of(self, topic: str, people: Collection[str]) -> set[str]:
        """Workers by which any of these people are in a room. Costs by the number of connections there."""
        theirs = {name: worker.rooms.get(topic, {}).values() for name, worker in self._workers.items()}
        return {name for name, there in theirs.items() if not set(people).isdisjoint(there)}

    # -- what is said --------------------------------------------------------------------------------------------

    def joined(self, worker: str, topic: str, connection: str, person: str, now: float) -> None:
        """A connection came into a room. Twice is once."""
        theirs = self._worker(worker, now).rooms.setdefault(topic, {})
        if connection in theirs:
            return
        theirs[connection] = person
        people = self._people.setdefault(topic, {})
        if person not in people:
            self._note(topic, person, came=True)
        people[person] = people.get(person, 0) + 1
        self._leaving.pop((topic, person), None)

    def left(self, worker: str, topic: str, connection: str, now: float, *, grace: bool) -> None:
        """A connection left a room, or was lost: then its person may come back within the grace."""
        theirs = self._worker(worker, now).rooms.get(topic, {})
        person = theirs.pop(connection, None)
        if person is None:
            return
        if not theirs:
            del self._workers[worker].rooms[topic]
        self._people[topic][person] -= 1
        if self._people[topic][person] > 0:
            return
        if grace:
            self._leaving[topic, person] = now + GRACE_S
        else:
            self._remove(topic, person)

    def heard(self, worker: str, version: int, now: float) -> bool:
        """A worker lives. False: it is not at the version that we know, so ask it for everything."""
        known = self._worker(worker, now)
        known.heard = now
        return known.version == version

    def advanced(self, worker: str, version: int, now: float) -> bool:
        """A worker's next delta was applied. False: one before it is missing."""
        known = self._worker(worker, now)
        known.heard = now
        whole = version == known.version + 1
        if whole:
            known.version = version
        return whole

    def replaced(self, worker: str, version: int, rooms: Rooms, now: float) -> None:
        """Everything about a worker, said anew. Those who came are counted before those who went."""
        known = self._worker(worker, now)
        known.heard, known.version = now, version
        for topic, connections in rooms.items():
            for connection, person in connections.items():
                self.joined(worker, topic, connection, person, now)
        for topic, connections in list(known.rooms.items()):
            for connection in list(connections):
                if connection not in rooms.get(topic, {}):
                    self.left(worker, topic, connection, now, grace=False)

    def gone(self, worker: str, now: float, *, grace: bool) -> None:
        """A worker stopped in order (its people are on their way to another one) or died."""
        for topic, connections in list(self.rooms_of(worker).items()):
            for connection in list(connections):
                self.left(worker, topic, connection, now, grace=grace)
        self._workers.pop(worker, None)

    def passed(self, now: float, *, myself: str, deaf: bool) -> None:
        """Time passed: graces and leases end. While the bus is deaf nobody's silence means anything."""
        for (topic, person), deadline in list(self._leaving.items()):
            if deadline <= now:
                del self._leaving[topic, person]
                self._remove(topic, person)
        for name, worker in list(self._workers.items()):
            if name == myself or deaf:
                worker.heard = now
            elif now - worker.heard > LEASE_S:
                self.gone(name, now, grace=False)

    def _worker(self, name: str, now: float) -> _Worker:
        return self._workers.setdefault(name, _Worker(now))

    def _remove(self, topic: str, person: str) -> None:
        people = self._people[topic]
        if people.get(person) == 0:
            del people[person]
            self._note(topic, person, came=False)
        if not people:
            del self._people[topic]

    def _note(self, topic: str, person: str, *, came: bool) -> None:
        changes = self._changes.setdefault(topic, Changes())
        into, out_of = (changes.joined, changes.left) if came else (changes.left, changes.joined)
        if person in out_of:
            del out_of[person]
        else:
            into[person] = None
