"""What chat does when something happened: badges, read marks of newcomers, rights that changed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from chat.actions import open_lobby
from chat.events import CallsRead, MemberMuted, MemberUnmuted, MessageDeleted, MessageEdited, MessageSent
from chat.model import DIRECT, Channel, ChannelMember, ReadMark
from chat.parts import Chat
from chat.queries import channel_of_room
from chat.reading import begin, mark
from chat.standing import standing
from fairs.cards import cards
from fairs.events import FairCreated, MemberBanned, MemberJoined, MemberLeft, MemberUnbanned, RolesChanged
from people.events import ProfileChanged
from rooms.events import RoomClosed
from rooms.model import Room
from server.kernel.events import Owed
from server.live import topics
from signaling.events import ReadmittedToCall, RemovedFromCall

SHUT_OUT_JOB = "chat.shut_out"
# Marks that are moved in one transaction.
PAIRS_MOST = 500


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

    async def room_closed(happened: RoomClosed) -> None:
        await _close_room(chat, happened.room_id)

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
    events.on(RoomClosed, room_closed)
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
        await ask_again(_whose(happened))

    async def ask_again(payload: dict[str, Any]) -> None:
        """Conversations with people of that fair are closed, too, and calls in them: for both."""
        person_id = payload["person"]
        for each in (person_id, *await _partners(chat, person_id)):
            chat.live.grants.refresh(each)
        if (fair_id := payload.get("fair")) and not await _is_in(chat, fair_id, person_id):
            await _pass_over(chat, [(person_id, each) for each in await _channels(chat, fair_id)])
        await chat.tell_unread([person_id])

    chat.kernel.jobs.register(SHUT_OUT_JOB, ask_again)
    events.on(MemberBanned, shut_out)
    events.on(MemberLeft, shut_out)
    events.owe(MemberBanned, lambda happened: Owed(SHUT_OUT_JOB, _whose(happened)))
    events.owe(MemberLeft, lambda happened: Owed(SHUT_OUT_JOB, _whose(happened)))


def _whose(happened: MemberBanned | MemberLeft) -> dict[str, Any]:
    return {"person": happened.person_id, "fair": happened.fair_id}


async def _is_in(chat: Chat, fair_id: str, person_id: str) -> bool:
    async with chat.kernel.database.read() as session:
        return bool(await cards(session, fair_id, [person_id]))


async def _pass_over(chat: Chat, pairs: Sequence[tuple[str, str]]) -> None:
    """Have these people's marks, each given with a channel, stand at its top: what they may not read is not unread.
    That also makes the state that says so newer than what their pages show."""
    tops = await chat.live.log.tops({topics.chat(channel_id) for _, channel_id in pairs})
    for at in range(0, len(pairs), PAIRS_MOST):
        async with chat.kernel.database.write() as uow:
            await mark(uow, {pair: tops[topics.chat(pair[1])].seq for pair in pairs[at : at + PAIRS_MOST]})


async def _close_room(chat: Chat, room_id: str) -> None:
    """Nobody reads on in a closed room."""
    async with chat.kernel.database.read() as session:
        channel_id = await channel_of_room(session, room_id)
        if channel_id is None:
            return
        readers = (await session.scalars(select(ReadMark.person_id).where(ReadMark.channel_id == channel_id))).all()
    await _pass_over(chat, [(each, channel_id) for each in readers])


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
        await _pass_over(chat, [(removed.person_id, channel_id)])
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
