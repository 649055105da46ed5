"""One list: what is on it, its words, taking it along; and changing it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.lists import actions, queries
from directory.lists.model import Shortlist
from directory.lists.pages.scope import PRIVATE, answer_refused, choices, say_refused, scope
from directory.lists.queries import Entry
from directory.lists.rules import LABEL_MOST, NAME_MOST, RefusedError, list_name
from directory.organisations.shown import picture, where
from directory.organisations.vocabulary import KINDS
from people.forms import Form
from people.model import Person
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import translations
from web.paging import offset_in
from web.render import locale_of, page, redirect

PAGE = 60  # organisations on a page


@dataclass(frozen=True)
class Row:
    """An organisation on a list, in the reader's language."""

    id: str
    name: str
    path: str
    logo: str
    line: str
    labels: list[str]


async def bookmarks(request: Request) -> Response:
    """What one has bookmarked."""
    return await _page(request, None, Form(None, locale_of(request)))


async def show(request: Request) -> Response:
    """A list that one may see."""
    async with kernel_of(request).database.read() as session:
        found = await _found(request, session)
    return await _page(request, found, Form(None, locale_of(request), name=found.name, team=found.team_id or ""))


async def change(request: Request) -> Response:
    """Call the list otherwise, or share it with others."""
    person: Person = request.state.person
    form = await Form.of(request)
    name = form.take("name", list_name, "")
    async with kernel_of(request).database.read() as session:
        found = await _found(request, session)
    if form.good:
        try:
            async with kernel_of(request).database.write() as uow:
                await actions.change_list(uow, scope(form, person.id), found.id, name)
        except RefusedError as refused:
            say_refused(form, refused)
    if not form.good:
        return await _page(request, found, form, 422)
    return redirect(f"/lists/{found.id}", said=translations(locale_of(request)).gettext("The list is saved."))


async def remove(request: Request) -> Response:
    """Throw the list away."""
    person: Person = request.state.person
    try:
        async with kernel_of(request).database.write() as uow:
            await actions.remove_list(uow, person.id, _id(request))
    except RefusedError as refused:
        raise answer_refused(refused) from None
    return redirect("/lists", said=translations(locale_of(request)).gettext("The list is gone."))


async def take_off(request: Request) -> Response:
    """Take an organisation off the list."""
    person: Person = request.state.person
    organisation_id = request.path_params["organisation"]
    try:
        async with kernel_of(request).database.write() as uow:
            await actions.take_off_list(uow, person.id, _id(request), organisation_id)
    except RefusedError as refused:
        raise answer_refused(refused) from None
    said = translations(locale_of(request)).gettext("It is no longer on the list.")
    return redirect(f"/lists/{_id(request)}", said=said)


async def _page(request: Request, found: Shortlist | None, form: Form, status: int = 200) -> Response:
    person: Person = request.state.person
    word, after = request.query_params.get("word", "")[:LABEL_MOST], offset_in(request)
    async with kernel_of(request).database.read() as session:
        entries = await _entries(session, person.id, found, word, after)
        labels = await queries.labels_on(session, person.id, [each.id for each in entries])
        teams = await choices(session, person.id, locale_of(request))
    path = f"/lists/{found.id}" if found else "/lists/bookmarks"
    named = {"word": word} if word else {}
    return page(
        request,
        "lists/list.html",
        status,
        headers=PRIVATE,
        found=found,
        mine=found is not None and found.by_id == person.id,
        path=path,
        rows=[_row(each, labels.get(each.id, []), locale_of(request)) for each in entries[:PAGE]],
        first=after == 0,
        onward=f"{path}?{urlencode(named | {'after': after + PAGE})}" if len(entries) > PAGE else "",
        word=word,
        form=form,
        teams=teams,
        name_most=NAME_MOST,
    )


async def _entries(
    session: AsyncSession, person_id: str, found: Shortlist | None, word: str, after: int
) -> list[Entry]:
    if found is None:
        return await queries.bookmarks(session, person_id, word=word, limit=PAGE + 1, after=after)
    return await queries.entries(session, found.id, word=word, person_id=person_id, limit=PAGE + 1, after=after)


async def _found(request: Request, session: AsyncSession) -> Shortlist:
    found = await queries.shortlist(session, request.state.person.id, _id(request))
    if found is None:
        raise not_found()
    return found


def _id(request: Request) -> str:
    list_id: str = request.path_params["list"]
    if not is_id(list_id):
        raise not_found()
    return list_id


def _row(entry: Entry, labels: list[str], locale: str) -> Row:
    parts = KINDS.name(entry.kind, locale), where(entry.place, "", entry.country, locale)
    line = " · ".join(filter(None, parts))
    return Row(entry.id, entry.name, f"/o/{entry.slug}", picture(entry.logo_small), line, labels)


routes = [
    Route("/lists/bookmarks", bookmarks, name="bookmarks"),
    Route("/lists/{list}", show, name="list"),
    Route("/lists/{list}", change, methods=["POST"], name="change_list"),
    Route("/lists/{list}/remove", remove, methods=["POST"], name="remove_list"),
    Route("/lists/{list}/organisations/{organisation}/remove", take_off, methods=["POST"], name="take_off_list"),
]
