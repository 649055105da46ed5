"""The cards that one has left: who has got which of one's data, and the way to take it back."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from booths.cards import actions, queries
from booths.cards.pages.leaving import PRIVATE
from booths.cards.rules import RefusedError
from people.addresses import readable
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, page, redirect

PAGE = 30


async def index(request: Request) -> Response:
    """One's cards, the latest first."""
    before = request.query_params.get("before")
    if before is not None and not is_id(before):
        raise not_found()
    async with kernel_of(request).database.read() as session:
        found = await queries.by_guest(session, request.state.person.id, before=before, limit=PAGE + 1)
    onward = f"/cards?before={found[PAGE - 1].card.id}" if len(found) > PAGE else ""
    return page(
        request,
        "booths/cards/own.html",
        headers=PRIVATE,
        cards=found[:PAGE],
        onward=onward,
        first=before is None,
        readable=readable,
    )


async def take_back(request: Request) -> Response:
    """Take a card back. One that is gone already stays so."""
    card_id = request.path_params["card"]
    if not is_id(card_id):
        raise not_found()
    _ = translations(locale_of(request)).gettext
    try:
        async with kernel_of(request).database.write() as uow:
            await actions.take_back(uow, card_id, by_id=request.state.person.id)
    except RefusedError:
        return redirect("/cards", said=_(N_("You have no such card out any more.")), refused=True)
    return redirect("/cards", said=_(N_("Your card is taken back, and deleted there.")))


routes = [
    Route("/cards", index, name="own_cards"),
    Route("/cards/{card}/take-back", take_back, methods=["POST"], name="take_card_back"),
]
