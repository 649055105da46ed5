"""Taking the cards of an organisation along, as the filter shows them: as a table, or for an address book."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from booths.cards import queries
from booths.cards.asked import Asked, belongs
from booths.cards.queries import Filter, Kept
from booths.cards.rules import ASSESSMENTS, dialled
from booths.cards.vcard import Contact, written
from directory.exports.answer import EXPORTS, file_of, format_asked
from directory.exports.table import PAGE, Cell, Row, Table, columns_in
from directory.organisations import doors
from people.limits import may
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of

_TITLES = {
    "name": N_("Name"),
    "organisation": N_("Organisation"),
    "position": N_("Position"),
    "email": N_("Mail address"),
    "phone": N_("Phone"),
    "about": N_("What it is about"),
    "fair": N_("Fair"),
    "stand": N_("Stand"),
    "left_at": N_("Left on (UTC)"),
    "assessment": N_("Assessment"),
    "note": N_("Note"),
    "note_by": N_("Note by"),
}


async def take_along(request: Request) -> Response:
    """The cards as a table."""
    organisation_id, which = await _asked(request)
    ending, locale = await format_asked(request), locale_of(request)
    _ = translations(locale).gettext

    async def rows() -> AsyncIterator[list[Row]]:
        async for found in _pages(request, organisation_id, which):
            yield [_row(each, _(ASSESSMENTS[each.assessment]) if each.assessment else "") for each in found]

    return file_of(Table("cards", columns_in(_TITLES, locale), rows()), ending)


async def for_address_books(request: Request) -> Response:
    """The cards as vCards in one file."""
    organisation_id, which = await _asked(request)
    await may(request, "export", EXPORTS)

    async def lines() -> AsyncIterator[bytes]:
        async for found in _pages(request, organisation_id, which):
            yield written(map(_contact, found)).encode()

    return StreamingResponse(lines(), headers=_headers("cards.vcf"), media_type=_VCARD)


async def one_for_address_books(request: Request) -> Response:
    """One card as a vCard."""
    if not is_id(card_id := request.path_params["card"]):
        raise not_found()
    async with kernel_of(request).database.read() as session:
        seen = await doors.admitted(request, session, belongs)
        one = await queries.one_at_organisation(session, seen.organisation.id, card_id)
    if one is None:
        raise not_found()
    return Response(written([_contact(one)]).encode(), headers=_headers("card.vcf"), media_type=_VCARD)


_VCARD = "text/vcard; charset=utf-8"


def _headers(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}


async def _asked(request: Request) -> tuple[str, Filter]:
    asked = Asked.of(request.query_params)
    async with kernel_of(request).database.read() as session:
        seen = await doors.admitted(request, session, belongs)
        fairs = await queries.fairs_with_cards(session, seen.organisation.id)
    return seen.organisation.id, asked.among(fairs)


async def _pages(request: Request, organisation_id: str, which: Filter) -> AsyncIterator[list[Kept]]:
    """The cards page by page, each read by itself; what is taken back meanwhile is missing from the next one on."""
    before: str | None = None
    while True:
        async with kernel_of(request).database.read() as session:
            found = await queries.at_organisation(session, organisation_id, which, before=before, limit=PAGE)
        if found:
            yield found
        if len(found) < PAGE:
            return
        before = found[-1].card.id


def _row(one: Kept, assessment: str) -> list[Cell]:
    card = one.card
    said = [card.name, card.organisation, card.position, card.email, card.phone, card.about]
    return [*said, one.fair, one.stand, card.left_at, assessment, one.note, one.note_by]


def _contact(one: Kept) -> Contact:
    """What its owner gave; what the organisation thinks of it is not for address books, which are shared further."""
    card = one.card
    where = f"{one.fair}, {one.stand}"
    note = f"{card.about}\n{where}" if card.about else where
    said = card.name, card.organisation, card.position, card.email, dialled(card.phone)
    return Contact(card.id, *said, note, card.changed_at or card.left_at)


routes = [
    Route("/o/{slug}/cards/export.{format}", take_along, name="export_cards"),
    Route("/o/{slug}/cards/cards.vcf", for_address_books, name="cards_for_address_books"),
    Route("/o/{slug}/cards/{card}/card.vcf", one_for_address_books, name="card_for_address_books"),
]
