"""The tables of chat. The log of a channel (server.live) holds what happened and in which order; these tables hold what
is there now: messages in their present form, reactions, and how far everybody has read."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base

ROOM = "room"
DIRECT = "direct"


class Channel(Base):
    """A line of messages: that of a room, or that between two people."""

    __tablename__ = "channels"
    __table_args__ = (CheckConstraint("(room_id IS NULL) <> (direct_key IS NULL)", name="one_kind"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]  # ROOM or DIRECT
    room_id: Mapped[str | None] = mapped_column(ForeignKey("rooms.id"), unique=True)
    direct_key: Mapped[str | None] = mapped_column(unique=True)  # see chat.rules.direct_key
    created_at: Mapped[datetime]


class ChannelMember(Base):
    """One of the two people of a direct channel."""

    __tablename__ = "channel_members"

    channel_id: Mapped[str] = mapped_column(ForeignKey("channels.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True, index=True)


class Introduction(Base):
    """The two people of a direct channel were brought together by what their organisations want from each other. They
    may talk from then on, also without a fair that both are at."""

    __tablename__ = "introductions"

    channel_id: Mapped[str] = mapped_column(ForeignKey("channels.id"), primary_key=True)
    about: Mapped[str] = mapped_column(primary_key=True)  # "answer:<id>" or "contact:<id>"
    at: Mapped[datetime]


class Message(Base):
    """Something that somebody said, in its present form. Deleted: the row stays, without the text."""

    __tablename__ = "messages"
    __table_args__ = (Index(None, "channel_id", "seq", unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[str] = mapped_column(ForeignKey("channels.id"))
    seq: Mapped[int]  # of its creation in the channel's log
    author_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    text: Mapped[str]
    sent_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]  # last time; only the author can
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class Edit(Base):
    """Where in the log a message was edited: what is said there goes, too, when the message is deleted."""

    __tablename__ = "message_edits"

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Reaction(Base):
    """Somebody put an emoji under a message."""

    __tablename__ = "reactions"

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    emoji: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True, index=True)
    at: Mapped[datetime]


class Mention(Base):
    """A message calls somebody by name."""

    __tablename__ = "mentions"

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True, index=True)


class ReadMark(Base):
    """How far somebody has read a channel. Only grows. Without one, nothing in a channel counts as unread."""

    __tablename__ = "read_marks"

    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    channel_id: Mapped[str] = mapped_column(ForeignKey("channels.id"), primary_key=True)
    read_seq: Mapped[int]


class Mute(Base):
    """Somebody may read a channel and not write in it: until `until` (None: for good), or until it is lifted."""

    __tablename__ = "mutes"

    id: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[str] = mapped_column(ForeignKey("channels.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    until: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
