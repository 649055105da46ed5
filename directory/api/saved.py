"""Searches that people keep, for their programs."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from directory.api import answering
from directory.api.declared import VERSION, Call, Operation
from directory.api.ruling import ruled
from directory.api.search import asked_of
from directory.api.shapes.lists import SavedSearch, SavedSearchChange, SavedSearchNew, SavedSearchPage
from directory.api.shapes.search import KINDS, Fresh, FreshPage
from directory.search import saved
from directory.search.documents import Card
from directory.search.fresh import with_new
from directory.search.pages import named, viewer_of
from directory.search.parts import search_of
from directory.search.saved import Kept
from people.text import one_line
from server.kernel.access import Access
from server.kernel.http import ProblemError, not_found
from web.i18n import N_
from web.render import locale_of


async def many(call: Call) -> Response:
    """The searches that one keeps."""
    async with call.kernel.database.read() as session:
        return answering.whole(call, [SavedSearch.of(each, call.site) for each, _ in await _kept(call, session)])


async def save(call: Call) -> Response:
    """Keep a search; the same question again is the same search."""
    given: SavedSearchNew = call.body
    name = ruled(call, "/name", lambda: one_line(saved.NAME_MOST)(given.name))
    asked = asked_of(given.asked.given())
    name = named(name, asked, locale_of(call.request))
    try:
        async with call.kernel.database.write() as uow:
            kept = await saved.save(uow, call.by_id, name, asked, alerts=given.alerts, mails=given.mails)
            await uow.session.flush()
            shown = await _shown(call, uow.session, kept.id)
    except saved.TooManyError:
        raise ProblemError(409, "too_many", "You keep as many searches as one can: remove one first.") from None
    return answering.record(call, shown, 201, f"{VERSION}/searches/{shown.id}")


async def one(call: Call) -> Response:
    """A search that one keeps."""
    async with call.kernel.database.read() as session:
        return answering.record(call, await _shown(call, session, call.id))


async def change(call: Call) -> Response:
    """Turn alerts on or off."""
    given: SavedSearchChange = call.body
    async with call.kernel.database.write() as uow:
        before = await _shown(call, uow.session, call.id)
        answering.check_match(call.request, before)
        said: dict[str, bool] = {name: getattr(given, name) for name in given.model_fields_set}
        wanted = {"alerts": before.alerts, "mails": before.mails} | said
        await saved.change(uow, call.by_id, call.id, alerts=wanted["alerts"], mails=wanted["mails"])
        await uow.session.flush()
        shown = await _shown(call, uow.session, call.id)
    return answering.record(call, shown)


async def new(call: Call) -> Response:
    """What is new in a search that one keeps, but people."""
    async with call.kernel.database.read() as session:
        found = next((cards for each, cards in await _kept(call, session) if each.search.id == call.id), None)
    if found is None:
        raise not_found()
    return answering.whole(call, [Fresh.of(card, call.site) for card in found if card.kind in KINDS])


async def look(call: Call) -> Response:
    """Have what is new in a search be looked at."""
    async with call.kernel.database.write() as uow:
        if await saved.seen(uow, call.by_id, call.id) is None:
            raise not_found()
        await uow.session.flush()
        shown = await _shown(call, uow.session, call.id)
    return answering.record(call, shown)


async def remove(call: Call) -> Response:
    """Keep a search no longer."""
    async with call.kernel.database.write() as uow:
        if not await saved.remove(uow, call.by_id, call.id):
            raise not_found()
    return Response(status_code=204)


async def _kept(call: Call, session: AsyncSession) -> list[tuple[Kept, list[Card]]]:
    mine = await saved.of_person(session, call.by_id)
    return await with_new(search_of(call.request), session, viewer_of(call.request), mine)


async def _shown(call: Call, session: AsyncSession, search_id: str) -> SavedSearch:
    found = await _kept(call, session)
    shown = next((SavedSearch.of(each, call.site) for each, _ in found if each.search.id == search_id), None)
    if shown is None:
        raise not_found()
    return shown


operations = [
    Operation("GET", "/searches", "list_searches", Access.API_LISTS, N_("The searches that you keep"), many,
              SavedSearchPage),
    Operation("POST", "/searches", "save_search", Access.API_LISTS, N_("Keep a search"), save, SavedSearch,
              body=SavedSearchNew, status=201, refusals=(409,),
              about=N_("The same question again is the same search, under the new name.")),
    Operation("GET", "/searches/{id}", "get_search", Access.API_LISTS, N_("A search that you keep"), one, SavedSearch),
    Operation("PATCH", "/searches/{id}", "change_search", Access.API_LISTS, N_("Turn its alerts on or off"), change,
              SavedSearch, body=SavedSearchChange, refusals=(412,)),
    Operation("DELETE", "/searches/{id}", "remove_search", Access.API_LISTS, N_("Keep a search no longer"), remove,
              status=204),
    Operation("GET", "/searches/{id}/new", "list_new", Access.API_LISTS, N_("What is new in a search that you keep"),
              new, FreshPage),
    Operation("POST", "/searches/{id}/look", "look_at_search", Access.API_LISTS,
              N_("Have what is new in it be looked at"), look, SavedSearch),
]  # fmt: skip
