"""The fair's own page: its lobby for who is in, the way in for everybody else."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat import posting
from chat.actions import open_lobby
from chat.queries import channel_of_room
from chat.showing import talk
from chat.standing import Standing, standing
from fairs import queries
from fairs.cards import Card, cards
from fairs.doors import Visit, visit
from people import zones
from people.forms import Form
from rooms.queries import has_stands, lobby
from server.kernel.http import ProblemError
from server.kernel.parts import kernel_of
from server.live import topics
from server.live.parts import live_of
from web.engines import head_of, speak_as_asked
from web.part import Part
from web.render import locale_of, page, redirect

# People on the page before the browser has asked for more.
SHOWN = 100
# (request, session, visit) -> what another feature says at the door of a fair; None: nothing. The composition root puts
# it into the application's state as `at_doors`.
BringToDoor = Callable[[Request, AsyncSession, Visit], Awaitable[Part | None]]


@dataclass(frozen=True)
class Here:
    """Who is in a room now."""

    topic: str
    count: int
    people: Sequence[Card]

    @property
    def faces(self) -> list[tuple[str, str, str]]:
        """As kit/avatar.html wants them."""
        return [(card.id, card.name, card.photo_url or "") for card in self.people]


async def show(request: Request) -> Response:
    """The lobby, or what the fair is and how one gets in."""
    speak_as_asked(request)
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        missing = bool(here.roles) and await lobby(session, here.fair.id) is None
    if missing:
        await _open(request, here)
    return await (_lobby(request, here) if here.roles else _door(request, here))


async def send(request: Request) -> Response:
    """Say something in the lobby."""
    form = await Form.of(request)
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        found = await _found(request, session, here)
    if found is None:
        raise ProblemError(403, "forbidden")
    message_id, wrong = await posting.attempt(request, found[1], form.typed("text"))
    if wrong:
        return await _lobby(request, here, 422, typed=form.typed("text"), wrong=wrong)
    return redirect(f"{here.shown.path}#message-{message_id}")


async def who_is_here(request: Request, session: AsyncSession, fair_id: str, room_id: str, most: int) -> Here:
    """Who is in a room of a fair now, by arrival."""
    live, topic = live_of(request), topics.room(room_id)
    there = live.presence.people(topic)
    known = await cards(session, fair_id, there[:most])
    return Here(topic, len(there), [known[id] for id in there[:most] if id in known])


async def _lobby(request: Request, here: Visit, status: int = 200, typed: str = "", wrong: str = "") -> Response:
    async with kernel_of(request).database.read() as session:
        found = await _found(request, session, here)
        if found is None:
            return await _door(request, here)
        room_id, me = found
        shown = await talk(request, session, me, fair=here.fair.slug)
        present = await who_is_here(request, session, here.fair.id, room_id, SHOWN)
        stands = await has_stands(session, here.fair.id)
    return page(
        request,
        "rooms/lobby.html",
        status,
        headers={"cache-control": "no-store"},
        visit=here,
        fair=here.shown,
        talk=shown,
        present=present,
        stands=stands,
        presence={"count": present.count, "people": [card.wire() for card in present.people]},
        typed=typed,
        wrong=wrong,
    )


async def _door(request: Request, here: Visit) -> Response:
    """What a fair is, to people who are not in: join, sign in, or why not."""
    async with kernel_of(request).database.read() as session:
        ban = await queries.ban_in_force(session, here.fair.id, here.person.id) if here.person else None
        total = await queries.member_count(session, here.fair.id)
        bring: BringToDoor = request.app.state.at_doors
        part = None if ban else await bring(request, session, here)
    layout = "layouts/app.html" if here.person else "layouts/plain.html"
    return page(
        request,
        "fairs/fair.html",
        fair=here.shown,
        person_in=here.person,
        ban=ban,
        city=zones.city(here.fair.time_zone, locale_of(request)),
        total=total,
        part=part,
        layout=layout,
        **head_of(request, here.shown.path),
    )


async def _found(request: Request, session: AsyncSession, here: Visit) -> tuple[str, Standing] | None:
    """The lobby's room, and where one stands in its channel."""
    room = await lobby(session, here.fair.id)
    channel_id = await channel_of_room(session, room.id) if room else None
    if room is None or channel_id is None or here.person is None:
        return None
    me = await standing(session, here.person.id, channel_id, kernel_of(request).clock.now())
    return (room.id, me) if me else None


async def _open(request: Request, here: Visit) -> None:
    """Make the lobby of a fair that has none yet: one that was made on the command line."""
    await kernel_of(request).database.write_if_possible(partial(open_lobby, fair_id=here.fair.id))


routes = [
    Route("/fairs/{fair}", show, name="fair"),
    Route("/fairs/{fair}/messages", send, methods=["POST"], name="say_in_lobby"),
]
