"""What the clients of a run did and saw, what the servers left behind, and what of it broke a promise."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from tests.faults.own_time import OwnTime


@dataclass(frozen=True)
class Sent:
    """A client began to send; `at` in seconds of the clock that all clients of a run share, as everywhere here."""

    client: str
    channel: str
    cid: str
    text: str
    at: float


@dataclass(frozen=True)
class Acked:
    """A client was told that its message stands in the log at `seq`."""

    client: str
    channel: str
    cid: str
    seq: int
    at: float


@dataclass(frozen=True)
class Refused:
    """A client was told that its message will never stand in the log."""

    client: str
    channel: str
    cid: str
    at: float


@dataclass(frozen=True)
class Applied:
    """A client showed the log's entry `seq`."""

    client: str
    channel: str
    seq: int
    content: str
    at: float = 0.0


@dataclass(frozen=True)
class Reset:
    """A client was told that it cannot catch up, and begins anew above `seq`."""

    client: str
    channel: str
    seq: int
    at: float = 0.0


@dataclass(frozen=True)
class FaultOver:
    """What was broken from outside is whole again: from here on everything must heal by itself."""

    at: float


@dataclass(frozen=True)
class Came:
    """A connection of a person was let into a channel or a room."""

    client: str
    person: str
    channel: str
    at: float


@dataclass(frozen=True)
class Went:
    """The connection is gone, or left."""

    client: str
    channel: str
    at: float


@dataclass(frozen=True)
class Shown:
    """Who a worker shows as present in a room."""

    worker: str
    channel: str
    people: frozenset[str]
    at: float


@dataclass(frozen=True)
class Read:
    """A person was told that they have read a channel up to `seq`."""

    person: str
    channel: str
    seq: int


@dataclass(frozen=True)
class Unread:
    """A person was told, at the end, that so many messages of a channel are unread."""

    person: str
    channel: str
    count: int


@dataclass(frozen=True)
class Owed:
    """Something happened of which a person is to be notified, whatever becomes of the process that saw it."""

    person: str
    about: str


@dataclass(frozen=True)
class Notified:
    """A person was notified of something."""

    person: str
    about: str


@dataclass(frozen=True)
class Used:
    """How much of something a process used before the storm, and when it was over."""

    process: str
    what: str
    before: float
    after: float


@dataclass(frozen=True)
class Logged:
    """All that a process logged, and how many faults its figures told of by then."""

    process: str
    text: str
    faults: int


@dataclass(frozen=True)
class Entry:
    """A row of the log in the database, at the end. `cid` is empty for what no client sent; `author` where it does not
    count as a message."""

    channel: str
    seq: int
    cid: str
    content: str
    author: str = ""


@dataclass(frozen=True)
class Violation:
    """A broken promise, and where."""

    rule: str
    what: str


Happening = (
    Sent | Acked | Refused | Applied | Reset | FaultOver | Came | Went | Shown | Read | Unread | Owed | Notified | Used
) | Logged

H = TypeVar("H", bound=Happening)


@dataclass
class History:
    """All that happened in one run, each client's own in its order; and what may stand in no log: tokens, words."""

    happened: list[Happening] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)
    time: OwnTime = field(default_factory=OwnTime)

    def add(self, happening: Happening) -> None:
        """Note one thing."""
        self.happened.append(happening)

    def of(self, kind: type[H]) -> Iterator[H]:
        """All things of one kind, in order."""
        return (one for one in self.happened if isinstance(one, kind))
