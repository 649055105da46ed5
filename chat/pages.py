"""The pages of conversations between two people."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat import actions, posting
from chat.conversations import PAGE, conversations
from chat.introducing import introduced
from chat.queries import partner
from chat.showing import talk
from chat.standing import Standing, standing
from fairs.queries import share_a_fair
from people.forms import Form
from people.model import Person
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.render import page, redirect


async def index(request: Request) -> Response:
    """All conversations, the latest first, page by page."""
    after = request.query_params.get("after")
    if after is not None and not is_id(after):
        raise not_found()
    async with kernel_of(request).database.read() as session:
        listed = await _list(session, request.state.person, after)
    onward = listed["onward"]
    headers = {"link": f'<{onward}>; rel="next"'} if onward else {}
    return page(request, "chat/messages.html", headers=headers, first=after is None, **listed)


async def show(request: Request) -> Response:
    """One conversation."""
    return await _page(request)


async def write_to(request: Request) -> Response:
    """Begin a conversation, or go on with it: with somebody who is at the same fair, or to whom one was introduced."""
    return redirect(f"/messages/{await conversation_with(request)}")


async def conversation_with(request: Request) -> str:
    """The id of the conversation with the person that the address names; begun where there is none."""
    person: Person = request.state.person
    other = request.path_params["person"]
    if not is_id(other) or other == person.id:
        raise not_found()
    async with kernel_of(request).database.write() as uow:
        if not (await share_a_fair(uow.session, person.id, other) or await introduced(uow.session, person.id, other)):
            raise not_found()
        return await actions.converse(uow, person.id, other)


async def send(request: Request) -> Response:
    """Say something in a conversation."""
    form = await Form.of(request)
    async with kernel_of(request).database.read() as session:
        me = await _mine(request, session)
    message_id, wrong = await posting.attempt(request, me, form.typed("text"))
    if wrong:
        return await _page(request, 422, typed=form.typed("text"), wrong=wrong)
    return redirect(f"/messages/{me.channel_id}#message-{message_id}")


async def _page(request: Request, status: int = 200, typed: str = "", wrong: str = "") -> Response:
    async with kernel_of(request).database.read() as session:
        me = await _mine(request, session)
        other = await session.get_one(Person, me.partner_id or "")
        with_ = await partner(session, me.channel_id, me.me.id)
        shown = await talk(request, session, me, partner=with_)
        listed = await _list(session, request.state.person, None)
    return page(
        request,
        "chat/conversation.html",
        status,
        headers={"cache-control": "no-store"},
        talk=shown,
        now=kernel_of(request).clock.now(),
        partner=with_,
        other=other,
        typed=typed,
        wrong=wrong,
        **listed,
    )


async def _mine(request: Request, session: AsyncSession) -> Standing:
    """Where one stands in the conversation that the address names; nobody else's is ever found."""
    channel_id, person = request.path_params["channel"], request.state.person
    me = await standing(session, person.id, channel_id, kernel_of(request).clock.now())
    if me is None or me.partner_id is None:
        raise not_found()
    return me


async def _list(session: AsyncSession, person: Person, after: str | None) -> dict[str, Any]:
    found = await conversations(session, person.id, after=after, limit=PAGE + 1)
    onward = f"/messages?after={found[PAGE - 1].channel_id}" if len(found) > PAGE else ""
    return {"conversations": found[:PAGE], "onward": onward}


routes = [
    Route("/messages", index, name="messages"),
    Route("/messages/to/{person}", write_to, methods=["POST"], name="write_to"),
    Route("/messages/{channel}", show, name="conversation"),
    Route("/messages/{channel}", send, methods=["POST"], name="send_message"),
]
