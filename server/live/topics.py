"""Names of topics. Built and taken apart here, and nowhere else."""

import re
from typing import NamedTuple, Self

# On the bus alone: every worker that lets people in hears it, and nobody else does.
PRESENCE = "live:presence"
_TOPIC = re.compile(r"([a-z]{1,16}):([A-Za-z0-9_-]{1,64})", re.ASCII)


class Topic(NamedTuple):
    """What one can subscribe to: a namespace (chat, room, person) and the id of the thing in it."""

    namespace: str
    id: str

    def __str__(self) -> str:
        return f"{self.namespace}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Take a name apart; None when it is not one. Such a name is safe inside JSON without escaping."""
        match = _TOPIC.fullmatch(text)
        return cls(match[1], match[2]) if match else None


def chat(channel_id: str) -> str:
    """The durable log of a channel's messages."""
    return f"chat:{channel_id}"


def room(room_id: str) -> str:
    """Who is in a room; subscribing means being there."""
    return f"room:{room_id}"


def call(room_id: str) -> str:
    """Who is in a room's call, and what they send."""
    return f"call:{room_id}"


def person(person_id: str) -> str:
    """What concerns one person alone."""
    return f"person:{person_id}"


def meeting(meeting_id: str) -> str:
    """A meeting's room; subscribing means being there."""
    return f"meeting:{meeting_id}"
