"""Keeping order: a page per person of a fair, for those who moderate it. Every step is on record, with who and when."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat import moderation
from chat.model import Channel
from chat.standing import Standing, standing
from fairs import actions, queries
from fairs.actions import RefusedError
from fairs.doors import Visit, visit
from fairs.rules import GIVEN_ROLES, REASON_MOST, may_act_upon
from fairs.shown import ROLE_NAMES
from people import text
from people.forms import Form
from people.model import Person
from rooms.model import LOBBY, Room
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError, not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from server.live.entries import Append
from server.live.parts import live_of
from server.live.wire.codes import LiveError
from web.i18n import N_, translations
from web.render import locale_of, page, redirect

# How long a mute can be set for, in minutes; 0: until it is lifted.
MUTES = {
    15: N_("For a quarter of an hour"),
    60: N_("For an hour"),
    24 * 60: N_("For a day"),
    0: N_("Until a moderator ends it"),
}


async def show(request: Request) -> Response:
    """Who somebody is here, and what can be done about it."""
    return await _page(request, Form())


async def mute(request: Request) -> Response:
    """Take the word from somebody in the lobby, and with it in the chats of all rooms."""
    minutes = _minutes((await Form.of(request)).typed("minutes"))
    until = kernel_of(request).clock.now() + timedelta(minutes=minutes) if minutes else None
    return await _moderate(
        request, lambda me, person_id: moderation.mute(me, person_id, until), N_("They can read now, but not write.")
    )


async def unmute(request: Request) -> Response:
    """Give it back."""
    return await _moderate(request, moderation.unmute, N_("They can write again."))


async def ban(request: Request) -> Response:
    """Shut somebody out, with a reason that they are shown."""
    form = await Form.of(request)
    reason = form.take("reason", text.paragraphs(REASON_MOST), "")
    if form.good and not reason:
        form.refuse("reason", N_("Please say why: the person is shown this."))
    if not form.good:
        return await _page(request, form, 422)
    by: Person = request.state.person

    async def act(uow: UnitOfWork, fair_id: str, person_id: str) -> None:
        await actions.ban(uow, fair_id, person_id, by_id=by.id, reason=reason)

    return await _change(request, act, N_("Excluded, and cut off at once."))


async def unban(request: Request) -> Response:
    """Let somebody in again."""
    by: Person = request.state.person

    async def act(uow: UnitOfWork, fair_id: str, person_id: str) -> None:
        await actions.unban(uow, fair_id, person_id, by_id=by.id)

    return await _change(request, act, N_("They can take part again."))


async def set_roles(request: Request) -> Response:
    """Give somebody exactly the roles that are ticked."""
    roles = (await Form.of(request)).all("roles")
    by: Person = request.state.person

    async def act(uow: UnitOfWork, fair_id: str, person_id: str) -> None:
        await actions.set_roles(uow, fair_id, person_id, roles, by_id=by.id)

    return await _change(request, act, N_("The roles are saved."))


Act = Callable[[UnitOfWork, str, str], Awaitable[None]]

_REFUSALS = {
    "last_organiser": N_("Somebody else must be organiser first: a fair is never without one."),
    "not_yours": N_("You can do this only with people of a lower role than your own."),
    "not_a_member": N_("This person is not at the fair."),
    "unknown_role": N_("There is no such role."),
}


async def _change(request: Request, act: Act, said: str) -> Response:
    """Do something about somebody at the fair, and come back to their page."""
    person_id = _person_id(request)
    try:
        async with kernel_of(request).database.write() as uow:
            here = await visit(request, uow.session)
            await act(uow, here.fair.id, person_id)
    except RefusedError as refused:
        return await _refused(request, refused.code)
    return _done(request, here, person_id, said)


async def _moderate(request: Request, build: Callable[[Standing, str], Append], said: str) -> Response:
    """Do something in the lobby's channel about somebody, and come back to their page."""
    person_id, by = _person_id(request), request.state.person
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        me = await _in_lobby(session, here, by.id, request)
    if me is None:
        raise not_found()
    try:
        await live_of(request).log.append(build(me, person_id))
    except LiveError as error:
        if error.code != "forbidden":
            raise ProblemError(503, error.code) from None
        return await _refused(request, "not_yours")
    return _done(request, here, person_id, said)


async def _refused(request: Request, code: str) -> Response:
    form = Form(locale=locale_of(request))
    form.say(_REFUSALS[code])
    return await _page(request, form, 409)


async def _page(request: Request, form: Form, status: int = 200) -> Response:
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        context = await _about(request, session, here, _person_id(request))
    return page(request, "chat/conduct.html", status, visit=here, fair=here.shown, form=form, mutes=MUTES, **context)


async def _about(request: Request, session: AsyncSession, here: Visit, person_id: str) -> dict[str, Any]:
    """The person, what they are here, and what is in force against them. Raises ProblemError 404."""
    shown = await session.get(Person, person_id)
    roles = await queries.granted_roles(session, here.fair.id, person_id)
    if shown is None or not roles:
        raise not_found()
    ban_in_force = await queries.ban_in_force(session, here.fair.id, person_id)
    banned_by = await session.get(Person, ban_in_force.by_id) if ban_in_force else None
    theirs = await _in_lobby(session, here, person_id, request)
    now = kernel_of(request).clock.now()
    return {
        "shown": shown,
        "roles": roles,
        "role_names": ROLE_NAMES,
        "given_roles": GIVEN_ROLES,
        "may_act": may_act_upon(here.roles, roles),
        "own": shown.id == request.state.person.id,
        "ban": ban_in_force,
        "banned_by": banned_by.name if banned_by else "",
        "muted": theirs is not None and theirs.rights.muted_at(now),
        "muted_until": theirs.rights.muted_until if theirs else None,
    }


async def _in_lobby(session: AsyncSession, here: Visit, person_id: str, request: Request) -> Standing | None:
    query = select(Channel.id).join(Room, Room.id == Channel.room_id)
    channel_id = await session.scalar(query.where(Room.fair_id == here.fair.id, Room.kind == LOBBY))
    now = kernel_of(request).clock.now()
    return await standing(session, person_id, channel_id, now) if channel_id else None


def _done(request: Request, here: Visit, person_id: str, said: str) -> Response:
    return redirect(f"{here.shown.path}/people/{person_id}", said=translations(locale_of(request)).gettext(said))


def _person_id(request: Request) -> str:
    person_id: str = request.path_params["person"]
    if not is_id(person_id):
        raise not_found()
    return person_id


def _minutes(typed: str) -> int:
    if typed not in map(str, MUTES):
        raise ProblemError(400, "bad_request", "minutes: not one of those that are offered")
    return int(typed)


_PATH = "/fairs/{fair}/people/{person}"
routes = [
    Route(_PATH, show, name="conduct"),
    Route(f"{_PATH}/mute", mute, methods=["POST"], name="mute"),
    Route(f"{_PATH}/unmute", unmute, methods=["POST"], name="unmute"),
    Route(f"{_PATH}/ban", ban, methods=["POST"], name="ban"),
    Route(f"{_PATH}/unban", unban, methods=["POST"], name="unban"),
    Route(f"{_PATH}/roles", set_roles, methods=["POST"], name="set_roles"),
]
