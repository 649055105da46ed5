"""The start page: what is going on for somebody who is signed in, the fairs that there are for everybody else."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat.shown import UnreadIn
from chat.unread import unread
from directory.organisations.shown import picture
from directory.partners.queries import partners
from fairs import queries
from fairs.rules import highest
from fairs.shown import ROLE_NAMES, FairShown
from people.completeness import completeness
from people.model import Person
from rooms.pages import Here, who_is_here
from rooms.queries import lobbies
from server.kernel.parts import kernel_of
from web import when
from web.i18n import N_
from web.part import Part
from web.render import locale_of, page

# Fairs with their lobbies on the page, and faces per lobby: a glance, no list.
FAIRS_SHOWN = 4
FACES = 6
UNREAD_SHOWN = 5


# (request, session, person) -> a part of the page; None: there is nothing to show today. The composition root puts
# them into the application's state as `today`, in the order of the page.
Bring = Callable[[Request, AsyncSession, Person], Awaitable[Part | None]]


@dataclass(frozen=True)
class MyFair:
    """A fair that one is in, and who is in its lobby now."""

    fair: FairShown
    role: str
    here: Here | None


async def today(request: Request) -> Response:
    """What can I do now?"""
    person: Person | None = request.state.person
    if person is None:
        return await _landing(request)
    now, locale = kernel_of(request).clock.now(), locale_of(request)
    async with kernel_of(request).database.read() as session:
        mine = await _my_fairs(request, session, person, now)
        others = await queries.open_fairs(session, now, person.id)
        waiting = (await unread(session, [person.id]))[person.id]
        parts = await _parts(request, session, person)
    inside = {each.fair.id for each in mine}
    return page(
        request,
        "rooms/today.html",
        now=now,
        greeting=_greeting(now, person),
        first_name=_first_name(person.name),
        mine=mine[:FAIRS_SHOWN],
        others=[FairShown.of(fair, now, locale) for fair in others if fair.id not in inside],
        waiting=_first_of_all(waiting),
        profile=completeness(person),
        role_names=ROLE_NAMES,
        parts=parts,
    )


async def _parts(request: Request, session: AsyncSession, person: Person) -> list[Part]:
    """What other features have to say today."""
    bring: Sequence[Bring] = request.app.state.today
    found = [await one(request, session, person) for one in bring]
    return [part for part in found if part is not None]


async def _landing(request: Request) -> Response:
    now, locale = kernel_of(request).clock.now(), locale_of(request)
    async with kernel_of(request).database.read() as session:
        fairs = await queries.open_fairs(session, now)
        behind = await partners(session, None)
    return page(
        request,
        "landing.html",
        fairs=[FairShown.of(fair, now, locale) for fair in fairs],
        partners=[(each.id, each.name, picture(each.logo), f"/partners/{each.slug}") for each in behind],
    )


async def _my_fairs(request: Request, session: AsyncSession, person: Person, now: datetime) -> list[MyFair]:
    """The running ones first, then those ahead, then those that are over."""
    attended = await queries.fairs_of(session, person.id)
    rooms = await lobbies(session, [each.fair.id for each in attended])
    found = []
    for each in attended:
        fair, room = FairShown.of(each.fair, now, locale_of(request)), rooms.get(each.fair.id)
        here = await who_is_here(request, session, fair.id, room.id, FACES) if room and fair.live else None
        found.append(MyFair(fair, highest(each.roles), here))
    return sorted(found, key=lambda each: ("running", "ahead", "over").index(each.fair.phase))


def _first_of_all(waiting: Sequence[UnreadIn]) -> list[UnreadIn]:
    """Conversations, and lobbies where one is called; what most concerns a person first."""
    concerning = [each for each in waiting if each.calls]
    return sorted(concerning, key=lambda each: (each.partner is None, -each.calls))[:UNREAD_SHOWN]


# What the hour is called up to which hour of the day, in the person's own zone.
_GREETINGS = (
    (5, N_("Good evening, %(name)s")),
    (11, N_("Good morning, %(name)s")),
    (18, N_("Hello, %(name)s")),
    (24, N_("Good evening, %(name)s")),
)


def _greeting(now: datetime, person: Person) -> str:
    """The message id of the greeting for the hour."""
    hour = now.astimezone(when.zone(person.time_zone)).hour
    return next(text for until, text in _GREETINGS if hour < until)


def _first_name(name: str) -> str:
    """The first word of a name; with a title before it, the whole name."""
    first = name.split(" ")[0]
    return name if first.endswith(".") or len(first) < 2 else first


routes = [Route("/", today, name="today")]
