"""What is done with channels. What is done in them is in chat.sending and chat.moderation."""

from sqlalchemy import select

import rooms.actions
from chat.model import DIRECT, ROOM, Channel, ChannelMember
from chat.queries import channel_of_room, conversation_between
from chat.reading import begin, begin_all
from chat.rules import direct_key
from fairs.model import Membership
from people.model import Person
from rooms.model import Room
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id


async def open_lobby(uow: UnitOfWork, fair_id: str) -> str:
    """The id of the channel of a fair's lobby; room and channel are made where they are missing."""
    return await open_for_room(uow, (await rooms.actions.open_lobby(uow, fair_id)).id)


async def open_for_room(uow: UnitOfWork, room_id: str) -> str:
    """The id of a room's channel; made when it is missing, and for the fair's members everything in it is new."""
    await uow.session.execute(select(Room.id).where(Room.id == room_id).with_for_update())  # one at a time
    if found := await channel_of_room(uow.session, room_id):
        return found
    channel_id = await _add(uow, Channel(id=new_id(), kind=ROOM, room_id=room_id, created_at=uow.clock.now()))
    members = select(Membership.person_id).distinct().join(Room, Room.fair_id == Membership.fair_id)
    await begin_all(uow, await uow.session.scalars(members.where(Room.id == room_id)), channel_id, 0)
    return channel_id


async def converse(uow: UnitOfWork, one: str, other: str) -> str:
    """The id of the channel between two people, made when they talk for the first time.

    Whether they may is asked before: `fairs.queries.share_a_fair`. Raises ValueError for one and the same person.
    """
    if one == other:
        raise ValueError("a conversation needs two people")
    key = direct_key(one, other)
    pair = sorted((one, other))
    # Both begin at once: the second one waits here, and finds the first one's channel.
    await uow.session.execute(select(Person.id).where(Person.id.in_(pair)).order_by(Person.id).with_for_update())
    if found := await conversation_between(uow.session, key):
        return found
    channel_id = await _add(uow, Channel(id=new_id(), kind=DIRECT, direct_key=key, created_at=uow.clock.now()))
    uow.session.add_all(ChannelMember(channel_id=channel_id, person_id=each) for each in pair)
    await uow.session.flush()
    for each in pair:
        await begin(uow, each, channel_id, 0)
    return channel_id


async def _add(uow: UnitOfWork, channel: Channel) -> str:
    uow.session.add(channel)
    await uow.session.flush()
    return channel.id
