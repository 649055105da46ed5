"""Messages of the session itself: greeting, subscribing, catching up."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from server.live.wire.message import Message, Nothing, Params, Result, TopicName
from server.live.wire.registry import EventSpec, Form, MethodSpec

Seq = Annotated[int, Field(ge=0, le=2**53 - 1)]


class Position(Message):
    """Where a client stands in a channel."""

    s: Seq = Field(description="The last event that was applied.")
    epoch: str = Field(max_length=64, description="The channel's epoch, as the server gave it.")


Positions = Annotated[
    dict[TopicName, Position | None],
    Field(max_length=100, description="Topics with the position held in each; null where nothing is held."),
]


class Hello(Params):
    """The first message: who is there, what it wants to hear, and where it stands. Answered by a welcome."""

    ticket: str | None = Field(None, max_length=64, description="A single-use ticket from POST /live/ticket.")
    resume: str | None = Field(
        None, max_length=512, description="The token of an earlier welcome, in a ticket's stead."
    )
    channels: Positions = Field(default_factory=dict)
    hidden: bool = Field(False, description="Whether the page is hidden: it then gets counters only.")

    @model_validator(mode="after")
    def _one_proof(self) -> "Hello":
        if self.ticket is not None and self.resume is not None:
            raise ValueError("a ticket or a resume token, not both")
        return self


class Failure(Message):
    """Why something was refused."""

    code: str = Field(description="A stable error code.")
    retry: bool = Field(False, description="Whether trying the same again can help.")
    after: int | None = Field(None, description="Milliseconds to wait before that.")
    msg: str = Field("", description="For developers; never shown to people.")


class ChannelState(Result):
    """How a channel stands: complete from the given position on, or honestly anew from a snapshot."""

    ok: bool = Field(description="False: not subscribed, `e` says why.")
    e: Failure | None = Field(None, description="Why it was refused.")
    epoch: str | None = Field(None, description="Changes when the log was restored: positions are then void.")
    top: int | None = Field(None, description="The last event's number; what comes next is above it.")
    recovered: bool | None = Field(None, description="True: `events` is all that was missed. False: see `snapshot`.")
    events: list[Any] | None = Field(None, description="The missed events in order, at most 500.")
    snapshot: dict[str, Any] | None = Field(None, description="The channel as it is now, by the kind of topic.")


class Me(Message):
    """The person of this connection."""

    id: str = Field(description="The person's id.")
    name: str = Field(description="The name that others see.")


class WelcomeLimits(Message):
    """What a client may do."""

    frame: int = Field(description="Bytes in one frame.")
    text: int = Field(description="Characters in one chat message.")
    channels: int = Field(description="Topics per connection.")
    requests_per_second: float = Field(description="Requests per second, in the long run.")
    burst: int = Field(description="Requests at once.")
    batch: int = Field(description="Messages in one frame.")
    ping_s: float = Field(description="Seconds between the server's pings.")


class Welcome(Result):
    """The answer to hello: everything a client needs, in one round trip."""

    connection: str = Field(description="The id of this connection.")
    person: Me = Field(description="Who you are.")
    resume: str = Field(description="Come back with this token instead of a ticket.")
    now: str = Field(description="The server's time, ISO 8601 in UTC.")
    limits: WelcomeLimits = Field(description="What you may do.")
    channels: dict[str, ChannelState] = Field(description="Each topic asked for, and how it stands.")


class Subscribe(Params):
    """Hear topics as well. A topic that is already subscribed is answered again."""

    channels: Positions


class Unsubscribe(Params):
    """Hear topics no longer."""

    channels: list[TopicName] = Field(max_length=100, description="The topics to leave.")


class ChannelStates(Result):
    """How each of the topics stands."""

    channels: dict[str, ChannelState] = Field(description="Each topic, and how it stands.")


class Since(Params):
    """What was missed in one subscribed channel: the answer to a gap."""

    channel: TopicName
    pos: Position | None = Field(None, description="The position held.")


class Visible(Params):
    """The page was hidden or shown. Shown again, it is given what it missed."""

    hidden: bool = Field(description="Whether the page is hidden now.")


class Echo(Params):
    """Is anybody there?"""


class EchoResult(Result):
    """The server is."""

    now: str = Field(description="The server's time, ISO 8601 in UTC.")


class Bye(Message):
    """This worker stops. Finish what is in flight; the close (4001) follows."""

    after_ms: int = Field(description="Wait this long before connecting again.")


class Revoked(Message):
    """The right to read this topic is gone: forget what is held of it."""

    why: Literal["", "removed", "banned"] = Field(
        "",
        description="`removed`: a moderator has removed you from a call. `banned`: you are excluded from the fair.",
    )


class Restored(Message):
    """The right to read this topic, which was gone, is there again: subscribe anew, where you still want it."""


class Top(Message):
    """For hidden pages, at most once a second: how far the channel has come."""

    top: int = Field(description="The last event's number.")


METHODS = {
    "hello": MethodSpec(Hello, Welcome),
    "subscribe": MethodSpec(Subscribe, ChannelStates, large=True),
    "unsubscribe": MethodSpec(Unsubscribe, Nothing),
    "since": MethodSpec(Since, ChannelState, large=True),
    "visible": MethodSpec(Visible, ChannelStates, large=True),
    "echo": MethodSpec(Echo, EchoResult),
}

EVENTS = [
    EventSpec("person", "bye", Form.PASSING, Bye),
    EventSpec("*", "revoked", Form.PASSING, Revoked),
    EventSpec("*", "restored", Form.PASSING, Restored),
    EventSpec("*", "top", Form.STATE, Top),
]
