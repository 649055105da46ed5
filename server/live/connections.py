"""The greeted connections of this worker."""

from collections.abc import Callable, Iterator

from server.live import metrics
from server.live.bucket import Bucket
from server.live.connection import Connection
from server.live.identity import Identity
from server.live.limits import Limits

# Longer than any greeting takes: who says no hello is cut off after seconds, and the log answers within some more.
ENDED_KEPT_S = 30.0


class Connections:
    """By person, with one bucket of requests for all connections of a person."""

    def __init__(self, limits: Limits) -> None:
        self.on_come: Callable[[Connection, str], None] = lambda connection, person: None
        self.on_go: Callable[[Connection], None] = lambda connection: None
        self._limits = limits
        self._by_person: dict[str, set[Connection]] = {}
        self._count = 0
        self._ended: dict[str, float] = {}  # sessions and persons that were sent away, and when; in the loop's time

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Connection]:
        return (each for theirs in list(self._by_person.values()) for each in list(theirs))

    def people(self) -> list[str]:
        """Those who have connections here."""
        return list(self._by_person)

    def of(self, person_id: str) -> list[Connection]:
        """The connections of a person."""
        return list(self._by_person.get(person_id, ()))

    def add(self, connection: Connection, identity: Identity, now: float) -> bool:
        """Count a connection in; False when the person has too many."""
        theirs = self._by_person.setdefault(identity.id, set())
        if len(theirs) >= self._limits.connections_per_person:
            return False
        shared = next((each.bucket for each in theirs), None)
        connection.identity = identity
        connection.bucket = shared or Bucket(self._limits.requests_per_second, self._limits.burst, now)
        theirs.add(connection)
        self._count += 1
        metrics.CONNECTIONS.set(self._count)
        self.on_come(connection, identity.id)
        return True

    def note_end(self, id_: str, now: float) -> None:
        """A session, or everything of a person, has ended: also for who is being greeted, and is not here yet."""
        self._ended = {each: at for each, at in self._ended.items() if now - at < ENDED_KEPT_S} | {id_: now}

    def ended_since(self, identity: Identity, since: float) -> bool:
        """Whether what was read about somebody at that time may be of before their end."""
        return any(self._ended.get(each, -1.0) >= since for each in (identity.id, identity.session_id))

    def remove(self, connection: Connection) -> None:
        """Count it out; one that is not there is no error."""
        person = connection.identity.id if connection.identity else ""
        theirs = self._by_person.get(person, set())
        if connection in theirs:
            theirs.remove(connection)
            self._count -= 1
            metrics.CONNECTIONS.set(self._count)
            self.on_go(connection)
        if not theirs:
            self._by_person.pop(person, None)
