"""Calls between the two people of a conversation: who may, the page, and ringing."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat import sending
from chat.pages import conversation_with
from chat.queries import partner
from chat.showing import talk
from chat.standing import Standing, standing, standings
from people.model import Person
from server.kernel.clock import Clock
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from server.live import topics
from server.live.call import Call, Handler
from server.live.wire.codes import LiveError
from server.live.wire.ringing import CallRing
from signaling.rights import EVERYTHING, CallRights, Pair, RightsOf
from web.i18n import N_, translations
from web.render import page, redirect

MISSED = N_("I tried to call you.")
# Words of who calls; the others are of who is called.
_CALLERS = frozenset({"ringing", "missed"})


def rights_in_conversations(clock: Clock) -> RightsOf:
    """Who may take part in the calls of conversations: the two of them, while they may write to each other."""

    async def rights_of(session: AsyncSession, asked: Collection[Pair]) -> Mapping[Pair, CallRights]:
        now = clock.now()
        found = await standings(session, asked, now)
        return {
            pair: CallRights(None, "conversation", "", publish=EVERYTHING)
            for pair, one in found.items()
            if one.partner_id and one.rights.may_send(now)
        }

    return rights_of


async def show(request: Request) -> Response:
    """The page of a call with one person."""
    async with kernel_of(request).database.read() as session:
        me = await _mine(request, session)
        other = await partner(session, me.channel_id, me.me.id)
        if other is None or not me.rights.may_send(kernel_of(request).clock.now()):
            raise not_found()
        shown = await talk(request, session, me, partner=other)
    return page(
        request,
        "chat/call.html",
        headers={"cache-control": "no-store"},
        partner=other,
        topic=topics.call(me.channel_id),
        path=_path(me.channel_id),
        talk=shown,
    )


async def call_somebody(request: Request) -> Response:
    """From a person's page to the call with them: the conversation with them is begun where there is none."""
    channel_id = await conversation_with(request)
    return redirect(_path(channel_id))


async def ring(call: Call, params: CallRing) -> None:
    """Ring the other one, or say what becomes of their ringing."""
    assert call.topic is not None
    async with call.kernel.database.read() as session:
        me = await standing(session, call.person.id, call.topic.id, call.clock.now())
        if me is None or me.partner_id is None:
            raise LiveError("bad_request", "call: not a conversation")
        other = await session.get_one(Person, me.partner_id)
    told = _told(me, params)
    if params.state != "taken":
        call.live.publish(topics.person(other.id), "ring", told | {"mine": False})
    if params.state not in _CALLERS:
        call.live.publish(topics.person(me.me.id), "ring", told | {"mine": True})
    if params.state == "missed":
        await call.live.log.append(sending.send(me, params.cid, translations(other.locale or "en").gettext(MISSED)))


live_methods: dict[str, Handler] = {"call.ring": ring}


def _told(me: Standing, params: CallRing) -> dict[str, Any]:
    return {
        "call": topics.call(me.channel_id),
        "sender": me.me.id,
        "name": me.me.name,
        "photo": me.me.photo_url,
        "path": _path(me.channel_id),
        "state": params.state,
        "cid": params.cid,
    }


def _path(channel_id: str) -> str:
    return f"/messages/{channel_id}/call"


async def _mine(request: Request, session: AsyncSession) -> Standing:
    """Where one stands in the conversation; nobody else's is ever found."""
    channel_id, now = request.path_params["channel"], kernel_of(request).clock.now()
    me = await standing(session, request.state.person.id, channel_id, now)
    if me is None or me.partner_id is None:
        raise not_found()
    return me


routes = [
    Route("/messages/{channel}/call", show, name="call"),
    Route("/messages/to/{person}/call", call_somebody, methods=["POST"], name="call_somebody"),
]
