"""Two people are introduced to each other: what their organisations want from each other becomes a conversation."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat import sending
from chat.actions import converse
from chat.model import Channel, Introduction
from chat.parts import Chat
from chat.rules import direct_key
from chat.standing import standing
from directory.contacts.events import ContactAccepted
from directory.needs.answering import INTRODUCE_JOB
from directory.needs.events import AnswerAccepted
from people.model import Person
from server.kernel.db import UnitOfWork


@dataclass(frozen=True)
class Meeting:
    """Who is introduced to whom. `asker` wrote `opening`, which is the first thing that is said between the two;
    `about` is what it is about, such as "answer:<id>": the same again changes nothing."""

    about: str
    asker: str
    owner: str
    opening: str


def listen(chat: Chat) -> None:
    """Introduce people as soon as it is wanted. The job does it for the events that nobody came to hear."""

    async def accepted_answer(happened: AnswerAccepted) -> None:
        about = f"answer:{happened.answer_id}"
        await introduce(chat, Meeting(about, happened.answerer_id, happened.owner_id, happened.opening))

    async def accepted_contact(happened: ContactAccepted) -> None:
        about = f"contact:{happened.request_id}"
        await introduce(chat, Meeting(about, happened.asker_id, happened.owner_id, happened.opening))

    async def left_over(payload: dict[str, Any]) -> None:
        await introduce(chat, Meeting(**payload))

    chat.kernel.events.on(AnswerAccepted, accepted_answer)
    chat.kernel.events.on(ContactAccepted, accepted_contact)
    chat.kernel.jobs.register(INTRODUCE_JOB, left_over)


async def introduce(chat: Chat, meeting: Meeting) -> None:
    """Open the conversation and say the first thing, unless that was done before, or one of the two is gone."""
    async with chat.kernel.database.write() as uow:
        people = [await uow.session.get(Person, each) for each in (meeting.asker, meeting.owner)]
        if any(person is None or person.erased_at is not None for person in people):
            return
        channel_id = await converse(uow, meeting.asker, meeting.owner)
        await _record(uow, channel_id, meeting.about)
    for person_id in (meeting.asker, meeting.owner):
        chat.live.grants.refresh(person_id)  # a conversation of theirs may have been closed until now
    async with chat.kernel.database.read() as session:
        asker = await standing(session, meeting.asker, channel_id, chat.kernel.clock.now())
    if asker is not None and meeting.opening:
        cid = str(uuid5(NAMESPACE_URL, f"fairmatch:{meeting.about}"))
        await chat.live.log.append(sending.send(asker, cid, meeting.opening))


async def introduced(session: AsyncSession, one: str, other: str) -> bool:
    """Whether two people were introduced to each other."""
    return bool(await introduced_to(session, one, [other]))


async def introduced_to(session: AsyncSession, one: str, others: Collection[str]) -> set[str]:
    """Those of several people to whom somebody was introduced."""
    keys = {direct_key(one, other): other for other in others if other != one}
    query = select(Channel.direct_key).join(Introduction, Channel.id == Introduction.channel_id)
    return {keys[key] for key in await session.scalars(query.where(Channel.direct_key.in_(keys))) if key}


async def _record(uow: UnitOfWork, channel_id: str, about: str) -> None:
    if await uow.session.get(Introduction, (channel_id, about)) is None:
        uow.session.add(Introduction(channel_id=channel_id, about=about, at=uow.clock.now()))
