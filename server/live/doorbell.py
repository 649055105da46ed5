"""What workers tell each other over the bus about a topic, as bytes. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from server.live.entries import Encoded

_DURABLE, _STATE, _PASSING, _REDACTED = b"E", b"S", b"P", b"R"


class Durable(NamedTuple):
    """New events of the log, in order."""

    epoch: str
    events: Sequence[Encoded]


class State(NamedTuple):
    """The latest of a kind."""

    kind: str
    version: int
    message: bytes


class Passing(NamedTuple):
    """Something for whoever listens right now."""

    message: bytes


class Redacted(NamedTuple):
    """Events of the log were changed: what is kept in memory of it is not to be used any more."""


Ring = Durable | State | Passing | Redacted


def durable(worker: str, epoch: str, events: Sequence[Encoded]) -> bytes:
    """Ring for new events. JSON has no line breaks, so lines part them."""
    lines = [b"%d %s" % each for each in events]
    return b"\n".join([_DURABLE + worker.encode(), epoch.encode(), *lines])


def state(worker: str, kind: str, version: int, message: bytes) -> bytes:
    """Ring for a state."""
    return b"\n".join([_STATE + worker.encode(), b"%d %s" % (version, kind.encode()), message])


def passing(worker: str, message: bytes) -> bytes:
    """Ring for a passing event."""
    return b"\n".join([_PASSING + worker.encode(), message])


def redacted(worker: str) -> bytes:
    """Ring for a log that was changed."""
    return _REDACTED + worker.encode()


def heard(worker: str, payload: bytes) -> Ring | None:
    """What another worker said; None for one's own echo. Raises ValueError on bytes that are none of these."""
    origin, *lines = payload.split(b"\n")
    form, name = origin[:1], origin[1:]
    if name == worker.encode():
        return None
    if form == _DURABLE:
        return Durable(lines[0].decode(), [_encoded(line) for line in lines[1:]])
    if form == _STATE:
        version, _, kind = lines[0].partition(b" ")
        return State(kind.decode(), int(version), lines[1])
    if form == _PASSING:
        return Passing(lines[0])
    if form == _REDACTED:
        return Redacted()
    raise ValueError("not a ring of the live line")


def _encoded(line: bytes) -> Encoded:
    seq, _, message = line.partition(b" ")
    return Encoded(int(seq), message)
