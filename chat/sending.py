"""Saying, correcting, deleting, reacting: each is one event of the channel's log, its rows in the same transaction.

The functions here build what `server.live.log` appends. The log runs `within` under the channel's lock, and not at all
when the cid is a repeat, so that a second attempt gets the first answer even where it would be refused by now.
Who may write in the channel at all is asked before, see `chat.live` and `chat.pages`.
"""

from collections.abc import Collection

from sqlalchemy import delete, func, insert, select

from chat import texts
from chat.emoji import one_emoji
from chat.events import MessageDeleted, MessageEdited, MessageSent
from chat.model import Edit, Mention, Message, Reaction
from chat.queries import names
from chat.redacting import edited_data, forget_text
from chat.rules import EMOJI_MOST, may_delete, may_edit
from chat.shown import Shown
from chat.standing import Standing
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.live import topics
from server.live.entries import Append, Data, Placed, Row
from server.live.wire.codes import LiveError


def send(me: Standing, cid: str, raw: str) -> Append:
    """Say something. Raises LiveError for a text that cannot be sent."""
    text, message_id = checked(raw), new_id()
    called = texts.called(text)
    concerned = _partner(me)

    def data(placed: Placed) -> Data:
        return Shown(message_id, placed.seq, me.me, text, placed.at).wire()

    def rows(placed: Placed) -> list[Row]:
        return _rows(me, message_id, text, placed)

    async def with_true_names(uow: UnitOfWork, placed: Placed) -> Data:
        nonlocal text, concerned
        known = await names(uow.session, me.channel_id, me.rights.kind, called)
        text, concerned = texts.with_names(text, known), concerned | (known.keys() - {me.me.id})
        return data(placed)

    def emits(placed: Placed) -> list[MessageSent]:
        return [MessageSent(me.channel_id, message_id, placed.seq, me.me.id, concerned)]

    within = with_true_names if called else None
    return Append(_topic(me), me.me.id, cid, "message.created", data, rows, within, emits)


def edit(me: Standing, cid: str, message_id: str, raw: str) -> Append:
    """Correct one's own message. Raises LiveError for a text that cannot be sent, and later for what may not be."""
    text = checked(raw)

    async def within(uow: UnitOfWork, placed: Placed) -> Data:
        message = await _present(uow, me, message_id)
        if message.author_id != me.me.id:
            raise LiveError("forbidden", "not_yours")
        if not may_edit(message.author_id, message.sent_at, me.me.id, placed.at):
            raise LiveError("conflict", "too_late")
        before = set(texts.called(message.text))
        known = await names(uow.session, me.channel_id, me.rights.kind, texts.called(text))
        message.text, message.edited_at = texts.with_names(text, known), placed.at
        correction = Edit(message_id=message.id, seq=placed.seq, at=placed.at)
        uow.session.add(correction)
        await _call_anew(uow, message.id, known)
        uow.emit(MessageEdited(me.channel_id, message.id, frozenset(before ^ known.keys())))
        return edited_data(message, correction)

    return Append(_topic(me), me.me.id, cid, "message.edited", {}, within=within)


def delete_message(me: Standing, cid: str, message_id: str) -> Append:
    """Delete a message. What it said goes from the tables and from the log; that it was there stays."""

    async def within(uow: UnitOfWork, placed: Placed) -> Data:
        message = await _present(uow, me, message_id)
        if not may_delete(message.author_id, me.me.id, moderate=me.rights.moderate):
            raise LiveError("forbidden", "not_yours")
        concerned = _partner(me) | set(texts.called(message.text))
        message.deleted_at, message.deleted_by_id = placed.at, me.me.id
        await forget_text(uow, [message])
        uow.emit(MessageDeleted(me.channel_id, message.id, me.me.id, concerned))
        return {"id": message.id, "by": me.me.id}

    return Append(_topic(me), me.me.id, cid, "message.deleted", {}, within=within)


def react(me: Standing, cid: str, message_id: str, raw: str, *, on: bool) -> Append:
    """Put an emoji under a message or take it away. Raises LiveError for what is not one emoji."""
    emoji = one_emoji(raw)
    if emoji is None:
        raise LiveError("bad_request", "emoji: not a single emoji of at most 16 bytes")

    async def within(uow: UnitOfWork, placed: Placed) -> Data:
        message = await _present(uow, me, message_id)
        reaction = Reaction(message_id=message.id, emoji=emoji, person_id=me.me.id, at=placed.at)
        there = await _set_reaction(uow, reaction, on)
        return {"id": message.id, "emoji": emoji, "person": me.me.id, "on": on, "count": there}

    return Append(_topic(me), me.me.id, cid, "reaction.set", {}, within=within)


def checked(raw: str) -> str:
    """The text as it is kept. Raises LiveError: bad_request for an empty one, too_large for one too long."""
    text = texts.clean(raw[: texts.RAW_MOST])
    if not text:
        raise LiveError("bad_request", "text: nothing to send")
    if len(raw) > texts.RAW_MOST or len(text) > texts.TEXT_MOST:
        raise LiveError("too_large", f"text: at most {texts.TEXT_MOST} characters")
    return text


def _topic(me: Standing) -> str:
    return topics.chat(me.channel_id)


def _partner(me: Standing) -> frozenset[str]:
    return frozenset({me.partner_id} if me.partner_id else ())


def _rows(me: Standing, message_id: str, text: str, placed: Placed) -> list[Row]:
    message = {
        "id": message_id,
        "channel_id": me.channel_id,
        "seq": placed.seq,
        "author_id": me.me.id,
        "text": text,
        "sent_at": placed.at,
    }
    calls = ({"message_id": message_id, "person_id": each} for each in texts.called(text))
    return [(Message, message), *((Mention, call) for call in calls)]


async def _present(uow: UnitOfWork, me: Standing, message_id: str) -> Message:
    """The message, if it is in the channel and still there. Raises LiveError."""
    query = select(Message).where(Message.id == message_id, Message.channel_id == me.channel_id)
    message = await uow.session.scalar(query)
    if message is None:
        raise LiveError("not_found")
    if message.deleted_at is not None:
        raise LiveError("conflict", "deleted")
    return message


async def _call_anew(uow: UnitOfWork, message_id: str, people: Collection[str]) -> None:
    await uow.session.execute(delete(Mention).where(Mention.message_id == message_id))
    if people:
        calls = [{"message_id": message_id, "person_id": each} for each in people]
        await uow.session.execute(insert(Mention), calls)


async def _set_reaction(uow: UnitOfWork, reaction: Reaction, on: bool) -> int:
    """How many people have the emoji under the message afterwards. Raises LiveError when there are too many kinds."""
    of_message = Reaction.message_id == reaction.message_id
    same = of_message, Reaction.emoji == reaction.emoji
    await uow.session.execute(delete(Reaction).where(*same, Reaction.person_id == reaction.person_id))
    if on:
        uow.session.add(reaction)
        await uow.session.flush()
        kinds = select(func.count(func.distinct(Reaction.emoji))).where(of_message)
        if (await uow.session.scalar(kinds) or 0) > EMOJI_MOST:
            raise LiveError("conflict", "too_many_emoji")
    return await uow.session.scalar(select(func.count()).select_from(Reaction).where(*same)) or 0
