"""What happened in chat: the only face of this feature that others listen to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MessageSent:
    """Somebody said something. `for_ids`: whom it concerns by name, the other of a conversation or those it calls."""

    channel_id: str
    message_id: str
    seq: int
    author_id: str
    for_ids: frozenset[str]


@dataclass(frozen=True)
class MessageEdited:
    """A message was corrected. `for_ids`: who is called by it now and was not before, or the other way round."""

    channel_id: str
    message_id: str
    for_ids: frozenset[str]


@dataclass(frozen=True)
class MessageDeleted:
    """A message was deleted. `for_ids` as in `MessageSent`: it may have been unread there."""

    channel_id: str
    message_id: str
    by_id: str
    for_ids: frozenset[str]


@dataclass(frozen=True)
class MemberMuted:
    """Somebody may not write in a channel for a while."""

    channel_id: str
    person_id: str
    by_id: str


@dataclass(frozen=True)
class MemberUnmuted:
    """Somebody may write in a channel again."""

    channel_id: str
    person_id: str
    by_id: str


@dataclass(frozen=True)
class CallsRead:
    """These people have read something that was counted in the navigation, or it is gone."""

    person_ids: frozenset[str]
