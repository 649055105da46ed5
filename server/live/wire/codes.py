"""Why a request is refused and why a connection is closed: stable codes, each with its meaning."""

from dataclasses import dataclass
from enum import IntEnum


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an error code means, and whether sending the same again can help."""

    meaning: str
    retry: bool = False


ERRORS: dict[str, Refusal] = {
    "bad_request": Refusal("The parameters do not fit the method; `msg` names the field."),
    "unknown_method": Refusal("There is no such method in this version."),
    "unauthorized": Refusal("The session does not allow this; sign in again."),
    "forbidden": Refusal("You may see this, but not do it."),
    "not_found": Refusal("It does not exist, or you may not see it; the answer is the same for both."),
    "rate_limited": Refusal("Too many requests; wait for `after` milliseconds.", retry=True),
    "too_large": Refusal("A text or list is longer than allowed."),
    "too_many": Refusal("More topics than one connection may hold."),
    "conflict": Refusal("Somebody else was faster, or the thing has changed; load it again."),
    "unavailable": Refusal("The database is away for the moment; send again with the same cid.", retry=True),
    "moved": Refusal("The call carries you elsewhere from now on; offer again on a new connection, not on this one."),
    "internal": Refusal("A fault of the server; it has been logged.", retry=True),
    "muted": Refusal("A moderator has muted you here."),
    "banned": Refusal("You have been banned from here."),
}


class LiveError(Exception):
    """A request is refused. `code` is one of ERRORS; `after` is in milliseconds; `message` is for developers."""

    def __init__(self, code: str, message: str = "", *, retry: bool | None = None, after: int | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.retry = ERRORS[code].retry if retry is None else retry
        self.after = after

    def as_dict(self) -> dict[str, str | bool | int]:
        """The error as it goes over the wire."""
        wire: dict[str, str | bool | int] = {"code": self.code, "retry": self.retry, "msg": self.message}
        return wire if self.after is None else wire | {"after": self.after}


class Close(IntEnum):
    """Why the server closes. 4000 to 4499: come back by yourself. 4500 to 4999: stop, and say why."""

    INTERNAL = 4000
    DRAINING = 4001
    RESYNC = 4003
    PING = 4008
    SLOW = 4009
    OVERLOADED = 4010
    NEW_TICKET = 4011
    PROTOCOL = 4500
    NO_HELLO = 4501
    TICKET = 4502
    SESSION_ENDED = 4503
    ORIGIN = 4504
    TOO_MANY_CONNECTIONS = 4505
    VERSION = 4506
    FLOOD = 4508

    @property
    def come_back(self) -> bool:
        """Whether the client should connect again by itself."""
        return self < 4500


_MEANINGS = {
    Close.INTERNAL: "A fault of the server.",
    Close.DRAINING: "This worker stops; another one takes over. Wait for `after_ms` of the `bye` before.",
    Close.RESYNC: "Positions are no longer comparable, or too much was missed: load again from a snapshot.",
    Close.PING: "No answer to a ping within ten seconds.",
    Close.SLOW: "The client read too slowly: more than 1 MiB waited for it, or nothing moved for ten seconds.",
    Close.OVERLOADED: "The server has more to do than it can.",
    Close.NEW_TICKET: "The resume token is too old or not ours: come back with a new ticket.",
    Close.PROTOCOL: "What was sent is not a message of this protocol.",
    Close.NO_HELLO: "No `hello` within five seconds.",
    Close.TICKET: "The ticket is unknown, used or too old.",
    Close.SESSION_ENDED: "The session was ended: signed out, revoked or banned.",
    Close.ORIGIN: "Pages of this origin may not use the live line.",
    Close.TOO_MANY_CONNECTIONS: "The person has too many connections.",
    Close.VERSION: "The server does not speak this version of the protocol.",
    Close.FLOOD: "Far more requests than allowed, for too long.",
}


def meaning(code: Close) -> str:
    """What a close code means, in one sentence."""
    return _MEANINGS[code]
