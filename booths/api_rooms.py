"""The rooms of a fair, for programs of its organisers: opened, renamed, closed and opened again as at the desk."""

from typing import Annotated, Self

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from booths import actions
from booths.api_desk import changing, own
from booths.pages import named
from directory.api import answering
from directory.api.declared import VERSION, Call, Operation
from directory.api.ruling import ruled
from directory.api.shapes.common import PageOf
from directory.api.shapes.values import Address, Given, Id, Shown, coded, one_of, up_to
from fairs.model import Fair
from people.text import NAME_MOST
from rooms.model import WITH_CALLS
from rooms.model import Room as RoomRow
from rooms.queries import closed, with_calls
from server.kernel.access import Access
from server.kernel.http import not_found
from web.i18n import N_


class Room(Shown):
    """A room of a fair that has calls."""

    id: Id
    page: Address = Field(description=N_("Its page, for the people of the fair."))
    kind: Annotated[str, coded(WITH_CALLS)]
    name: str
    closed: bool = Field(description=N_("Whether nobody may be in it."))

    @classmethod
    def of(cls, row: RoomRow, fair: Fair, site: str, *, is_closed: bool) -> Self:
        """A room of this fair; `site` is our own address."""
        page = f"{site}/fairs/{fair.slug}/rooms/{row.slug}"
        return cls(id=row.id, page=page, kind=row.kind, name=row.name, closed=is_closed)


class RoomPage(PageOf[Room]):
    """The rooms of a fair, open ones first, each by name: they are one page."""


class RoomNew(Given):
    """A room to open."""

    kind: Annotated[str, one_of(WITH_CALLS)]
    name: Annotated[str, up_to(NAME_MOST, 1)]


class RoomChange(Given):
    """What changes about a room."""

    name: Annotated[str, up_to(NAME_MOST, 1)] = Field(description=N_("Its address stays as it is."))


async def many(call: Call) -> Response:
    """The rooms of a fair."""
    async with call.kernel.database.read() as session:
        return answering.whole(call, await _rooms(call, session, await own(call, session)))


async def one(call: Call) -> Response:
    """One of them."""
    async with call.kernel.database.read() as session:
        return answering.record(call, await _room(call, session, await own(call, session)))


async def open_one(call: Call) -> Response:
    """Open a room."""
    given: RoomNew = call.body
    name = _name(call, given.name)
    async with changing(call) as (uow, fair):
        made = await actions.open_place(uow, fair, given.kind, name)
        shown = Room.of(made, fair, call.site, is_closed=False)
    return answering.record(call, shown, 201, f"{VERSION}/fairs/{fair.id}/rooms/{shown.id}")


async def change(call: Call) -> Response:
    """Call a room otherwise."""
    given: RoomChange = call.body
    name = _name(call, given.name)
    async with changing(call) as (uow, fair):
        answering.check_match(call.request, await _room(call, uow.session, fair))
        await actions.rename_place(uow, fair, call.named("room"), name)
        await uow.session.flush()
        shown = await _room(call, uow.session, fair)
    return answering.record(call, shown)


async def close(call: Call) -> Response:
    """Have nobody be in a room any more."""
    async with changing(call) as (uow, fair):
        await actions.close_place(uow, fair, call.named("room"), by_id=call.by_id)
        await uow.session.flush()
        shown = await _room(call, uow.session, fair)
    return answering.record(call, shown)


async def reopen(call: Call) -> Response:
    """Open a closed room again."""
    async with changing(call) as (uow, fair):
        await actions.reopen_place(uow, fair, call.named("room"))
        await uow.session.flush()
        shown = await _room(call, uow.session, fair)
    return answering.record(call, shown)


def _name(call: Call, given: str) -> str:
    return ruled(call, "/name", lambda: named(NAME_MOST)(given))


async def _rooms(call: Call, session: AsyncSession, fair: Fair) -> list[Room]:
    opened = [Room.of(each, fair, call.site, is_closed=False) for each in await with_calls(session, fair.id)]
    return opened + [Room.of(each, fair, call.site, is_closed=True) for each in await closed(session, fair.id)]


async def _room(call: Call, session: AsyncSession, fair: Fair) -> Room:
    """The room of the path. Raises ProblemError 404."""
    found = next((each for each in await _rooms(call, session, fair) if each.id == call.named("room")), None)
    if found is None:
        raise not_found()
    return found


operations = [
    Operation("GET", "/fairs/{id}/rooms", "list_rooms", Access.API_FAIRS, N_("The rooms of a fair that you run"),
              many, RoomPage, refusals=(403,)),
    Operation("GET", "/fairs/{id}/rooms/{room}", "get_room", Access.API_FAIRS, N_("One room of a fair that you run"),
              one, Room, refusals=(403,)),
    Operation("POST", "/fairs/{id}/rooms", "open_room", Access.API_FAIRS, N_("Open a room"), open_one, Room,
              body=RoomNew, status=201, refusals=(403, 409)),
    Operation("PATCH", "/fairs/{id}/rooms/{room}", "change_room", Access.API_FAIRS, N_("Call a room otherwise"), change,
              Room, body=RoomChange, refusals=(403, 409, 412)),
    Operation("POST", "/fairs/{id}/rooms/{room}/close", "close_room", Access.API_FAIRS,
              N_("Have nobody be in a room any more"), close, Room, refusals=(403, 409),
              about=N_("A stand is nobody's then. A stage for which talks are to come stays open.")),
    Operation("POST", "/fairs/{id}/rooms/{room}/open", "reopen_room", Access.API_FAIRS, N_("Open a closed room again"),
              reopen, Room, refusals=(403, 409)),
]  # fmt: skip
