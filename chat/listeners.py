"""What chat does when something happened: badges, read marks of newcomers, rights that changed."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from chat.actions import open_lobby
from chat.events import CallsRead, MemberMuted, MemberUnmuted, MessageDeleted, MessageEdited, MessageSent
from chat.model import DIRECT, Channel, ChannelMember
from chat.parts import Chat
from chat.queries import channel_of_room
from chat.reading import begin
from chat.standing import standing
from fairs.events import FairCreated, MemberBanned, MemberJoined, MemberLeft, MemberUnbanned, RolesChanged
from people.events import ProfileChanged
from rooms.model import Room
from server.kernel.events import Owed
from server.live import topics
from signaling.events import ReadmittedToCall, RemovedFromCall

SHUT_OUT_JOB = "chat.shut_out"


def listen(chat: Chat) -> None:
    """Have these reactions happen."""
    events, grants = chat.kernel.events, chat.live.grants

    async def concerned(happened: MessageSent | MessageEdited | MessageDeleted) -> None:
        chat.tell_unread_soon(happened.for_ids)

    async def read(happened: CallsRead) -> None:
        await chat.tell_unread(happened.person_ids)

    async def created(happened: FairCreated) -> None:
        async with chat.kernel.database.write() as uow:
            await open_lobby(uow, happened.fair_id)

    async def joined(happened: MemberJoined) -> None:
        await _nothing_is_unread(chat, happened)

    async def removed(happened: RemovedFromCall) -> None:
        await _close(chat, happened)

    async def readmitted(happened: ReadmittedToCall) -> None:
        await _open_again(chat, happened)

    async def changed(happened: RolesChanged | MemberUnbanned | MemberMuted | MemberUnmuted | ProfileChanged) -> None:
        grants.refresh(happened.person_id)

    events.on(MessageSent, concerned)
    events.on(MessageEdited, concerned)
    events.on(MessageDeleted, concerned)
    events.on(CallsRead, read)
    events.on(FairCreated, created)
    events.on(MemberJoined, joined)
    events.on(RemovedFromCall, removed)
    events.on(ReadmittedToCall, readmitted)
    events.on(RolesChanged, changed)
    events.on(MemberUnbanned, changed)
    events.on(MemberMuted, changed)
    events.on(MemberUnmuted, changed)
    events.on(ProfileChanged, changed)
    _shut_out(chat)


def _shut_out(chat: Chat) -> None:
    """Have nobody read on who is not at the fair any more, also where the worker dies before it is told."""
    events = chat.kernel.events

    async def shut_out(happened: MemberBanned | MemberLeft) -> None:
        for channel_id in await _channels(chat, happened.fair_id):
            chat.live.grants.revoke(happened.person_id, topics.chat(channel_id))
        await ask_again({"person": happened.person_id})

    async def ask_again(payload: dict[str, Any]) -> None:
        """Conversations with people of that fair are closed, too, and calls in them: for both."""
        person_id = payload["person"]
        for each in (person_id, *await _partners(chat, person_id)):
            chat.live.grants.refresh(each)
        await chat.tell_unread([person_id])

    chat.kernel.jobs.register(SHUT_OUT_JOB, ask_again)
    events.on(MemberBanned, shut_out)
    events.on(MemberLeft, shut_out)
    events.owe(MemberBanned, lambda happened: Owed(SHUT_OUT_JOB, {"person": happened.person_id}))
    events.owe(MemberLeft, lambda happened: Owed(SHUT_OUT_JOB, {"person": happened.person_id}))


async def _nothing_is_unread(chat: Chat, joined: MemberJoined) -> None:
    """What was said before somebody came is history, not unread."""
    channels = await _channels(chat, joined.fair_id)
    tops = await chat.live.log.tops([topics.chat(each) for each in channels])
    async with chat.kernel.database.write() as uow:
        for channel_id in channels:
            await begin(uow, joined.person_id, channel_id, tops[topics.chat(channel_id)].seq)


async def _close(chat: Chat, removed: RemovedFromCall) -> None:
    async with chat.kernel.database.read() as session:
        channel_id = await channel_of_room(session, removed.call_id)
    if channel_id:
        chat.live.grants.revoke(removed.person_id, topics.chat(channel_id))
        await chat.tell_unread([removed.person_id])


async def _open_again(chat: Chat, readmitted: ReadmittedToCall) -> None:
    """Whoever is let into a call again may read what is written beside it, unless something else keeps them out."""
    async with chat.kernel.database.read() as session:
        channel_id = await channel_of_room(session, readmitted.call_id) or ""
        may_read = await standing(session, readmitted.person_id, channel_id, chat.kernel.clock.now())
    if may_read:
        chat.live.grants.restore(readmitted.person_id, topics.chat(channel_id))
        await chat.tell_unread([readmitted.person_id])


async def _partners(chat: Chat, person_id: str) -> list[str]:
    """With whom somebody has a conversation."""
    mine, other = aliased(ChannelMember), aliased(ChannelMember)
    theirs = select(other.person_id).join(mine, mine.channel_id == other.channel_id)
    theirs = theirs.join(Channel, Channel.id == other.channel_id).where(Channel.kind == DIRECT)
    async with chat.kernel.database.read() as session:
        found = theirs.where(mine.person_id == person_id, other.person_id != person_id)
        return list(await session.scalars(found))


async def _channels(chat: Chat, fair_id: str) -> list[str]:
    async with chat.kernel.database.read() as session:
        query = select(Channel.id).join(Room, Room.id == Channel.room_id).where(Room.fair_id == fair_id)
        return list(await session.scalars(query))
