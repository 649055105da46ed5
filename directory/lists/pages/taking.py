"""Taking a list along as a file, with one's own words and notes."""

from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.exports.answer import file_of, format_asked
from directory.exports.table import PAGE, Cell, Column, Row, Table
from directory.lists import queries
from directory.lists.queries import Entry
from directory.lists.rules import LABEL_MOST
from directory.organisations.table import columns, rows_about
from people.model import Person
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import translations
from web.render import locale_of


async def bookmarks(request: Request) -> Response:
    """What one has bookmarked, as a file."""
    ending = await format_asked(request)
    return file_of(Table("bookmarks", _columns(locale_of(request)), _rows(request, None)), ending)


async def one_list(request: Request) -> Response:
    """A list that one may see, as a file."""
    person: Person = request.state.person
    list_id: str = request.path_params["list"]
    async with kernel_of(request).database.read() as session:
        if not is_id(list_id) or await queries.shortlist(session, person.id, list_id) is None:
            raise not_found()
    ending = await format_asked(request)
    return file_of(Table("list", _columns(locale_of(request)), _rows(request, list_id)), ending)


def _columns(locale: str) -> list[Column]:
    _ = translations(locale).gettext
    own = Column("added", _("On the list since")), Column("words", _("Words")), Column("notes", _("Notes"))
    return [*columns(locale), *own]


async def _rows(request: Request, list_id: str | None) -> AsyncIterator[list[Row]]:
    """The list in pages; each is read by itself, so nobody waits for a slow connection."""
    person: Person = request.state.person
    kernel, locale, after = kernel_of(request), locale_of(request), 0
    word = request.query_params.get("word", "")[:LABEL_MOST]
    while True:
        async with kernel.database.read() as session:
            entries = await _entries(session, person.id, list_id, word, after)
            rows = await _page(session, person.id, entries, locale, kernel.settings.public_url)
        if rows:
            yield rows
        if len(entries) < PAGE:
            return
        after += PAGE


async def _entries(session: AsyncSession, person_id: str, list_id: str | None, word: str, after: int) -> list[Entry]:
    """None of a list that somebody stopped sharing while it was being read."""
    if list_id is None:
        return await queries.bookmarks(session, person_id, word=word, limit=PAGE, after=after)
    if await queries.shortlist(session, person_id, list_id) is None:
        return []
    return await queries.entries(session, list_id, word=word, person_id=person_id, limit=PAGE, after=after)


async def _page(session: AsyncSession, person_id: str, entries: list[Entry], locale: str, site: str) -> list[Row]:
    ids = [each.id for each in entries]
    about = await rows_about(session, person_id, ids, locale=locale, site=site)
    words = await queries.labels_on(session, person_id, ids)
    notes = await queries.notes_on(session, person_id, ids)
    own: list[tuple[str, list[Cell]]] = [
        (each.id, [each.at, words.get(each.id, []), notes.get(each.id, [])]) for each in entries
    ]
    return [[*about[id_], *cells] for id_, cells in own if id_ in about]


routes = [
    Route("/lists/bookmarks/export.{format}", bookmarks, name="export_bookmarks"),
    Route("/lists/{list}/export.{format}", one_list, name="export_list"),
]
