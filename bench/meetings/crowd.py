"""A fair where people book at once, in the database before its servers start; and the audit of what they left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from fairs import actions as fair_actions
from fairs.actions import Plan as FairPlan
from meetings import plans, queries
from meetings.grid import Hours
from meetings.plans import Wish
from people import sessions
from people.model import Person
from people.sessions import Method
from server import models  # noqa: F401 - so that the foreign keys of all tables are known
from server.app import create_kernel
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.migrate import upgrade
from server.kernel.settings import Settings

FAIR = "bench"
ZONE = "Europe/Berlin"
# Twenty-minute slots from nine to five on two days: two hundred people want more of them than there are.
OPENS, CLOSES = 9 * 60, 17 * 60


@dataclass(frozen=True)
class Crowd:
    """Who is there: the id and the cookie of each; and the slots."""

    people: list[tuple[str, str]]
    slots: list[str]


async def fill(settings: Settings, people: int) -> Crowd:
    """Bring the database up to date, and a fair with open booking into it."""
    kernel = create_kernel(settings)
    try:
        await upgrade(kernel.database)
        async with kernel.database.write() as uow:
            persons = [_person(uow, number) for number in range(people)]
            uow.session.add_all(persons)
            await uow.session.flush()
            tomorrow = (uow.clock.now() + timedelta(days=2)).date()
            plan = FairPlan(FAIR, "Fair of figures", "", tomorrow, tomorrow + timedelta(days=1), ZONE)
            fair = await fair_actions.create(uow, plan, organiser_id=persons[0].id)
            for person in persons[1:]:
                await fair_actions.join(uow, fair.id, person.id)
            hours = [Hours(plans.date_after(fair, number), OPENS, CLOSES) for number in range(2)]
            await plans.arrange(uow, fair, Wish("open", 20, 5, 60, 60, 200, 48, hours), by_id=None)
            slots = [each.id for each in await queries.slots_of(uow.session, fair.id)]
            tokens = [(await sessions.start(uow, each, Method.LINK, ""))[1] for each in persons]
        return Crowd([(each.id, token) for each, token in zip(persons, tokens, strict=True)], slots)
    finally:
        await kernel.database.close()


def _person(uow: UnitOfWork, number: int) -> Person:
    return Person(
        id=new_id(),
        name=f"Visitor {number:03}",
        email=f"visitor-{number:03}@bench.example",
        locale="en",
        time_zone=ZONE,
        created_at=uow.clock.now(),
    )


# What must not be there. Times are compared as they are stored, in UTC, whatever the keys and locks have promised.
_DOUBLE = """
SELECT COUNT(*) FROM meeting_seats a JOIN meetings m ON m.id = a.meeting_id
JOIN meeting_seats b ON b.person_id = a.person_id AND b.meeting_id > a.meeting_id JOIN meetings n ON n.id = b.meeting_id
WHERE m.cancelled_at IS NULL AND n.cancelled_at IS NULL AND m.starts_at < n.ends_at AND n.starts_at < m.ends_at
"""
_HALF_DONE = (
    # a meeting that stands with another number of people than two
    "SELECT COUNT(*) FROM meetings m WHERE m.cancelled_at IS NULL"
    " AND (SELECT COUNT(*) FROM meeting_seats s WHERE s.meeting_id = m.id) <> 2",
    # a seat that does not hold its meeting's slot, or holds one of a meeting that was called off
    "SELECT COUNT(*) FROM meeting_seats s JOIN meetings m ON m.id = s.meeting_id"
    " WHERE (m.cancelled_at IS NULL AND (s.slot_id IS NULL OR s.slot_id <> m.slot_id))"
    " OR (m.cancelled_at IS NOT NULL AND s.slot_id IS NOT NULL)",
    # a meeting at another time than its slot
    "SELECT COUNT(*) FROM meetings m JOIN meeting_slots s ON s.id = m.slot_id"
    " WHERE m.starts_at <> s.starts_at OR m.ends_at <> s.ends_at",
    # a meeting that no job would tell anybody of: each has one for each of its changes
    "SELECT COUNT(*) FROM meetings m WHERE NOT EXISTS (SELECT 1 FROM outbox o"
    " WHERE o.key = 'meetings.invite:' || m.id || ':' || m.sequence)",
)


@dataclass(frozen=True)
class Audit:
    """What the database says in the end."""

    double_bookings: int
    half_done: int
    meetings: int


async def audit(settings: Settings) -> Audit:
    """Count what must not be there."""
    kernel = create_kernel(settings)
    try:
        async with kernel.database.read() as session:
            double = await session.scalar(text(_DOUBLE))
            half_done = [await session.scalar(text(query)) for query in _HALF_DONE]
            total = await session.scalar(text("SELECT COUNT(*) FROM meetings"))
        return Audit(int(double), sum(map(int, half_done)), int(total))
    finally:
        await kernel.database.close()
