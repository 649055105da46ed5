"""The list of conversations between two people: the other one, the last word, what is unread. One query per page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from chat.model import Channel, ChannelMember, Message, ReadMark
from chat.queries import AUTHOR_COLUMNS, author_of
from chat.shown import Author
from chat.texts import plain
from chat.unread import counts
from people.model import Person
from server.live import topics

# Conversations on a page of the list.
PAGE = 30
# Characters of the last message that are shown.
PREVIEW = 140


@dataclass(frozen=True)
class Conversation:
    """A conversation in the list."""

    channel_id: str
    partner: Author
    organisation: str
    preview: str  # empty: the last message was deleted
    by_me: bool
    at: datetime
    unread: int

    @property
    def topic(self) -> str:
        """The channel's name on the live line."""
        return topics.chat(self.channel_id)

    @property
    def path(self) -> str:
        """Its page."""
        return f"/messages/{self.channel_id}"


async def conversations(
    session: AsyncSession, person_id: str, *, after: str | None = None, limit: int = PAGE
) -> list[Conversation]:
    """A person's conversations in which something was said, the latest first. `after`: the last of the page before."""
    found = await session.execute(_query(person_id, after).limit(limit))
    return [_conversation(row, person_id) for row in found]


def _query(person_id: str, after: str | None) -> Select[*tuple[Any, ...]]:
    mine, other, last = aliased(ChannelMember), aliased(ChannelMember), aliased(Message)
    unread, _ = counts()
    return (
        select(
            Channel.id.label("channel_id"),
            *AUTHOR_COLUMNS,
            Person.organisation,
            last.text,
            last.author_id,
            last.sent_at,
            unread.label("unread"),
        )
        .join(mine, and_(mine.channel_id == Channel.id, mine.person_id == person_id))
        .join(other, and_(other.channel_id == Channel.id, other.person_id != person_id))
        .join(Person, Person.id == other.person_id)
        .join(last, and_(last.channel_id == Channel.id, last.seq == _last_seq(Channel.id)))
        .join(ReadMark, and_(ReadMark.channel_id == Channel.id, ReadMark.person_id == person_id))
        .where(*_below(last, after))
        .order_by(last.sent_at.desc(), Channel.id.desc())
    )


def _last_seq(channel_id: Any) -> ScalarSelect[int]:
    message = aliased(Message)
    return select(func.max(message.seq)).where(message.channel_id == channel_id).scalar_subquery()


def _below(last: type[Message], after: str | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    message = aliased(Message)
    edge = select(message.sent_at).where(message.channel_id == after, message.seq == _last_seq(after)).scalar_subquery()
    return [or_(last.sent_at < edge, and_(last.sent_at == edge, Channel.id < after))]


def _conversation(row: Row[*tuple[Any, ...]], person_id: str) -> Conversation:
    return Conversation(
        channel_id=row.channel_id,
        partner=author_of(row),
        organisation=row.organisation,
        preview=plain(row.text)[:PREVIEW],
        by_me=row.author_id == person_id,
        at=row.sent_at,
        unread=row.unread,
    )
