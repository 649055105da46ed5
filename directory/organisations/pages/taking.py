"""Taking the people of an organisation along as a file, for those who belong to it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.exports.answer import file_of, format_asked
from directory.exports.table import PAGE, Column, Row, Table, in_pages
from directory.organisations import doors, queries
from directory.organisations.shown import ROLE_NAMES
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of

_TITLES = {
    "name": N_("Name"),
    "position": N_("Position"),
    "role": N_("Role"),
    "since": N_("Belongs to it since"),
    "page": N_("Page here"),
}


async def people(request: Request) -> Response:
    """Who belongs to an organisation, as its page of people says."""
    async with kernel_of(request).database.read() as session:
        seen = await doors.admitted(request, session, lambda standing: standing.sees_history)
    ending, _ = await format_asked(request), translations(locale_of(request)).gettext
    columns = [Column(key, _(title)) for key, title in _TITLES.items()]

    async def rows(after: int) -> list[Row]:
        kernel = kernel_of(request)
        async with kernel.database.read() as session:
            found = await queries.team(session, seen.organisation.id, PAGE, after)
        site = kernel.settings.public_url
        return [
            [one.name, one.position, _(ROLE_NAMES[one.role]), one.since, f"{site}/people/{one.person_id}"]
            for one in found
        ]

    return file_of(Table("people", columns, in_pages(rows)), ending)


routes = [Route("/o/{slug}/people/export.{format}", people, name="export_people")]
