"""Taking the people of an organisation, and who changed what about it, along: for those who belong to it. And which
organisations one belongs to oneself, and for who runs the platform those that were taken off."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.exports.answer import file_of, format_asked
from directory.exports.changes import changes_table
from directory.exports.table import PAGE, Row, Table, columns_in, in_pages
from directory.organisations import doors, queries
from directory.organisations.model import Change
from directory.organisations.names import FIELD_NAMES
from directory.organisations.pages.keeping import sees_history
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


_OURS = {
    "name": N_("Name"),
    "role": N_("Role"),
    "confirmed_at": N_("Last confirmed on"),
    "page": N_("Page here"),
}
_GONE = {"name": N_("Name"), "at": N_("Taken off (UTC)"), "by": N_("By"), "page": N_("Page here")}


async def mine(request: Request) -> Response:
    """The organisations that one belongs to: so many as one can belong to, and read at once."""
    kernel, _ = kernel_of(request), translations(locale_of(request)).gettext
    async with kernel.database.read() as session:
        ours = await queries.ours(session, request.state.person.id)
    ending, site = await format_asked(request), kernel.settings.public_url

    async def rows(after: int) -> list[Row]:
        some = ours[after : after + PAGE]
        return [[one.name, _(ROLE_NAMES[one.role]), one.confirmed_at, f"{site}/o/{one.slug}"] for one in some]

    return file_of(Table("organisations", columns_in(_OURS, locale_of(request)), in_pages(rows)), ending)


async def gone(request: Request) -> Response:
    """All organisations that were taken off the directory, the latest first."""
    kernel = kernel_of(request)
    ending = await format_asked(request)

    async def rows(after: int) -> list[Row]:
        async with kernel.database.read() as session:
            found = await queries.removed(session, after, PAGE)
        return [[one.name, one.at, one.by_name, f"{kernel.settings.public_url}/o/{one.slug}"] for one in found]

    return file_of(Table("taken-off", columns_in(_GONE, locale_of(request)), in_pages(rows)), ending)


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
    Route("/organisations/mine/export.{format}", mine, name="export_my_organisations"),
    Route("/organisations/gone/export.{format}", gone, name="export_removed_organisations"),
    Route("/o/{slug}/history/export.{format}", changes, name="export_changes"),
    Route("/o/{slug}/people/export.{format}", people, name="export_people"),
]
