"""Taking fairs, and the people of one, along as a file: what their pages say, to whoever sees those."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.exports.answer import file_of, format_asked
from directory.exports.table import PAGE, Row, Table, columns_in, in_pages
from fairs import queries
from fairs.doors import visit
from fairs.model import Fair
from fairs.pages import known_role, sought
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


_FAIRS = {
    "name": N_("Name"),
    "tagline": N_("One line about it"),
    "from": N_("First day"),
    "to": N_("Last day"),
    "time_zone": N_("Time zone"),
    "roles": N_("Your roles"),
    "page": N_("Page here"),
}


async def fairs(request: Request) -> Response:
    """The fairs that one is in, and those that one can join: they are few, and read at once."""
    kernel, person_id, _ = kernel_of(request), request.state.person.id, translations(locale_of(request)).gettext
    async with kernel.database.read() as session:
        mine = await queries.fairs_of(session, person_id)
        others = await queries.open_fairs(session, kernel.clock.now(), person_id)
    listed = [(each.fair, each.roles) for each in mine]
    inside = {fair.id for fair, _roles in listed}
    listed += [(fair, frozenset[str]()) for fair in others if fair.id not in inside]
    ending, site = await format_asked(request), kernel.settings.public_url

    async def rows(after: int) -> list[Row]:
        return [_fair_row(fair, roles, _, site) for fair, roles in listed[after : after + PAGE]]

    return file_of(Table("fairs", columns_in(_FAIRS, locale_of(request)), in_pages(rows)), ending)


async def people(request: Request) -> Response:
    """Everybody at the fair, or those whom the address narrows it to, by name; who is excluded is not there."""
    role, words = known_role(request), sought(request)
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
    ending = await format_asked(request)
    columns = columns_in(_TITLES, locale_of(request))
    return file_of(Table("people", columns, _rows(request, here.fair.id, role, words)), ending)


async def _rows(request: Request, fair_id: str, role: str | None, words: Sequence[str]) -> AsyncIterator[list[Row]]:
    """The people in pages; each is read by itself, so nobody waits for a slow connection."""
    kernel, _ = kernel_of(request), translations(locale_of(request)).gettext
    site, after = kernel.settings.public_url, None
    while True:
        async with kernel.database.read() as session:
            found = await queries.members(session, fair_id, after=after, limit=PAGE, role=role, words=words)
        if found:
            yield [_row(one, _, site) for one in found]
        if len(found) < PAGE:
            return
        after = found[-1].card.id


def _row(one: queries.Member, say: Callable[[str], str], site: str) -> Row:
    roles = [say(ROLE_NAMES[role]) for role in GIVEN_ROLES if role in one.roles]
    return [one.card.name, one.card.organisation, roles, f"{site}/people/{one.card.id}"]


def _fair_row(fair: Fair, roles: Collection[str], say: Callable[[str], str], site: str) -> Row:
    days = fair.starts_on.isoformat(), fair.ends_on.isoformat()
    called = [say(name) for role, name in ROLE_NAMES.items() if role in roles]
    return [fair.name, fair.tagline, *days, fair.time_zone, called, f"{site}/fairs/{fair.slug}"]


routes = [
    Route("/fairs/export.{format}", fairs, name="export_fairs"),
    Route("/fairs/{fair}/people/export.{format}", people, name="export_fair_people"),
]
