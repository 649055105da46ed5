"""The pages of a fair's rooms that have calls: which there are, and each with its call."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat import posting
from chat.actions import open_for_room
from chat.queries import channel_of_room
from chat.showing import talk
from chat.standing import Standing, standing
from fairs.doors import Visit, visit
from people.forms import Form
from rooms.calls import call_rights
from rooms.model import BOOTH, LOUNGE, MEETING, STAGE, Room
from rooms.pages import Here, who_is_here
from rooms.queries import with_calls
from server.kernel.http import ProblemError, not_found
from server.kernel.parts import kernel_of
from server.live import topics
from server.live.parts import live_of
from signaling.removing import removed
from signaling.rights import CallRights
from web.i18n import N_
from web.part import Part
from web.render import page, redirect

# People whom the page knows from the beginning; others are learned from the live line.
KNOWN = 100
KINDS = {STAGE: N_("Stage"), BOOTH: N_("Stand"), MEETING: N_("Meeting room"), LOUNGE: N_("Lounge")}
# (request, session, visit, room) -> what another feature says of who and what is there; None: nothing. The composition
# root puts it into the application's state as `in_rooms`.
Bring = Callable[[Request, AsyncSession, Visit, Room], Awaitable[Part | None]]


@dataclass(frozen=True)
class RoomShown:
    """A room in the list."""

    room: Room
    path: str
    kind: str  # the msgid
    here: int


async def index(request: Request) -> Response:
    """All rooms of the fair that have calls, and how many people are in each."""
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        rooms = await with_calls(session, here.fair.id)
    return page(
        request,
        "rooms/rooms.html",
        fair=here.shown,
        rooms=_shown(request, here, rooms),
        organiser=here.makes_programme,
    )


async def show(request: Request) -> Response:
    """A room, its call, and what is written beside it."""
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        room, _ = await _entered(request, session, here)
        missing = await channel_of_room(session, room.id) is None
    if missing:
        await kernel_of(request).database.write_if_possible(partial(open_for_room, room_id=room.id))
    return await _page(request)


async def say(request: Request) -> Response:
    """Write something beside the call."""
    form = await Form.of(request)
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        room, _ = await _entered(request, session, here)
        me = await _standing(request, session, room)
    if me is None:
        raise ProblemError(403, "forbidden")
    message_id, wrong = await posting.attempt(request, me, form.typed("text"))
    if wrong:
        return await _page(request, 422, typed=form.typed("text"), wrong=wrong)
    return redirect(f"{_path(here, room)}#message-{message_id}")


async def _page(request: Request, status: int = 200, typed: str = "", wrong: str = "") -> Response:
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        room, rights = await _entered(request, session, here)
        present = await who_is_here(request, session, here.fair.id, room.id, KNOWN)
        me = await _standing(request, session, room)
        out = await removed(session, [(request.state.person.id, room.id)])
        shown = await talk(request, session, me, fair=here.fair.slug) if me else None
        bring: Bring = request.app.state.in_rooms
        part = await bring(request, session, here, room)
    if part and part.seeing:
        await kernel_of(request).database.write_if_possible(part.seeing)
    return page(
        request,
        "rooms/room.html",
        status,
        headers={"cache-control": "no-store"},
        fair=here.shown,
        room=room,
        kind=KINDS[room.kind],
        rights=rights,
        path=_path(here, room),
        present=present,
        talk=shown,
        part=part,
        typed=typed,
        wrong=wrong,
        call=topics.call(room.id),
        removed=bool(out),
        known=known(present),
    )


def known(present: Here) -> list[dict[str, str | None]]:
    """Who is there, as the call's element wants it."""
    return [{"id": card.id, "name": card.name, "photo": card.photo_url} for card in present.people]


async def _entered(request: Request, session: AsyncSession, here: Visit) -> tuple[Room, CallRights]:
    slug = request.path_params["room"]
    for room in await with_calls(session, here.fair.id):
        rights = call_rights(room, here.roles) if room.slug == slug else None
        if rights is not None:
            return room, rights
    raise not_found()


async def _standing(request: Request, session: AsyncSession, room: Room) -> Standing | None:
    """Where one stands in the room's channel; None for whoever was removed from its call."""
    channel_id = await channel_of_room(session, room.id)
    now = kernel_of(request).clock.now()
    return await standing(session, request.state.person.id, channel_id, now) if channel_id else None


def _path(here: Visit, room: Room) -> str:
    return f"{here.shown.path}/rooms/{room.slug}"


def _shown(request: Request, here: Visit, rooms: Sequence[Room]) -> list[RoomShown]:
    live = live_of(request)
    return [RoomShown(room, _path(here, room), KINDS[room.kind], live.present(topics.room(room.id))) for room in rooms]


routes = [
    Route("/fairs/{fair}/rooms", index, name="rooms"),
    Route("/fairs/{fair}/rooms/{room}", show, name="room"),
    Route("/fairs/{fair}/rooms/{room}/messages", say, methods=["POST"], name="say_in_room"),
]
