"""Decisions about channels and messages, without database and clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# How long one can correct what one said. Later, people have read and answered it.
EDIT_WITHIN = timedelta(minutes=15)
# Messages on a page, and at most in one answer of chat.history.
PAGE = 50
HISTORY_MOST = 100
# Characters of the messages in a snapshot: fewer of them where they are long, so that many channels at once stay small.
SNAPSHOT_CHARACTERS = 20_000
# Unread messages are counted up to here, and shown as "99+".
COUNT_MOST = 100
# Different emoji under one message.
EMOJI_MOST = 20
# Names that a reaction carries; beyond, the count says it.
REACTORS_SHOWN = 20
# Typing is told to no more people than can be meant by it.
TYPING_AUDIENCE_MOST = 50
TYPING_EVERY = timedelta(seconds=3)
# Messages of one person that follow each other this closely are shown as one block.
BLOCK_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True)
class Rights:
    """What somebody may do in a channel that they can read. Held by the live line, per connection."""

    kind: str  # chat.model.ROOM or DIRECT
    moderate: bool
    muted: bool = False  # a mute is in force at the moment of asking, or was and ends at `muted_until`
    muted_until: datetime | None = None  # None with `muted`: for good
    closed: bool = False  # a direct channel: the other has no account any more, or no fair is shared

    def muted_at(self, now: datetime) -> bool:
        """Whether a mute is in force."""
        return self.muted and (self.muted_until is None or now < self.muted_until)

    def may_send(self, now: datetime) -> bool:
        """Whether they may say something."""
        return not self.closed and not self.muted_at(now)


def direct_key(one: str, other: str) -> str:
    """What is unique for a pair of people, whoever of them begins."""
    return ":".join(sorted((one, other)))


def may_edit(author_id: str, sent_at: datetime, person_id: str, now: datetime) -> bool:
    """Whether somebody may correct a message: their own, soon after it was sent."""
    return author_id == person_id and now < sent_at + EDIT_WITHIN


def may_delete(author_id: str, person_id: str, *, moderate: bool) -> bool:
    """Whether somebody may delete a message: their own at any time, any as a moderator."""
    return moderate or author_id == person_id
