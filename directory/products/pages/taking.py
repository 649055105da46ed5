"""Taking an organisation's products along as a file: those that one may see."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.exports.answer import file_of, format_asked
from directory.exports.changes import changes_table
from directory.exports.table import PAGE, Cell, Row, Table, columns_in
from directory.organisations import doors
from directory.organisations.pages.keeping import sees_history
from directory.organisations.queries import Seen
from directory.organisations.rules import in_locale
from directory.products import queries
from directory.products.model import ProductChange
from directory.products.names import CHANGE_NAMES
from directory.products.shown import texts
from directory.products.vocabulary import CATEGORIES, MATURITIES
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.render import locale_of

_TITLES = {
    "name": N_("Name"),
    "line": N_("In one line"),
    "description": N_("Description"),
    "category": N_("Category"),
    "maturity": N_("How far it is"),
    "price_from": N_("Price from"),
    "price_to": N_("Price up to"),
    "currency": N_("Currency"),
    "certificates": N_("Certificates and standards"),
    "website": N_("Its page on your website"),
    "confirmed": N_("Last confirmed"),
    "page": N_("Page here"),
}


async def take_along(request: Request) -> Response:
    """All products of an organisation, as a file."""
    async with kernel_of(request).database.read() as session:
        seen = await doors.found(request, session)
    if seen.moved_to is not None:
        raise not_found()
    ending = await format_asked(request)
    columns = columns_in(_TITLES, locale_of(request))
    return file_of(Table("products", columns, _rows(request, seen)), ending)


async def _rows(request: Request, seen: Seen) -> AsyncIterator[list[Row]]:
    """The products in pages; each is read by itself, so nobody waits for a slow connection."""
    kernel, locale = kernel_of(request), locale_of(request)
    after: str | None = None
    while True:
        async with kernel.database.read() as session:
            found = await queries.of_organisation(
                session, seen.organisation.id, seen.standing.person_id, after=after, limit=PAGE
            )
            fields = await queries.fields_of_many(session, [each.id for each in found])
        path = f"{kernel.settings.public_url}/o/{seen.organisation.slug}/products"
        if found:
            yield [_row(fields[each.id], f"{path}/{each.slug}", locale) for each in found]
        if len(found) < PAGE:
            return
        after = found[-1].id


async def changes(request: Request) -> Response:
    """Who changed what about the products, or the one that `?product=` names, for those who see the history."""
    product = request.query_params.get("product", "")[: doors.SLUG_MOST]
    async with kernel_of(request).database.read() as session:
        seen = await doors.admitted(request, session, sees_history, removed=True)
    ending, locale = await format_asked(request), locale_of(request)

    async def read(before: str | None) -> list[tuple[ProductChange, str, str]]:
        async with kernel_of(request).database.read() as session:
            found = await queries.history(session, seen.organisation.id, product, before, PAGE)
            about = await queries.fields_of_many(session, list({one.id for _change, one, _by in found}))
        return [(one, in_locale(texts(about[of.id], "name"), locale)[0], by) for one, of, by in found]

    return file_of(changes_table(read, CHANGE_NAMES, locale), ending)


def _row(fields: queries.Fields, page: str, locale: str) -> list[Cell]:
    return [
        *(in_locale(texts(fields, part), locale)[0] for part in ("name", "line", "description")),
        CATEGORIES.name(fields["category"], locale),
        MATURITIES.name(fields["maturity"], locale),
        *(_money(fields[each]) for each in ("price_from", "price_to")),
        fields["currency"] or "",
        list(fields["certificates"]),
        fields["url"],
        fields["confirmed_at"],
        page,
    ]


def _money(cents: int | None) -> Cell:
    """Whole units of the currency as a number, others as a text with a decimal point: no export has floats."""
    if cents is None:
        return None
    return cents // 100 if cents % 100 == 0 else f"{cents // 100}.{cents % 100:02}"


routes = [
    Route("/o/{slug}/products/export.{format}", take_along, name="export_products"),
    Route("/o/{slug}/history/products/export.{format}", changes, name="export_product_changes"),
]
