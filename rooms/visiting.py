"""The pages of a fair's rooms that have calls: which there are, and each with its call."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairs.doors import Visit, visit
from rooms.calls import call_rights
from rooms.model import BOOTH, MEETING, STAGE, Room
from rooms.pages import Here, who_is_here
from rooms.queries import with_calls
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from server.live import topics
from server.live.parts import live_of
from signaling.rights import CallRights
from web.i18n import N_
from web.render import page

# People whom the page knows from the beginning; others are learned from the live line.
KNOWN = 100
KINDS = {STAGE: N_("Stage"), BOOTH: N_("Stand"), MEETING: N_("Meeting room")}


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
    return page(request, "rooms/rooms.html", fair=here.shown, rooms=_shown(request, here, rooms))


async def show(request: Request) -> Response:
    """A room, and its call."""
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        room, rights = await _entered(request, session, here)
        present = await who_is_here(request, session, here.fair.id, room.id, KNOWN)
    return page(
        request,
        "rooms/room.html",
        headers={"cache-control": "no-store"},
        fair=here.shown,
        room=room,
        kind=KINDS[room.kind],
        rights=rights,
        path=request.url.path,
        present=present,
        call=topics.call(room.id),
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


def _shown(request: Request, here: Visit, rooms: Sequence[Room]) -> list[RoomShown]:
    live = live_of(request)
    return [
        RoomShown(room, f"{here.shown.path}/rooms/{room.slug}", KINDS[room.kind], live.present(topics.room(room.id)))
        for room in rooms
    ]


routes = [
    Route("/fairs/{fair}/rooms", index, name="rooms"),
    Route("/fairs/{fair}/rooms/{room}", show, name="room"),
]
