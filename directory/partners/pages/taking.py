"""Taking partners along as a file: all that one sees, and the organisations of one's network, in their order."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.exports.answer import file_of, format_asked
from directory.exports.table import PAGE, Row, Table, columns_in, in_pages
from directory.organisations.table import columns, rows_about
from directory.partners import queries
from directory.partners.pages.landing import admitted
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.render import locale_of

_TITLES = {
    "name": N_("Name"),
    "organisations": N_("Organisations"),
    "page": N_("Page here"),
}


async def partners(request: Request) -> Response:
    """All partners, as their page says. They are few, and read at once."""
    ending = await format_asked(request)
    kernel = kernel_of(request)
    async with kernel.database.read() as session:
        found = await queries.partners(session, request.state.person.id)
    site = kernel.settings.public_url

    async def rows(after: int) -> list[Row]:
        return [[one.name, one.count, f"{site}/partners/{one.slug}"] for one in found[after : after + PAGE]]

    return file_of(Table("partners", columns_in(_TITLES, locale_of(request)), in_pages(rows)), ending)


async def network(request: Request) -> Response:
    """The organisations of a network, as a file."""
    async with kernel_of(request).database.read() as session:
        seen, _partner = await admitted(request, session)
    ending = await format_asked(request)
    return file_of(Table("network", columns(locale_of(request)), _rows(request, seen.organisation.id)), ending)


async def _rows(request: Request, partner_id: str) -> AsyncIterator[list[Row]]:
    """The network in pages; each is read by itself, so nobody waits for a slow connection."""
    kernel, locale, person_id, after = kernel_of(request), locale_of(request), request.state.person.id, 0
    while True:
        async with kernel.database.read() as session:
            ids = await queries.network(session, person_id, partner_id, limit=PAGE, after=after)
            about = await rows_about(session, person_id, ids, locale=locale, site=kernel.settings.public_url)
        if ids:
            yield [about[id_] for id_ in ids if id_ in about]
        if len(ids) < PAGE:
            return
        after += PAGE


routes = [
    Route("/partners/export.{format}", partners, name="export_partners"),
    Route("/partners/{slug}/network/export.{format}", network, name="export_network"),
]
