"""Messages as they are shown, to pages and over the live line alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from chat.rules import REACTORS_SHOWN, Rights
from chat.texts import called


@dataclass(frozen=True)
class Author:
    """Who wrote a message. Without id and name: somebody whose account was erased."""

    id: str
    name: str
    photo_url: str | None

    def wire(self) -> dict[str, Any]:
        """As `server.live.wire.chat.Author`."""
        return {"id": self.id, "name": self.name, "photo": self.photo_url}


NOBODY = Author("", "", None)


@dataclass(frozen=True)
class ReactionShown:
    """One emoji under a message, and who put it there, in the order of their doing so."""

    emoji: str
    people: tuple[str, ...]

    def wire(self) -> dict[str, Any]:
        """As `server.live.wire.chat.ReactionSummary`."""
        return {"emoji": self.emoji, "count": len(self.people), "people": list(self.people[:REACTORS_SHOWN])}


@dataclass(frozen=True)
class Shown:
    """A message in its present form."""

    id: str
    seq: int
    author: Author
    text: str
    sent_at: datetime
    edited_at: datetime | None = None
    deleted: bool = False
    reactions: tuple[ReactionShown, ...] = ()

    def wire(self) -> dict[str, Any]:
        """As `server.live.wire.chat.ChatMessage`."""
        return {
            "id": self.id,
            "s": self.seq,
            "author": self.author.wire(),
            "text": self.text,
            "mentions": called(self.text),
            "at": iso(self.sent_at),
            "edited_at": iso(self.edited_at) if self.edited_at else None,
            "deleted": self.deleted,
            "reactions": [each.wire() for each in self.reactions],
        }


@dataclass(frozen=True)
class Page:
    """Messages of a channel, the oldest first, and whether there are older ones."""

    messages: Sequence[Shown]
    more: bool

    def newest(self, characters: int) -> "Page":
        """Its last messages, as many as have so many characters together; the very last one in any case."""
        sizes = accumulate(len(each.text) for each in reversed(self.messages))
        fitting = max(1, sum(size <= characters for size in sizes))
        return Page(self.messages[-fitting:], self.more or fitting < len(self.messages))

    def wire(self) -> dict[str, Any]:
        """As `server.live.wire.chat.ChatPage`."""
        return {"messages": [each.wire() for each in self.messages], "more": self.more}


@dataclass(frozen=True)
class UnreadIn:
    """What somebody has not read in one channel."""

    channel_id: str
    kind: str
    unread: int
    mentions: int
    href: str
    partner: Author | None
    fair: str = ""  # its name, where the channel is one of a fair's rooms
    room: str = ""  # the room's name; a lobby has none

    @property
    def calls(self) -> int:
        """What of it the number in the navigation counts: all of a conversation, calls by name in a room."""
        return self.unread if self.partner else self.mentions

    def wire(self, topic: str) -> dict[str, Any]:
        """As `server.live.wire.chat.UnreadChannel`."""
        return {
            "channel": topic,
            "kind": self.kind,
            "unread": self.unread,
            "mentions": self.mentions,
            "href": self.href,
            "from": self.partner.wire() if self.partner else None,
        }


def rights_wire(rights: Rights, now: datetime) -> Mapping[str, Any]:
    """As `server.live.wire.chat.ChatRights`."""
    muted = rights.muted_at(now)
    return {
        "send": rights.may_send(now),
        "moderate": rights.moderate,
        "why": "muted" if muted else "closed" if rights.closed else None,
        "until": iso(rights.muted_until) if muted and rights.muted_until else None,
    }


def iso(moment: datetime) -> str:
    """A moment as the wire writes it: ISO 8601 in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
