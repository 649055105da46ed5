"""Taking the people of a fair along as a file: what its page of people says, to whoever sees that."""

from collections.abc import AsyncIterator, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.exports.answer import file_of, format_asked
from directory.exports.table import PAGE, Row, Table, columns_in
from fairs import queries
from fairs.doors import visit
from fairs.pages import known_role
from fairs.rules import GIVEN_ROLES
from fairs.shown import ROLE_NAMES
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of

_TITLES = {
    "name": N_("Name"),
    "organisation": N_("Organisation"),
    "roles": N_("Roles"),
    "page": N_("Page here"),
}


async def people(request: Request) -> Response:
    """Everybody at the fair, or those with the role that the address names, by name; who is excluded is not there."""
    role = known_role(request)
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
    ending = await format_asked(request)
    columns = columns_in(_TITLES, locale_of(request))
    return file_of(Table("people", columns, _rows(request, here.fair.id, role)), ending)


async def _rows(request: Request, fair_id: str, role: str | None) -> AsyncIterator[list[Row]]:
    """The people in pages; each is read by itself, so nobody waits for a slow connection."""
    kernel, _ = kernel_of(request), translations(locale_of(request)).gettext
    site, after = kernel.settings.public_url, None
    while True:
        async with kernel.database.read() as session:
            found = await queries.members(session, fair_id, after=after, limit=PAGE, role=role)
        if found:
            yield [_row(one, _, site) for one in found]
        if len(found) < PAGE:
            return
        after = found[-1].card.id


def _row(one: queries.Member, say: Callable[[str], str], site: str) -> Row:
    roles = [say(ROLE_NAMES[role]) for role in GIVEN_ROLES if role in one.roles]
    return [one.card.name, one.card.organisation, roles, f"{site}/people/{one.card.id}"]


routes = [Route("/fairs/{fair}/people/export.{format}", people, name="export_fair_people")]
