"""Taking the people of an organisation, and who changed what about it, along: for those who belong to it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.exports.answer import file_of, format_asked
from directory.exports.changes import changes_table
from directory.exports.table import PAGE, Row, Table, columns_in, in_pages
from directory.organisations import doors, queries
from directory.organisations.model import Change
from directory.organisations.pages.keeping import sees_history
from directory.organisations.shown import FIELD_NAMES, ROLE_NAMES
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
        seen = await doors.admitted(request, session, sees_history)
    ending, _ = await format_asked(request), translations(locale_of(request)).gettext
    columns = columns_in(_TITLES, locale_of(request))

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


async def changes(request: Request) -> Response:
    """The change log, as its page of history says."""
    async with kernel_of(request).database.read() as session:
        seen = await doors.admitted(request, session, sees_history, removed=True)
    ending = await format_asked(request)

    async def read(before: str | None) -> list[tuple[Change, str, str]]:
        async with kernel_of(request).database.read() as session:
            found = await queries.history(session, seen.organisation.id, before, PAGE)
        return [(one.change, one.of or seen.organisation.name, one.by) for one in found]

    return file_of(changes_table(read, FIELD_NAMES, locale_of(request)), ending)


routes = [
    Route("/o/{slug}/history/export.{format}", changes, name="export_changes"),
    Route("/o/{slug}/people/export.{format}", people, name="export_people"),
]
