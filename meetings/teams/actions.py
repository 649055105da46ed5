"""What colleagues do: share what they are asked, or not any more; and asking them."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from directory.organisations.model import Member, Organisation
from fairs.model import Fair
from meetings.agendas import Choice, agendas, around, obstacle
from meetings.between import Between, between_each
from meetings.bookings import hold_slot, lock_people
from meetings.model import Meeting, Plan, Request, Slot
from meetings.queries import limits_of, plan_of, slots_by_id, slots_of
from meetings.requests import Asking, RefusedError, request
from meetings.rules import Mode, WhyNot
from meetings.teams import queries
from meetings.teams.model import TEAM_MOST, Routing, Sharing
from meetings.teams.queries import Team
from meetings.teams.rules import Colleague, Need, Route, route
from people.model import Person
from server.kernel.db import UnitOfWork


async def share(uow: UnitOfWork, fair_id: str, person_id: str, organisation_id: str, topics: str) -> None:
    """Share requests with the colleagues of an organisation, in place of what was shared before. Raises
    RefusedError: not_a_member, or team_full."""
    await lock_people(uow, [person_id])  # who presses twice shares once
    team = select(Organisation.id).where(Organisation.id == organisation_id)
    await uow.session.execute(team.with_for_update(key_share=True))  # of two who come at once, one is the last
    if await uow.session.get(Member, (organisation_id, person_id)) is None:
        raise RefusedError("not_a_member")
    if await queries.sharers(uow.session, fair_id, organisation_id, but=person_id) >= TEAM_MOST:
        raise RefusedError("team_full")
    known = await uow.session.get(Sharing, (fair_id, person_id)) or Sharing(fair_id=fair_id, person_id=person_id)
    if known.organisation_id != organisation_id:
        known.since = uow.clock.now()
    known.organisation_id, known.topics = organisation_id, topics
    uow.session.add(known)
    await uow.session.flush()


async def stop_sharing(uow: UnitOfWork, fair_id: str, person_id: str) -> None:
    """Share no more. What one has already one keeps, and the others can take it over."""
    mine = Sharing.fair_id == fair_id, Sharing.person_id == person_id
    await uow.session.execute(delete(Sharing).where(*mine))


async def carry(uow: UnitOfWork, from_id: str, into_id: str) -> None:
    """Have a team be that of the organisation into which its own is merged; what it shares goes along."""
    for table in (Sharing, Request):
        await uow.session.execute(update(table).where(table.organisation_id == from_id).values(organisation_id=into_id))


async def between_team(session: AsyncSession, fair: Fair, team: Team, me: str, now: datetime) -> Between:
    """How somebody gets a meeting with one of a team. A slot is free where they and some of the team can."""
    plan = await plan_of(session, fair.id)
    if plan is None or me in team.ids:
        return Between(plan, why=WhyNot.ONESELF if plan else WhyNot.NO_PLAN)
    if open_id := await queries.open_with(session, fair.id, me, team.organisation_id):
        return Between(plan, why=WhyNot.ALREADY_ASKED, open_id=open_id)
    found = await between_each(session, fair, me, team.ids, now)
    able = [(id, each) for id, each in found.items() if each.why is None]
    if not able:
        return found[team.ids[0]]
    slots = list(await slots_of(session, fair.id, after=now))
    choices = await _choices(session, fair, plan, slots, me, [id for id, _ in able], now)
    why = None if any(each.free for each in choices) else WhyNot.NO_SLOT
    return replace(able[0][1], why=why, slots=choices)


async def _choices(
    session: AsyncSession, fair: Fair, plan: Plan, slots: list[Slot], me: str, team: list[str], now: datetime
) -> list[Choice]:
    if not slots:
        return []
    found, limits = await agendas(session, [me, *team], around(slots)), limits_of(plan, fair)

    def choice(slot: Slot) -> Choice:
        if against := obstacle(slot, {me: found[me]}, limits, now):
            return Choice(slot, *against)
        theirs = [obstacle(slot, {each: found[each]}, limits, now) for each in team]
        return Choice(slot) if None in theirs else Choice(slot, *(theirs[0] or ()))

    return [choice(each) for each in slots]


async def ask(
    uow: UnitOfWork, fair: Fair, asking: Asking, team: Team, *, from_id: str, named_id: str = ""
) -> Request | Meeting:
    """Ask a team, or (by name) one of it: the request goes to whoever fits and has time.

    Raises RefusedError and ConflictError as `request` does, and RefusedError("already_asked") while another request to
    the team is open. Who is asked by name where the fair books openly is booked: choosing is then no question.
    """
    if asking.slot_ids:
        await hold_slot(uow, fair, asking.slot_ids[0])  # slots before people: see bookings
    await lock_people(uow, [from_id, *team.ids])  # what everybody has to do is judged by what holds at the commit
    found = await _chosen(uow, fair, asking, team, from_id, named_id)
    if found is None:
        return await request(uow, fair, asking, from_id=from_id, to_id=named_id)
    organisation_id = team.organisation_id
    made = await request(uow, fair, asking, from_id=from_id, to_id=found.to_id, organisation_id=organisation_id)
    if isinstance(made, Request):
        uow.session.add(
            Routing(
                request_id=made.id,
                named_id=named_id or None,
                to_id=found.to_id,
                languages=list(found.languages),
                words=list(found.words),
                load=found.load,
                fullest=found.fullest,
                at=uow.clock.now(),
            )
        )
    return made


async def _chosen(uow: UnitOfWork, fair: Fair, asking: Asking, team: Team, from_id: str, named_id: str) -> Route | None:
    """Who gets it; None: the one who was named, whatever speaks against it. Raises RefusedError."""
    plan, now = await plan_of(uow.session, fair.id), uow.clock.now()
    if plan is None or from_id in team.ids:
        return None
    if await queries.open_with(uow.session, fair.id, from_id, team.organisation_id):
        raise RefusedError(WhyNot.ALREADY_ASKED)
    each_one = await between_each(uow.session, fair, from_id, team.ids, now)
    if named_id in each_one and each_one[named_id].mode is Mode.OPEN:
        return None
    able = [id for id, found in each_one.items() if found.why is None]
    why = next((found.why for found in reversed(each_one.values()) if found.why), WhyNot.NO_SLOT)
    need = await _need(uow, asking, from_id, named_id)
    chosen = route(need, await _colleagues(uow, fair, plan, asking, team, able, from_id))
    if chosen is None and not named_id:
        raise RefusedError(WhyNot.NO_SLOT if able else why)
    return chosen


async def _need(uow: UnitOfWork, asking: Asking, from_id: str, named_id: str) -> Need:
    me = await uow.session.get_one(Person, from_id)
    text = f"{asking.ask} {asking.offer} {me.seeks} {me.offers}"
    return Need(frozenset(me.languages), text, named_id)


async def _colleagues(
    uow: UnitOfWork, fair: Fair, plan: Plan, asking: Asking, team: Team, able: list[str], from_id: str
) -> list[Colleague]:
    """Those who can be asked, with what they have to do and in how many of the times they and the other one can."""
    now = uow.clock.now()
    slots = await _times(uow, fair, asking)
    if not slots or not able:
        return []
    found = await agendas(uow.session, [from_id, *able], around(slots))
    load, limits = await queries.loads(uow.session, fair.id, able, now), limits_of(plan, fair)

    def free(person_id: str) -> int:
        both = {each: found[each] for each in (from_id, person_id)}
        return sum(obstacle(slot, both, limits, now) is None for slot in slots)

    return [
        Colleague(each.id, each.name, frozenset(each.languages), each.text, load[each.id], free(each.id))
        for each in team.mates
        if each.id in able
    ]


async def _times(uow: UnitOfWork, fair: Fair, asking: Asking) -> list[Slot]:
    if asking.slot_ids:
        return await slots_by_id(uow.session, fair.id, asking.slot_ids)
    return list(await slots_of(uow.session, fair.id, after=uow.clock.now()))
