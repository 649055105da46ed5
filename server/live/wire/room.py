"""Messages of rooms: who is there."""

from pydantic import Field

from server.live.wire.message import Message, Params, Result, TopicName
from server.live.wire.registry import EventSpec, Form, MethodSpec


class Person(Message):
    """Somebody who is in a room."""

    id: str = Field(description="The person's id.")
    name: str = Field(description="The name.")
    photo: str | None = Field(description="Address of a small square photo, or null.")
    organisation: str | None = Field(description="Where they work, or null.")
    role: str = Field(
        description="The most that they are at the fair: attendee, exhibitor, speaker, moderator, organiser."
    )


class RoomSnapshot(Message):
    """Who is in a room now."""

    v: int = Field(description="The version that the first state after it follows.")
    count: int = Field(description="How many people.")
    people: list[Person] = Field(description="The first hundred of them, in the order in which they came.")


class Presence(Message):
    """Who came and who left since the state before; gathered once a second."""

    count: int = Field(description="How many people are there now.")
    joined: list[Person] = Field(
        default_factory=list,
        description="Who came; in a room of more than 200 people only those who keep order or speak.",
    )
    left: list[str] = Field(
        default_factory=list, description="Ids of those who left; in a room of more than 200 people left out."
    )
    people: list[Person] | None = Field(None, description="When set: everybody who is there, replaces what you hold.")


class RoomRoster(Params):
    """Who is in a room, page by page."""

    room: TopicName = Field(description="The room's topic, room:<id>.")
    after: str | None = Field(None, max_length=64, description="`next` of the page before; null: the first page.")
    limit: int = Field(50, ge=1, le=100, description="At most so many people.")


class RoomPage(Result):
    """People in a room, in the order in which they came."""

    people: list[Person] = Field(description="The people.")
    next: str | None = Field(description="Where the next page begins; null: this was the last one.")


class RoomContacts(Params):
    """Which of one's contacts are in a room: people with whom one has talked, or to whom one was introduced."""

    room: TopicName = Field(description="The room's topic, room:<id>.")


class ContactsHere(Result):
    """One's contacts in a room, in the order in which they came."""

    people: list[Person] = Field(description="At most a hundred of them.")


METHODS = {
    "room.roster": MethodSpec(RoomRoster, RoomPage, topic="room"),
    "room.contacts": MethodSpec(RoomContacts, ContactsHere, topic="room"),
}

EVENTS = [EventSpec("room", "presence", Form.STATE, Presence)]

SNAPSHOTS = {"room": RoomSnapshot}
