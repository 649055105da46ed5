"""Taking requests for contact along as a file: those that came, or those that were sent."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.contacts import queries, rules
from directory.contacts.shown import STATE_NAMES
from directory.exports.answer import file_of, format_asked
from directory.exports.table import PAGE, Cell, Row, Table, columns_in, in_pages
from directory.speaking import viewer_of
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of

_TITLES = {
    "organisation": N_("Organisation"),
    "own": N_("Your organisation"),
    "person": N_("Asked by"),
    "asks": N_("Asks"),
    "offers": N_("Offers"),
    "at": N_("Asked on"),
    "state": N_("State"),
    "answer": N_("Answer"),
    "page": N_("Page here"),
}


async def take_along(request: Request) -> Response:
    """The requests of the tab that the address names."""
    tab = request.query_params.get("tab", "received")
    if tab not in ("received", "sent"):
        raise not_found()
    ending, locale, person_id = await format_asked(request), locale_of(request), request.state.person.id
    columns, now = columns_in(_TITLES, locale), kernel_of(request).clock.now()

    async def rows(after: int) -> list[Row]:
        kernel = kernel_of(request)
        async with kernel.database.read() as session:
            own = (await viewer_of(session, person_id)).organisations
            found = await queries.listed(session, person_id, own, now, sent=tab == "sent", after=after, limit=PAGE)
        return [_row(each, tab, each.state(now), locale, kernel.settings.public_url) for each in found]

    return file_of(Table(f"requests-{tab}", columns, in_pages(rows)), ending)


def _row(each: queries.Request, tab: str, state: str, locale: str, site: str) -> list[Cell]:
    _ = translations(locale).gettext
    other, own = (each.receiver, each.sender) if tab == "sent" else (each.sender, each.receiver)
    reason = rules.REASONS.get(each.reason, "")
    return [
        other.name,
        own.name,
        each.person,
        each.asks,
        each.offers,
        each.at,
        _(STATE_NAMES[state]),
        each.text or (_(reason) if reason else ""),
        f"{site}/o/{other.slug}",
    ]


routes = [Route("/contacts/export.{format}", take_along, name="export_requests")]
