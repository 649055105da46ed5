"""What chat keeps about a person: handed out, and erased.

Erased means: every text that the person wrote goes, in the tables and in the log; the rows stay, as deleted messages
of a "Former participant", so that what others answered does not hang in the air. Where others called them, the name
goes. Their reactions and read marks go, too.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import CompoundSelect, Select, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from chat.events import CallsRead
from chat.model import Channel, ChannelMember, Mention, Message, Mute, Reaction, ReadMark
from chat.redacting import forget_text, rewrite_log
from chat.texts import nameless
from fairs.model import Fair
from people.model import Person
from people.own_data import Erase
from rooms.model import Room
from server.kernel.db import UnitOfWork
from server.live import topics
from server.live.entries import Append
from server.live.log import EventLog

# Messages that are rewritten at a time: below the number of parameters that any database takes.
CHUNK = 400


async def collect(session: AsyncSession, person_id: str) -> dict[str, Any]:
    """Everything that somebody said, where and when; their reactions; when they were muted."""
    return {
        "messages": [dict(row._mapping) for row in await session.execute(_said(person_id))],
        "reactions": [dict(row._mapping) for row in await session.execute(_reacted(person_id))],
        "mutes": [dict(row._mapping) for row in await session.execute(_muted(person_id))],
    }


def erasing(log: EventLog) -> Erase:
    """Forget what somebody wrote, as `people.own_data` asks for it."""

    async def erase_with_log(uow: UnitOfWork, person_id: str) -> None:
        await erase(uow, log, person_id)

    return erase_with_log


async def erase(uow: UnitOfWork, log: EventLog, person_id: str) -> None:
    """Forget what somebody wrote. Doing it twice does no harm."""
    theirs = (await uow.session.scalars(select(Message).where(Message.author_id == person_id))).all()
    calling = (await uow.session.scalars(_calling(person_id))).all()
    await _tell(uow, log, person_id, {message.channel_id for message in (*theirs, *calling)})
    uow.emit(CallsRead(frozenset(await uow.session.scalars(_called_by(person_id)))))
    for messages in _chunks(theirs):
        _delete(messages, person_id, uow)
        await forget_text(uow, messages)
    for messages in _chunks([each for each in calling if each.author_id != person_id]):
        for message in messages:
            message.text = nameless(message.text, person_id)
        await rewrite_log(uow, messages)
    for table in (Mention, Reaction, ReadMark):
        await uow.session.execute(delete(table).where(table.person_id == person_id))


async def _tell(uow: UnitOfWork, log: EventLog, person_id: str, channel_ids: Iterable[str]) -> None:
    """One event per channel, in one order, so that two such units of work never wait for each other."""
    for channel_id in sorted(channel_ids):
        data = {"person": person_id}
        await log.append_in(uow, Append(topics.chat(channel_id), person_id, None, "person.erased", data))


def _delete(messages: Sequence[Message], person_id: str, uow: UnitOfWork) -> None:
    for message in messages:
        if message.deleted_at is None:
            message.deleted_at, message.deleted_by_id = uow.clock.now(), person_id


def _calling(person_id: str) -> Select[Message]:
    return select(Message).join(Mention, Mention.message_id == Message.id).where(Mention.person_id == person_id)


def _called_by(person_id: str) -> CompoundSelect[str]:
    """With whom somebody spoke alone, and whom they called: what was unread of it is not any more."""
    spoke = select(Message.channel_id).where(Message.author_id == person_id)
    others = ChannelMember.channel_id.in_(spoke), ChannelMember.person_id != person_id
    called = select(Mention.person_id).join(Message, Message.id == Mention.message_id)
    return select(ChannelMember.person_id).where(*others).union(called.where(Message.author_id == person_id))


def _said(person_id: str) -> Select[*tuple[Any, ...]]:
    other = aliased(ChannelMember)
    return (
        select(
            Fair.name.label("fair"),
            Room.name.label("room"),
            Person.name.label("conversation_with"),
            Message.sent_at,
            Message.edited_at,
            Message.deleted_at,
            Message.text,
        )
        .join(Channel, Channel.id == Message.channel_id)
        .outerjoin(Room, Room.id == Channel.room_id)
        .outerjoin(Fair, Fair.id == Room.fair_id)
        .outerjoin(other, and_(other.channel_id == Channel.id, other.person_id != person_id))
        .outerjoin(Person, Person.id == other.person_id)
        .where(Message.author_id == person_id)
        .order_by(Message.sent_at, Message.id)
    )


def _reacted(person_id: str) -> Select[*tuple[Any, ...]]:
    return select(Reaction.message_id, Reaction.emoji, Reaction.at).where(Reaction.person_id == person_id)


def _muted(person_id: str) -> Select[*tuple[Any, ...]]:
    return select(Mute.at, Mute.until, Mute.lifted_at).where(Mute.person_id == person_id)


def _chunks(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    return (messages[at : at + CHUNK] for at in range(0, len(messages), CHUNK))
