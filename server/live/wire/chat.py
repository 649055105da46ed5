"""Messages of chat: saying, correcting, reacting, reading. Durable events carry a number of the channel's log."""

from pydantic import Field

from server.live.wire.message import Cid, Message, Nothing, Params, Result, TopicName
from server.live.wire.registry import EventSpec, Form, MethodSpec
from server.live.wire.session import Seq

MESSAGE_ID = "The message's id."
CHANNEL = "The channel's topic, chat:<id>."


class Author(Message):
    """Who wrote a message, as of writing it."""

    id: str = Field(description="The person's id; empty when the account was erased.")
    name: str = Field(description="The name; empty when the account was erased.")
    photo: str | None = Field(description="Address of a small square photo, or null.")


class ReactionSummary(Message):
    """One emoji under a message."""

    emoji: str = Field(description="The emoji.")
    count: int = Field(description="How many people put it there.")
    people: list[str] = Field(description="Ids of the first twenty of them.")


class ChatMessage(Message):
    """A message in its present form."""

    id: str = Field(description=MESSAGE_ID)
    s: int = Field(description="Number of its creation in the channel's log.")
    author: Author = Field(description="Who wrote it.")
    text: str = Field(description="Plain text; @[Name](person id) calls somebody. Empty when deleted.")
    mentions: list[str] = Field(description="Ids of the people whom the text calls.")
    at: str = Field(description="When it was sent, ISO 8601 in UTC.")
    edited_at: str | None = Field(description="When it was last corrected, or null.")
    deleted: bool = Field(description="Whether it was deleted.")
    reactions: list[ReactionSummary] = Field(description="Emoji under it, in the order in which they first came.")


class ChatRights(Message):
    """What you may do in a channel."""

    send: bool = Field(description="Say something.")
    moderate: bool = Field(description="Delete others' messages.")
    why: str | None = Field(description="Why `send` is false: muted, closed.")
    until: str | None = Field(description="When a mute ends, ISO 8601 in UTC; null: it does not end by itself.")


class ChatSnapshot(Message):
    """A channel as it is now."""

    messages: list[ChatMessage] = Field(description="The last messages, at most fifty, the oldest first.")
    more: bool = Field(description="Whether there are older ones; chat.history has them.")
    read: int = Field(description="How far you have read.")
    rights: ChatRights = Field(description="What you may do.")


class ChatSend(Params):
    """Say something in a channel."""

    channel: TopicName = Field(description=CHANNEL)
    cid: Cid
    text: str = Field(description="1 to 4,000 characters after trimming; @[Name](person id) calls somebody.")


class ChatSent(Result):
    """The message is in the log, for good."""

    message: str = Field(description=MESSAGE_ID)
    s: int = Field(description="Its number in the channel's log.")
    at: str = Field(description="When it was sent, ISO 8601 in UTC.")


class ChatEdit(Params):
    """Correct a message of your own, within a quarter of an hour."""

    channel: TopicName = Field(description=CHANNEL)
    cid: Cid
    message: str = Field(max_length=64, description=MESSAGE_ID)
    text: str = Field(description="The whole new text.")


class ChatDelete(Params):
    """Delete a message: your own, or any as a moderator. Its text goes for good, the row stays."""

    channel: TopicName = Field(description=CHANNEL)
    cid: Cid
    message: str = Field(max_length=64, description=MESSAGE_ID)


class ChatReact(Params):
    """Put an emoji under a message, or take it away."""

    channel: TopicName = Field(description=CHANNEL)
    cid: Cid
    message: str = Field(max_length=64, description=MESSAGE_ID)
    emoji: str = Field(max_length=32, description="One emoji of at most 16 bytes.")
    on: bool = Field(description="True puts it there, false takes it away.")


class ChatDone(Result):
    """What was asked for is in the log."""

    s: int = Field(description="Its number in the channel's log.")


class ChatTyping(Params):
    """Tell the others that you are writing; counts for some seconds. At most once in three seconds."""

    channel: TopicName = Field(description=CHANNEL)


class ChatRead(Params):
    """Note how far you have read."""

    channel: TopicName = Field(description=CHANNEL)
    s: Seq = Field(description="Number of the last event that was on the screen.")


class ChatReadMark(Result):
    """How far you have read."""

    read: int = Field(description="The mark, which only grows.")


class ChatHistory(Params):
    """Older messages."""

    channel: TopicName = Field(description=CHANNEL)
    before: Seq | None = Field(None, description="Messages created before this number; null: the last ones.")
    limit: int = Field(50, ge=1, le=100, description="At most so many.")


class ChatPage(Result):
    """Messages in their present form."""

    messages: list[ChatMessage] = Field(description="The oldest first.")
    more: bool = Field(description="Whether there are older ones.")


class ChatMentionable(Params):
    """Whom one can call in a channel, by the beginning of any word of the name."""

    channel: TopicName = Field(description=CHANNEL)
    q: str = Field(max_length=80, description="What was typed after the @.")
    limit: int = Field(8, ge=1, le=8, description="At most so many.")


class MentionablePerson(Message):
    """Somebody who can be called."""

    id: str = Field(description="The person's id.")
    name: str = Field(description="The name.")
    photo: str | None = Field(description="Address of a small square photo, or null.")
    organisation: str | None = Field(description="Where they work, or null.")


class ChatMentionables(Result):
    """People of the channel, you left out, by name."""

    people: list[MentionablePerson] = Field(description="The people.")


class ChatUnread(Params):
    """What is unread in all your channels."""


class UnreadChannel(Message):
    """What is unread in one channel: others' messages above your mark that are not deleted."""

    channel: TopicName = Field(description=CHANNEL)
    kind: str = Field(description="room or direct.")
    unread: int = Field(description="How many messages; counted up to 100.")
    mentions: int = Field(description="How many of them call you.")
    href: str = Field(description="Path of the page that shows the channel.")
    with_: Author | None = Field(alias="from", description="Direct: the other person.")


class Unread(Result):
    """Everything that is unread. A channel that is not named has nothing unread."""

    total: int = Field(description="Unread direct messages and calls of your name: the number in the navigation.")
    channels: list[UnreadChannel] = Field(description="At most a hundred channels.")


class MessageEdited(Message):
    """A message was corrected."""

    id: str = Field(description=MESSAGE_ID)
    text: str = Field(description="The whole new text; empty when the message was deleted later.")
    mentions: list[str] = Field(description="Ids of the people whom the new text calls.")
    edited_at: str = Field(description="When, ISO 8601 in UTC.")


class MessageDeleted(Message):
    """A message was deleted."""

    id: str = Field(description=MESSAGE_ID)
    by: str = Field(description="Id of who did it: the author or a moderator.")


class ReactionSet(Message):
    """An emoji was put under a message or taken away."""

    id: str = Field(description=MESSAGE_ID)
    emoji: str = Field(description="The emoji.")
    person: str = Field(description="Id of who did it.")
    on: bool = Field(description="Put there, or taken away.")
    count: int = Field(description="How many people have it there now.")


class MemberMuted(Message):
    """Somebody may not write here for a while."""

    person: str = Field(description="Id of who was muted.")
    by: str = Field(description="Id of the moderator.")
    until: str | None = Field(description="When it ends, ISO 8601 in UTC; null: when a moderator lifts it.")


class MemberUnmuted(Message):
    """Somebody may write here again."""

    person: str = Field(description="Id of who may write again.")
    by: str = Field(description="Id of the moderator.")


class PersonErased(Message):
    """Somebody's account was erased: drop their texts and their name, wherever they stand."""

    person: str = Field(description="The person's id.")


class Typing(Message):
    """Somebody is writing; counts for some seconds."""

    person: str = Field(description="The person's id.")
    name: str = Field(description="The person's name.")


METHODS = {
    "chat.send": MethodSpec(ChatSend, ChatSent, topic="channel"),
    "chat.edit": MethodSpec(ChatEdit, ChatDone, topic="channel"),
    "chat.delete": MethodSpec(ChatDelete, ChatDone, topic="channel"),
    "chat.react": MethodSpec(ChatReact, ChatDone, topic="channel"),
    "chat.typing": MethodSpec(ChatTyping, Nothing, topic="channel"),
    "chat.read": MethodSpec(ChatRead, ChatReadMark, topic="channel"),
    "chat.history": MethodSpec(ChatHistory, ChatPage, topic="channel", large=True),
    "chat.mentionable": MethodSpec(ChatMentionable, ChatMentionables, topic="channel"),
    "chat.unread": MethodSpec(ChatUnread, Unread),
}

EVENTS = [
    EventSpec("chat", "message.created", Form.DURABLE, ChatMessage),
    EventSpec("chat", "message.edited", Form.DURABLE, MessageEdited),
    EventSpec("chat", "message.deleted", Form.DURABLE, MessageDeleted),
    EventSpec("chat", "reaction.set", Form.DURABLE, ReactionSet),
    EventSpec("chat", "member.muted", Form.DURABLE, MemberMuted),
    EventSpec("chat", "member.unmuted", Form.DURABLE, MemberUnmuted),
    EventSpec("chat", "person.erased", Form.DURABLE, PersonErased),
    EventSpec("chat", "typing", Form.PASSING, Typing),
    EventSpec("person", "unread", Form.STATE, Unread),
]

SNAPSHOTS = {"chat": ChatSnapshot}
