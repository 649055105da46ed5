"""Chat over the live line. The right to a channel is held by the connection: a send asks the database nothing first."""

from typing import Any

from chat import sending, unread
from chat.parts import Chat
from chat.queries import page
from chat.rules import TYPING_AUDIENCE_MOST
from chat.shown import iso
from chat.standing import Standing
from server.live import topics
from server.live.call import Call, Handler
from server.live.wire.chat import (
    ChatDelete,
    ChatDone,
    ChatEdit,
    ChatHistory,
    ChatMentionable,
    ChatReact,
    ChatRead,
    ChatReadMark,
    ChatSend,
    ChatSent,
    ChatTyping,
    ChatUnread,
)
from server.live.wire.codes import LiveError


async def send(call: Call, params: ChatSend) -> ChatSent:
    """Say something."""
    done = await call.live.log.append(sending.send(_writer(call), params.cid, params.text))
    return ChatSent(message=done.data["id"], s=done.seq, at=iso(done.at))


async def edit(call: Call, params: ChatEdit) -> ChatDone:
    """Correct one's own message."""
    done = await call.live.log.append(sending.edit(_writer(call), params.cid, params.message, params.text))
    return ChatDone(s=done.seq)


async def delete(call: Call, params: ChatDelete) -> ChatDone:
    """Delete a message. One may take back what one said even when one may say nothing more."""
    done = await call.live.log.append(sending.delete_message(_me(call), params.cid, params.message))
    return ChatDone(s=done.seq)


async def react(call: Call, params: ChatReact) -> ChatDone:
    """Put an emoji under a message, or take it away."""
    append = sending.react(_writer(call), params.cid, params.message, params.emoji, on=params.on)
    return ChatDone(s=(await call.live.log.append(append)).seq)


async def typing(call: Call, _params: ChatTyping) -> None:
    """Tell the others, where they are few enough for it to mean something."""
    me, topic = _writer(call), str(call.topic)
    if _audience(call, me) <= TYPING_AUDIENCE_MOST and _chat(call).may_tell_typing(me.me.id, me.channel_id):
        call.live.publish(topic, "typing", {"person": me.me.id, "name": me.me.name})


def _audience(call: Call, me: Standing) -> int:
    """How many would be told: who hears it on this worker, or who is in its room on all of them."""
    there = call.live.present(topics.room(me.room_id)) if me.room_id else 0
    return max(call.live.viewers(str(call.topic)), there)


async def read(call: Call, params: ChatRead) -> ChatReadMark:
    """Note how far somebody has read."""
    me = _me(call)
    return ChatReadMark(read=await _chat(call).marks.read(me.me.id, me.channel_id, params.s))


async def history(call: Call, params: ChatHistory) -> dict[str, Any]:
    """Older messages."""
    async with call.kernel.database.read() as session:
        found = await page(session, _me(call).channel_id, before=params.before, limit=params.limit)
    return found.wire()


async def mentionable(call: Call, params: ChatMentionable) -> dict[str, Any]:
    """Whom one can call."""
    me = _me(call)
    found = _chat(call).callables.find(me.channel_id, me.rights.kind, params.q, but=me.me.id, limit=params.limit)
    return {"people": await found}


async def unread_channels(call: Call, _params: ChatUnread) -> dict[str, Any]:
    """What is unread in all channels."""
    async with call.kernel.database.read() as session:
        found = await unread.unread(session, [call.person.id])
    return dict(unread.wire(found[call.person.id]))


live_methods: dict[str, Handler] = {
    "chat.send": send,
    "chat.edit": edit,
    "chat.delete": delete,
    "chat.react": react,
    "chat.typing": typing,
    "chat.read": read,
    "chat.history": history,
    "chat.mentionable": mentionable,
    "chat.unread": unread_channels,
}


def _me(call: Call) -> Standing:
    """Where the caller stands in the channel. Every method with a channel has been admitted with its grant."""
    if call.grant is None or not isinstance(call.grant.data, Standing):
        raise LiveError("bad_request", "channel: not a chat")
    return call.grant.data


def _writer(call: Call) -> Standing:
    """The same, of somebody who may write there now. Raises LiveError."""
    me, now = _me(call), call.clock.now()
    if me.rights.muted_at(now):
        raise LiveError("muted")
    if not me.rights.may_send(now):
        raise LiveError("forbidden", "closed")
    return me


def _chat(call: Call) -> Chat:
    chat: Chat = call.app.state.chat
    return chat
