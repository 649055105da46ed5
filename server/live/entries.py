"""What goes into the log and what comes out of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Table

from server.kernel.db import UnitOfWork
from server.kernel.tables import Base
from server.live.wire import envelope


class Placed(NamedTuple):
    """The place that an event got: its number in the channel, and the moment."""

    seq: int
    at: datetime


# A table and the values of one of its rows, all but those that the database itself has a default for.
Row = tuple[type[Base] | Table, Mapping[str, Any]]
Data = Mapping[str, Any]
Key = tuple[str, str, str]  # channel, sender, cid


@dataclass(frozen=True, slots=True)
class Append:
    """An event to be appended to a channel, and what is to be written with it in the same transaction.

    `cid` makes it happen once: a second append with the same (channel, sender, cid) gets the first answer.
    `data`, `rows` and `emits` may be functions of the place: pure ones, which are called in another thread.
    `within` runs under the channel's lock; it may read, write, emit, enqueue, refuse (LiveError), and may
    return the event's data; without it the commit is several times cheaper. `emits` are domain events, told after
    the commit.
    """

    channel: str
    sender: str
    cid: str | None
    kind: str
    data: Data | Callable[[Placed], Data]
    rows: Sequence[Row] | Callable[[Placed], Sequence[Row]] = ()
    within: Callable[[UnitOfWork, Placed], Awaitable[Data | None]] | None = None
    emits: Callable[[Placed], Sequence[object]] | None = None

    @property
    def key(self) -> Key | None:
        """What makes it unique; None for an event that nobody repeats."""
        return None if self.cid is None else (self.channel, self.sender, self.cid)


@dataclass(frozen=True, slots=True)
class Appended:
    """The answer: the event is committed. `repeated`: it already was, and nothing was written now."""

    seq: int
    repeated: bool
    data: Data
    at: datetime


class Encoded(NamedTuple):
    """An event as it goes to every receiver."""

    seq: int
    message: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the log."""

    channel: str
    seq: int
    sender: str
    cid: str | None
    kind: str
    json: str  # its data, as JSON text
    at: datetime

    def encoded(self) -> Encoded:
        """The event's message, byte for byte as it was when it was new."""
        return Encoded(self.seq, envelope.event(self.channel, self.seq, self.kind, self.json, self.cid))


class Top(NamedTuple):
    """How far a channel has come. A channel that nobody has spoken in yet: 0 and an empty epoch."""

    seq: int
    epoch: str


NEVER = Top(0, "")
