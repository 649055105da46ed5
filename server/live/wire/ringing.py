"""Messages of ringing: asking the other one of two into a call, and what they say to it."""

from typing import Annotated, Literal

from pydantic import Field

from server.live.wire.message import Message, Nothing, Params, TopicName
from server.live.wire.registry import EventSpec, Form, MethodSpec

Cid = Annotated[str, Field(pattern=r"\A[0-9a-f-]{36}\z", description="The client's id of this ringing, a UUID.")]
State = Literal["ringing", "missed", "taken", "declined"]


class CallRing(Params):
    """Ring the other one of a conversation, or answer that they ring.

    Ringing lasts as long as it is repeated, every three seconds. Who calls says `ringing`, and `missed` when they gave
    up: a note stays in the conversation, once for each `cid`. Who is called says `taken` or `declined`.
    """

    call: TopicName = Field(description="The call's topic, call:<id>; the id is that of the conversation.")
    state: State = Field(description="What is said.")
    cid: Cid


class Ring(Message):
    """Somebody rings, or ringing has ended, on your own topic."""

    call: str = Field(description="The call's topic.")
    sender: str = Field(description="Whose word it is: the person's id.")
    name: str = Field(description="Their name.")
    photo: str | None = Field(description="The address of their photo, or null.")
    path: str = Field(description="The page of the call.")
    state: State = Field(description="What they said.")
    cid: str = Field(description="The id of this ringing.")
    mine: bool = Field(description="Whether you said it yourself, elsewhere.")


METHODS = {"call.ring": MethodSpec(CallRing, Nothing, topic="call")}
EVENTS = [EventSpec("person", "ring", Form.PASSING, Ring)]
