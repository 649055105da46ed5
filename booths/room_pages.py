"""The page on which a room of a fair gets another name, for those who make the programme."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from booths import actions
from booths.actions import RefusedError
from booths.pages import WHY, led_back, named
from fairs.doors import Visit, visit
from people import text
from people.forms import Form
from rooms.model import Room
from rooms.queries import one_with_calls
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.render import locale_of, page


async def edit(request: Request) -> Response:
    """The form with the room's name."""
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        room = await _room(request, session, here)
    return _page(request, here, room.name, Form(None, locale_of(request), name=room.name))


async def rename(request: Request) -> Response:
    """Call the room otherwise."""
    form = await Form.of(request)
    name = form.take("name", named(text.NAME_MOST), "")
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        before = (await _room(request, uow.session, here)).name
        if form.good:
            try:
                await actions.rename_place(uow, here.fair, request.path_params["room"], name)
            except RefusedError as refused:
                form.refuse(*WHY[refused.code])
    if not form.good:
        return _page(request, here, before, form, 422)
    return led_back(request, N_("The room has its new name."), "#rooms")


async def _room(request: Request, session: AsyncSession, here: Visit) -> Room:
    room_id = request.path_params["room"]
    found = await one_with_calls(session, here.fair.id, room_id) if is_id(room_id) else None
    if found is None:
        raise not_found()
    return found


def _page(request: Request, here: Visit, name: str, form: Form, status: int = 200) -> Response:
    shown = {"fair": here.shown, "form": form, "name": name, "name_most": text.NAME_MOST}
    return page(request, "booths/room.html", status, room_id=request.path_params["room"], **shown)


routes = [
    Route("/fairs/{fair}/programme/rooms/{room}", edit, name="place"),
    Route("/fairs/{fair}/programme/rooms/{room}", rename, methods=["POST"], name="rename_place"),
]
