"""Taking the programme of a fair along as a file."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from booths import queries
from booths.shown import path_of
from directory.exports.answer import file_of, format_asked
from directory.exports.table import PAGE, Row, Table, columns_in, in_pages
from fairs.doors import visit
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.render import locale_of

_TITLES = {
    "title": N_("Title"),
    "organisation": N_("Who speaks"),
    "speakers": N_("Speakers"),
    "stage": N_("Stage"),
    "starts": N_("Begins"),
    "ends": N_("Ends"),
    "text": N_("What it is about"),
    "page": N_("Page here"),
}


_STANDS = {"organisation": N_("Organisation"), "stand": N_("Stand"), "page": N_("Page here")}


async def take_along(request: Request) -> Response:
    """The talks in their order, as one sees them. They are a thousand at most, and read at once."""
    kernel = kernel_of(request)
    async with kernel.database.read() as session:
        here = await visit(request, session)
        talks = await queries.programme(session, here.fair, request.state.person.id)
        said = await queries.said_of(session, [each.id for each in talks])
    ending = await format_asked(request)
    site, locale = kernel.settings.public_url, locale_of(request)

    async def rows(after: int) -> list[Row]:
        return [
            [
                one.title,
                one.by.name if one.by else "",
                [each.name for each in said[one.id].speakers],
                one.stage,
                one.starts_at,
                one.ends_at,
                said[one.id].text(locale)[0],
                site + path_of(here.fair, one.id),
            ]
            for one in talks[after : after + PAGE]
        ]

    return file_of(Table("programme", columns_in(_TITLES, locale), in_pages(rows)), ending)


async def stands(request: Request) -> Response:
    """Who exhibits, as one sees it. There are some hundred stands at most."""
    kernel = kernel_of(request)
    async with kernel.database.read() as session:
        here = await visit(request, session)
        found = [each for each in await queries.stands(session, here.fair.id, request.state.person.id) if each.by]
    ending, site = await format_asked(request), kernel.settings.public_url

    async def rows(after: int) -> list[Row]:
        return [[each.by.name, each.name, f"{site}/o/{each.by.slug}"] for each in found[after:] if each.by]

    return file_of(Table("exhibitors", columns_in(_STANDS, locale_of(request)), in_pages(rows)), ending)


routes = [
    Route("/fairs/{fair}/programme/stands/export.{format}", stands, name="export_stands"),
    Route("/fairs/{fair}/programme/export.{format}", take_along, name="export_programme"),
]
