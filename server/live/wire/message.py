"""What all wire messages stand on."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Message(BaseModel):
    """A part of the protocol. Unknown fields are ignored, so that within a version fields can be added."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class Params(Message):
    """Parameters of a method."""


class Result(Message):
    """What a method answers."""


class Nothing(Result):
    """An empty object: it is done."""


# The one spelling of a UUID that we take, so that a repeat is recognised.
Cid = Annotated[
    str,
    Field(
        pattern=r"\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\z",
        description="A UUID in lower case, made by the client and kept until acknowledged: a repeat changes nothing.",
    ),
]
TopicName = Annotated[
    str,
    Field(pattern=r"\A[a-z]{1,16}:[A-Za-z0-9_-]{1,64}\z", description="The name of a topic, such as chat:<id>."),
]
