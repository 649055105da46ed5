"""Put what is sought and offered into the demo fair's database, once."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update

from directory.needs import actions, answering
from directory.needs.actions import Draft
from directory.needs.answering import Reply
from directory.needs.model import Answer, AnswerStep, Need
from directory.organisations.model import Member
from directory.speaking import SPEAKING
from people.model import Person
from server.demo.needs import ANSWERS, NEEDS, Said, Wanted
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.parts import Kernel


async def seek(kernel: Kernel, people: Mapping[str, Person]) -> None:
    """Have those of the cast who speak for an organisation seek, offer and answer. What is there stays as it is."""
    async with kernel.database.write() as uow:
        if await uow.session.scalar(select(Need.id).limit(1)) is not None:
            return
        speaks_for = await _organisations(uow, people)
        made = {each.key: await _publish(uow, each, speaks_for, people) for each in NEEDS if each.by in speaks_for}
        for said in ANSWERS:
            if said.need in made and said.by in speaks_for:
                await _answer(uow, said, made[said.need], speaks_for, people)


async def _organisations(uow: UnitOfWork, people: Mapping[str, Person]) -> dict[str, str]:
    """For which organisation each of the cast speaks."""
    query = select(Member.person_id, Member.organisation_id).where(Member.role.in_(SPEAKING))
    found = {row.person_id: row.organisation_id for row in await uow.session.execute(query)}
    return {key: found[person.id] for key, person in people.items() if person.id in found}


async def _publish(uow: UnitOfWork, wanted: Wanted, speaks_for: Mapping[str, str], people: Mapping[str, Person]) -> str:
    now, by_id = uow.clock.now(), people[wanted.by].id
    deadline = None if wanted.days_left is None else (now + timedelta(days=wanted.days_left)).date()
    draft = Draft(
        kind=wanted.kind,
        category=wanted.category,
        blind=wanted.blind,
        visibility="public",
        texts=wanted.texts,
        tags=wanted.tags,
        budget_from=wanted.budget[0],
        budget_to=wanted.budget[1],
        currency="EUR" if any(wanted.budget) else "",
        country=wanted.country,
        region=wanted.region,
        place=wanted.place,
        radius_km=wanted.radius_km,
        remote=wanted.remote,
        deadline=deadline,
    )
    need = await actions.write(uow, draft, organisation_id=speaks_for[wanted.by], by_id=by_id)
    await actions.turn(uow, need.id, "publish", by_id=by_id)
    need.published_at = now - timedelta(days=wanted.days_ago)
    return need.id


async def _answer(
    uow: UnitOfWork, said: Said, need_id: str, speaks_for: Mapping[str, str], people: Mapping[str, Person]
) -> None:
    reply = Reply(new_id(), said.text)
    organisation = speaks_for[said.by]
    answer = await answering.answer(
        uow, need_id, reply, organisation_id=organisation, by_id=people[said.by].id, blind=said.blind
    )
    for by, kind, text in said.steps:
        await answering.step(uow, answer.id, kind, Reply(new_id(), text), by_id=people[by].id)
    await _some_hours_ago(uow, answer.id, uow.clock.now() - timedelta(hours=5))


async def _some_hours_ago(uow: UnitOfWork, answer_id: str, begin: datetime) -> None:
    """Spread the steps of an answer over the hours before the demo."""
    await uow.session.flush()
    steps = (await uow.session.scalars(select(AnswerStep).where(AnswerStep.answer_id == answer_id))).all()
    for step in steps:
        step.at = begin + timedelta(hours=step.number - 1)
    last = max(step.at for step in steps)
    await uow.session.execute(update(Answer).where(Answer.id == answer_id).values(at=begin, moved_at=last))
