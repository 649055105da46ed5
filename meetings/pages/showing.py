"""What the pages of meetings have in common."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from fairs.model import Fair
from fairs.queries import roles_in
from meetings import shown
from meetings.agendas import Choice
from meetings.bookings import ConflictError
from meetings.model import Meeting, Plan
from meetings.queries import meeting_with_plan, plan_of
from meetings.rules import EXTENSION, WhyNot
from meetings.words import CONFLICTS, TAKEN_MINE, TAKEN_THEIRS, WHY_NOT
from people import zones
from people.model import Person
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web import when
from web.i18n import translations
from web.render import locale_of, page

NO_SLOTS: Mapping[str, str] = MappingProxyType({})


def show(request: Request, name: str, status: int = 200, **context: Any) -> Response:
    """A page of meetings, with the moment and the names of places."""
    locale = locale_of(request)
    return page(
        request,
        f"meetings/{name}.html",
        status,
        headers={"cache-control": "no-store"},
        now=kernel_of(request).clock.now(),
        city=lambda zone: zones.city(zone, locale),
        **context,
    )


def said(request: Request) -> Callable[[str], str]:
    """The translation into the reader's language."""
    return translations(locale_of(request)).gettext


def me(request: Request) -> Person:
    """Who is signed in."""
    person: Person = request.state.person
    return person


def id_in(request: Request, name: str) -> str:
    """An id of the address. Raises ProblemError 404 for what is none."""
    value: str = request.path_params[name]
    if not is_id(value):
        raise not_found()
    return value


async def my_meeting(request: Request, session: AsyncSession) -> shown.MeetingShown:
    """The meeting that the address names, for one of its people. Raises ProblemError 404."""
    found = await shown.meeting(session, me(request).id, id_in(request, "meeting"))
    if found is None:
        raise not_found()
    return found


async def my_room(request: Request, session: AsyncSession) -> shown.MeetingShown:
    """The meeting that the address names, for one of its people: until it is over only while they are at its fair.
    Raises ProblemError 404."""
    found = await my_meeting(request, session)
    is_over = kernel_of(request).clock.now() >= found.ends_at + EXTENSION
    if not is_over and not await roles_in(session, found.fair_slug, me(request).id):
        raise not_found()
    return found


async def my_meeting_with_plan(request: Request, session: AsyncSession) -> tuple[Meeting, Fair, Plan]:
    """The meeting that the address names, for one of its people who changes it; its fair and the plan of that.
    Raises ProblemError 404."""
    found = await meeting_with_plan(session, me(request).id, id_in(request, "meeting"))
    if found is None:
        raise not_found()
    return found


async def fair_and_plan(session: AsyncSession, fair_id: str) -> tuple[Fair, Plan]:
    """A fair that has meetings, and its plan. Raises ProblemError 404."""
    plan = await plan_of(session, fair_id)
    if plan is None:
        raise not_found()
    return await session.get_one(Fair, fair_id), plan


def why_text(request: Request, why: WhyNot | str) -> str:
    """Why something cannot be asked for, in the reader's language."""
    return said(request)(WHY_NOT[why])


def conflict_text(request: Request, conflict: ConflictError) -> str:
    """Why something cannot be booked any more, in the reader's language."""
    return said(request)(CONFLICTS[conflict.why])


@dataclass(frozen=True)
class SlotShown:
    """A slot to choose from; `why` is a message id that says why it cannot be chosen, `held` names with whom the reader
    has it on the table."""

    id: str
    starts_at: datetime
    ends_at: datetime
    why: str = ""
    held: str = ""


@dataclass(frozen=True)
class DayShown:
    """The slots of a day on the reader's clock."""

    day: date
    at: datetime  # the first slot, for writing the day
    slots: Sequence[SlotShown]

    @property
    def free(self) -> int:
        """How many can be chosen."""
        return sum(not each.why for each in self.slots)


def by_day(choices: Sequence[Choice], viewer: Person, held: Mapping[str, str] = NO_SLOTS) -> list[DayShown]:
    """Slots by the days of the reader's clock, each with why it cannot be chosen, and with whom it is on the table."""
    return days_of([_slot(each, _why(each, viewer.id), held) for each in choices], viewer.time_zone)


def own_by_day(choices: Sequence[Choice], viewer: Person, held: Mapping[str, str]) -> list[DayShown]:
    """The same for the reader's own times, with what takes each of them as it is."""
    return days_of([_slot(each, each.why or "", held) for each in choices], viewer.time_zone)


def _slot(choice: Choice, why: str, held: Mapping[str, str]) -> SlotShown:
    slot = choice.slot
    return SlotShown(slot.id, slot.starts_at, slot.ends_at, why, held.get(slot.id, ""))


def days_of(slots: Sequence[SlotShown], zone: str) -> list[DayShown]:
    """Slots by the days of a clock."""
    days: dict[date, list[SlotShown]] = {}
    for slot in slots:
        days.setdefault(slot.starts_at.astimezone(when.zone(zone)).date(), []).append(slot)
    return [DayShown(day, slots[0].starts_at, slots) for day, slots in days.items()]


def _why(choice: Choice, viewer_id: str) -> str:
    if choice.why is None:
        return ""
    return TAKEN_MINE[choice.why] if choice.whose in (viewer_id, "") else TAKEN_THEIRS
