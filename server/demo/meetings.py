"""The demo fair's meetings: a plan, some that are booked, and requests that wait, so that the pages are alive."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from directory.organisations import queries as organisations
from fairs.model import Fair
from matching.plans.model import Kind
from meetings import bookings, plans, queries, requests
from meetings.agendas import free_slots
from meetings.bookings import Wanted
from meetings.grid import Hours
from meetings.model import Meeting, Plan
from meetings.plans import Wish
from meetings.requests import Asking
from meetings.teams import actions
from meetings.teams import queries as teams
from meetings.timetable import wishes
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.parts import Kernel

# From early to late, so that there is a meeting soon whenever somebody looks.
OPENS, CLOSES = 7 * 60, 22 * 60
# Whom each of the cast wishes to meet: so many places further in the list, and how much.
WISHES = ((1, Kind.MUST), (3, Kind.LIKE), (4, Kind.LIKE), (6, Kind.NEVER))


@dataclass(frozen=True)
class Talk:
    """Two of the cast, and what it is about. `ahead`: how many free slots from now it lies; None: it is only asked."""

    who: str
    whom: str
    ask: str
    offer: str
    ahead: int | None = None


TALKS = (
    Talk(
        "bernd",
        "aylin",
        "24 Busse, vier Plätze, kein neuer Trafo: Wie viel Puffer braucht das?",
        "Lastgänge eines ganzen Winters, und ein Betriebshof, auf dem man es zeigen kann.",
        0,
    ),
    Talk(
        "aylin",
        "greta",
        "Your model of how much a connection still carries: could it run on our charger?",
        "Measured load curves of three depots, every second for a year.",
        2,
    ),
    Talk(
        "chloe",
        "aylin",
        "Waste heat of your buffers for our electrolyser.",
        "A container next to a depot, six weeks after the order.",
    ),
    Talk(
        "dev",
        "aylin",
        "What happens to your buffer's cells after ten years?",
        "We take them back, test each cell and pay for the good ones.",
    ),
    Talk(
        "aylin",
        "edda",
        "Which of your members run their own buses?",
        "A free look at their connection, on paper, within a week.",
    ),
    Talk(
        "dev",
        "bernd",
        "Gebrauchte Batterien aus Ihren Bussen.",
        "Abholung, Prüfung, und ein Preis je Zelle statt einer Rechnung für die Entsorgung.",
    ),
)


# What the chamber's people answer, and what one of the others asks their team.
TEAM = {"edda": "Mitgliedsbetriebe, Förderung, Kontakte zur Politik", "farid": "Introductions, members, events"}
ASKED = Talk(
    "chloe",
    "",
    "Which of your members would host an electrolyser next to their depot?",
    "A free study for the first two, in French, German or English.",
)


async def arrange(kernel: Kernel, fair: Fair, people: Mapping[str, Person]) -> None:
    """Arrange the meetings, once; where the fair's days were moved, lay the times anew."""
    async with kernel.database.write() as uow:
        plan = await queries.plan_of(uow.session, fair.id)
        days = [plans.date_after(fair, number) for number in range((fair.ends_on - fair.starts_on).days + 1)]
        known = {each.day for each in await queries.days_of(uow.session, fair.id)}
        if plan is None or known != set(days):
            hours = [Hours(day, OPENS, CLOSES) for day in days]
            wish = Wish("request", 20, 5, 12, 6, 10, 48, hours, (plans.NOON,))
            await plans.arrange(uow, await uow.session.get_one(Fair, fair.id), wish, by_id=people["edda"].id)
    await _wish(kernel, fair, people)
    await _share(kernel, fair, people)
    async with kernel.database.read() as session:
        if await session.scalar(select(func.count()).select_from(Meeting).where(Meeting.fair_id == fair.id)):
            return
    for talk in TALKS:
        async with kernel.database.write() as uow:
            await _say(uow, await uow.session.get_one(Fair, fair.id), people, talk)


async def _wish(kernel: Kernel, fair: Fair, people: Mapping[str, Person]) -> None:
    """Everybody of the cast wishes to meet a few of the others, once: a timetable can be made at once."""
    async with kernel.database.write() as uow:
        if (await wishes.counts(uow.session, fair.id)).people:
            return
        ids = [each.id for each in people.values()]
        for number, of_id in enumerate(ids):
            for step, kind in WISHES:
                whom_id = ids[(number + step) % len(ids)]
                if whom_id != of_id:
                    await wishes.wish(uow, fair, of_id=of_id, whom_id=whom_id, kind=kind)


async def _share(kernel: Kernel, fair: Fair, people: Mapping[str, Person]) -> None:
    """The chamber's people answer together, and are asked something: once."""
    async with kernel.database.write() as uow:
        if await teams.teams_at(uow.session, fair.id):
            return
        for key, topics in TEAM.items():
            [own] = await organisations.ours(uow.session, people[key].id)
            await actions.share(uow, fair.id, people[key].id, own.id, topics)
        team = await teams.team_of(uow.session, fair.id, people["edda"].id)
        assert team is not None
        await actions.ask(uow, fair, Asking(ASKED.ask, ASKED.offer), team, from_id=people[ASKED.who].id)


async def _say(uow: UnitOfWork, fair: Fair, people: Mapping[str, Person], talk: Talk) -> None:
    plan, pair = await uow.session.get_one(Plan, fair.id), [people[talk.who].id, people[talk.whom].id]
    free = await free_slots(uow.session, fair, plan, pair, uow.clock.now() + timedelta(minutes=3))
    if talk.ahead is not None and len(free) > talk.ahead:
        wanted = Wanted(fair, plan, free[talk.ahead].id, pair, talk.ask, talk.offer)
        await bookings.book(uow, wanted, by_id=pair[0])
    elif free:
        asking = Asking(talk.ask, talk.offer, [each.id for each in free[6:9]])
        await requests.request(uow, fair, asking, from_id=pair[0], to_id=pair[1])
