"""Everything that is read about channels and messages. Who may read a channel is asked in chat.standing first."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from chat.model import DIRECT, Channel, ChannelMember, Message, Reaction, ReadMark
from chat.rules import PAGE
from chat.shown import NOBODY, Author, Page, ReactionShown, Shown
from fairs.cards import not_banned, photo_url
from fairs.model import Membership
from people.model import Person
from rooms.model import Room
from server.kernel.asked import asked

_MESSAGE_COLUMNS = (
    Message.id, Message.seq, Message.text, Message.sent_at, Message.edited_at, Message.deleted_at
)  # fmt: skip
AUTHOR_COLUMNS = (Person.id.label("person_id"), Person.name, Person.photo_small, Person.erased_at)


async def channel_of_room(session: AsyncSession, room_id: str) -> str | None:
    """The id of a room's channel."""
    return await session.scalar(select(Channel.id).where(Channel.room_id == room_id))


async def page(session: AsyncSession, channel_id: str, *, before: int | None = None, limit: int = PAGE) -> Page:
    """The last messages of a channel, or the last ones created before a number of its log. Two queries."""
    query = (
        select(*_MESSAGE_COLUMNS, *AUTHOR_COLUMNS)
        .join(Person, Person.id == Message.author_id)
        .where(Message.channel_id == channel_id, *([Message.seq < before] if before is not None else []))
        .order_by(Message.seq.desc())
        .limit(limit + 1)
    )
    rows = (await session.execute(query)).all()
    shown = rows[:limit][::-1]
    reactions = await _reactions(session, [row.id for row in shown])
    return Page([_shown(row, reactions[row.id]) for row in shown], len(rows) > limit)


async def pages(session: AsyncSession, channel_ids: Collection[str]) -> dict[str, Page]:
    """The last messages of each of these channels, without those where nothing was said. Two queries for all."""
    rows: dict[str, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in await session.execute(_LAST, {"asked": [(each,) for each in channel_ids]}):
        rows[row.channel_id].append(row)
    reactions = await _reactions(session, [row.id for each in rows.values() for row in each])
    return {
        channel_id: Page([_shown(row, reactions[row.id]) for row in each[-PAGE:]], len(each) > PAGE)
        for channel_id, each in rows.items()
    }


def _last() -> Select[*tuple[Any, ...]]:
    """A page of each channel, and one message more where there is one."""
    channels, later = asked("channel_id"), aliased(Message)
    first = (
        select(later.seq)
        .where(later.channel_id == channels.c.channel_id)
        .order_by(later.seq.desc())
        .offset(PAGE)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(Message.channel_id, *_MESSAGE_COLUMNS, *AUTHOR_COLUMNS)
        .select_from(channels)
        .join(Message, and_(Message.channel_id == channels.c.channel_id, Message.seq >= func.coalesce(first, 0)))
        .join(Person, Person.id == Message.author_id)
        .order_by(Message.channel_id, Message.seq)
    )


async def read_seqs(session: AsyncSession, pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """How far people have read, by (person, channel); only where they have begun."""
    return {(row.person_id, row.channel_id): row.read_seq for row in await session.execute(_READ, {"asked": pairs})}


def _read() -> Select[str, str, int]:
    pairs = asked("person_id", "channel_id")
    mine = and_(ReadMark.person_id == pairs.c.person_id, ReadMark.channel_id == pairs.c.channel_id)
    return select(ReadMark.person_id, ReadMark.channel_id, ReadMark.read_seq).join(pairs, mine)


_LAST, _READ = _last(), _read()


async def read_seq(session: AsyncSession, channel_id: str, person_id: str) -> int | None:
    """How far somebody has read a channel; None where they have not begun, and so nothing counts as unread."""
    query = select(ReadMark.read_seq).where(ReadMark.channel_id == channel_id, ReadMark.person_id == person_id)
    return await session.scalar(query)


async def partner(session: AsyncSession, channel_id: str, person_id: str) -> Author | None:
    """The other one in a conversation of two."""
    query = (
        select(*AUTHOR_COLUMNS)
        .join(ChannelMember, ChannelMember.person_id == Person.id)
        .where(ChannelMember.channel_id == channel_id, Person.id != person_id)
    )
    row = (await session.execute(query)).one_or_none()
    return author_of(row) if row else None


async def names(session: AsyncSession, channel_id: str, kind: str, person_ids: Collection[str]) -> dict[str, str]:
    """Of these people, those who can be called in a channel, with their names: who can read what calls them."""
    if not person_ids:
        return {}
    query = _people_of(channel_id, kind).where(Person.id.in_(person_ids))
    return {row.person_id: row.name for row in await session.execute(query)}


async def callable_people(session: AsyncSession, channel_id: str, kind: str, limit: int) -> list[Row[*tuple[Any, ...]]]:
    """People who can be called in a channel, by name: rows of `AUTHOR_COLUMNS` and `organisation`."""
    query = _people_of(channel_id, kind).add_columns(Person.organisation)
    return list((await session.execute(query.order_by(func.lower(Person.name), Person.id).limit(limit))).all())


async def conversation_between(session: AsyncSession, direct_key: str) -> str | None:
    """The id of the channel of a pair, see `chat.rules.direct_key`."""
    return await session.scalar(select(Channel.id).where(Channel.direct_key == direct_key))


def author_of(row: Row[*tuple[Any, ...]]) -> Author:
    """The author in a row with `AUTHOR_COLUMNS`."""
    return NOBODY if row.erased_at else Author(row.person_id, row.name, photo_url(row.photo_small))


def _people_of(channel_id: str, kind: str) -> Select[*tuple[Any, ...]]:
    people = select(*AUTHOR_COLUMNS).where(Person.erased_at.is_(None))
    if kind == DIRECT:
        member = ChannelMember.person_id == Person.id
        return people.join(ChannelMember, member).where(ChannelMember.channel_id == channel_id)
    in_fair = (
        select(Membership.person_id)
        .join(Room, Room.fair_id == Membership.fair_id)
        .join(Channel, Channel.room_id == Room.id)
        .where(Channel.id == channel_id, not_banned())
    )
    return people.where(Person.id.in_(in_fair))


async def _reactions(session: AsyncSession, message_ids: Collection[str]) -> dict[str, tuple[ReactionShown, ...]]:
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    query = (
        select(Reaction)
        .where(Reaction.message_id.in_(message_ids))
        .order_by(Reaction.at, Reaction.person_id, Reaction.emoji)
    )
    for each in await session.scalars(query):
        found[each.message_id][each.emoji].append(each.person_id)
    return defaultdict(tuple, {message: _summaries(emoji) for message, emoji in found.items()})


def _summaries(people_by_emoji: dict[str, list[str]]) -> tuple[ReactionShown, ...]:
    return tuple(ReactionShown(emoji, tuple(people)) for emoji, people in people_by_emoji.items())


def _shown(row: Row[*tuple[Any, ...]], reactions: tuple[ReactionShown, ...]) -> Shown:
    return Shown(
        id=row.id,
        seq=row.seq,
        author=author_of(row),
        text=row.text,
        sent_at=row.sent_at,
        edited_at=None if row.deleted_at else row.edited_at,
        deleted=row.deleted_at is not None,
        reactions=reactions,
    )
