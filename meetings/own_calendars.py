"""Somebody's own calendar: connected, read every hour by a job (less often while that fails), and let go."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from directory.connectors.rules import next_at
from meetings.bookings import lock_people
from meetings.calendar_worker import FaultError, read
from meetings.calendars import BYTES_MOST, NoCalendarError, Window
from meetings.grid import Span
from meetings.model import Busy, OwnCalendar
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.fetch import FetchError
from server.kernel.ids import new_id
from server.kernel.parts import Kernel
from web import when

JOB = "meetings.calendar"
EVERY = timedelta(hours=1)
# Calendars that one worker reads at the same time: however many hang, reminders find a hand.
AT_ONCE = 1
# How far ahead is looked: fairs are booked some months before.
AHEAD = timedelta(days=180)
_PROBLEM_OF = {
    "not_an_address": "address",
    "forbidden_host": "address",
    "unknown_host": "address",
    "too_large": "too_large",
}

log = structlog.get_logger(__name__)


async def connect(uow: UnitOfWork, person_id: str, url: str) -> None:
    """Have a calendar read, now and every hour, in place of the one before."""
    await lock_people(uow, [person_id])  # who presses twice connects once
    await disconnect(uow, person_id)
    own = OwnCalendar(person_id=person_id, id=new_id(), url=url, added_at=uow.clock.now(), read_at=None, problem=None)
    uow.session.add(own)
    uow.enqueue(JOB, {"person_id": person_id, "id": own.id})


async def disconnect(uow: UnitOfWork, person_id: str) -> None:
    """Forget a calendar and what it said."""
    for table in (Busy, OwnCalendar):
        await uow.session.execute(delete(table).where(table.person_id == person_id))


async def calendar_of(session: AsyncSession, person_id: str) -> OwnCalendar | None:
    """Somebody's own calendar."""
    return await session.get(OwnCalendar, person_id)


class Reader:
    """The job that reads one calendar, and has it read again."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        kernel.jobs.register(JOB, self.read, at_once=AT_ONCE, lasting=False)

    async def read(self, payload: dict[str, Any]) -> None:
        """Read it; whatever is wrong with it is written down for its owner, and it is tried again: in an hour, and ever
        later while that goes on."""
        async with self._kernel.database.read() as session:
            own = await calendar_of(session, payload["person_id"])
            person = await session.get_one(Person, payload["person_id"])
        if own is None or own.id != payload["id"]:
            return
        now = self._kernel.clock.now()
        window = Window(Span(now - timedelta(days=1), now + AHEAD), when.zone(person.time_zone))
        spans, problem = await self._busy(own.url, window)
        failures = payload.get("failures", 0) + 1 if problem else 0
        async with self._kernel.database.write() as uow:
            await _keep(uow, own, spans, problem)
            again = next_at(now, EVERY, failures - 1 if failures else 0)
            uow.enqueue(JOB, payload | {"failures": failures}, at=again, key=f"{JOB}:{own.id}:{_hour(now)}")

    async def _busy(self, url: str, window: Window) -> tuple[list[Span] | None, str | None]:
        try:
            fetched = await self._kernel.fetcher.fetch(url, accept="text/calendar", most_bytes=BYTES_MOST)
            return await read(fetched.content, window), None
        except FetchError as error:
            return None, _PROBLEM_OF.get(error.code, "unreachable")
        except NoCalendarError as error:
            if isinstance(error, FaultError):
                log.error("calendar_worker_failed", reason=str(error))
            return None, "no_calendar"


def _hour(now: datetime) -> int:
    """A job that is done twice has one successor, not two."""
    return int(now.timestamp() // EVERY.total_seconds())


async def _keep(uow: UnitOfWork, own: OwnCalendar, spans: list[Span] | None, problem: str | None) -> None:
    """What was read takes the place of what was known; where nothing could be read, that stays."""
    current = await uow.session.get(OwnCalendar, own.person_id, with_for_update=True)
    if current is None or current.id != own.id:
        return
    current.read_at, current.problem = uow.clock.now(), problem
    if spans is None:
        return
    await uow.session.execute(delete(Busy).where(Busy.person_id == own.person_id))
    rows = [{"person_id": own.person_id, "starts_at": each.starts, "ends_at": each.ends} for each in spans]
    if rows:
        await uow.session.execute(insert(Busy), rows)
