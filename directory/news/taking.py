"""Taking one's news along as a file."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.exports.answer import file_of, format_asked
from directory.exports.table import PAGE, Row, Table, columns_in
from directory.news.newsroom import kept, newsroom_of
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.render import locale_of

_TITLES = {"at": N_("When"), "text": N_("What happened"), "seen": N_("Looked at"), "page": N_("Page here")}


async def take_along(request: Request) -> Response:
    """What one was told, looked at or not, as a file."""
    ending = await format_asked(request)
    columns = columns_in(_TITLES, locale_of(request))
    return file_of(Table("news", columns, _rows(request)), ending)


async def _rows(request: Request) -> AsyncIterator[list[Row]]:
    """The news in pages. One has fewer rows than were read where something may not be seen any more."""
    kernel, person, after = kernel_of(request), request.state.person, 0
    while True:
        async with kernel.database.read() as session:
            found = await kept(session, person.id, after=after, limit=PAGE)
            items = await newsroom_of(request).told(session, person, found, locale_of(request))
        site = kernel.settings.public_url
        if items:
            yield [[one.at, one.line.text, one.seen_at, site + one.line.path] for one in items]
        if len(found) < PAGE:
            return
        after += PAGE


routes = [Route("/needs/news/export.{format}", take_along, name="export_news")]
