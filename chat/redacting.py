"""Forgetting what was written: out of the tables, and out of the log that others catch up from."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import delete, select

from chat.model import Edit, Mention, Message, Reaction
from chat.queries import AUTHOR_COLUMNS, author_of
from chat.shown import Author, Shown, iso
from chat.texts import called
from people.model import Person
from server.kernel.db import UnitOfWork
from server.live import topics
from server.live.entries import Data
from server.live.redaction import redact


async def forget_text(uow: UnitOfWork, messages: Sequence[Message]) -> None:
    """Take the texts of deleted messages away, and what hung on them. `deleted_at` is set by the caller."""
    ids = [each.id for each in messages]
    for each in messages:
        each.text = ""
    await uow.session.execute(delete(Mention).where(Mention.message_id.in_(ids)))
    await uow.session.execute(delete(Reaction).where(Reaction.message_id.in_(ids)))
    await rewrite_log(uow, messages)


async def rewrite_log(uow: UnitOfWork, messages: Sequence[Message]) -> None:
    """Make the log say of these messages what the tables say now: their creations and all their corrections."""
    session = uow.session
    query = select(*AUTHOR_COLUMNS).where(Person.id.in_({each.author_id for each in messages}))
    authors = {row.person_id: author_of(row) for row in await session.execute(query)}
    edits = defaultdict(list)
    for edit in await session.scalars(select(Edit).where(Edit.message_id.in_([each.id for each in messages]))):
        edits[edit.message_id].append(edit)
    by_channel: dict[str, dict[int, Data]] = defaultdict(dict)
    for message in messages:
        log = by_channel[message.channel_id]
        log[message.seq] = _created(message, authors[message.author_id])
        log |= {edit.seq: edited_data(message, edit) for edit in edits[message.id]}
    for channel_id, instead in by_channel.items():
        await redact(uow, topics.chat(channel_id), instead)


def edited_data(message: Message, edit: Edit) -> Data:
    """As `server.live.wire.chat.MessageEdited`."""
    return {"id": message.id, "text": message.text, "mentions": called(message.text), "edited_at": iso(edit.at)}


def _created(message: Message, author: Author) -> Data:
    deleted = message.deleted_at is not None
    return Shown(message.id, message.seq, author, message.text, message.sent_at, deleted=deleted).wire()
