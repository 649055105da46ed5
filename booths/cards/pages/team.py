"""The cards that people left at an organisation's stands: for those who belong to it, and for nobody else."""

from typing import Any
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from booths.cards import actions, queries, telling
from booths.cards.asked import Asked, belongs
from booths.cards.pages.leaving import PRIVATE
from booths.cards.queries import FairCount, Filter
from booths.cards.rules import ASSESSMENTS, NOTE_MOST, OPEN, RefusedError, dialled
from booths.cards.spread import Spread, spread
from directory.organisations import doors
from fairs.queries import at_a_fair_with
from people import text
from people.addresses import readable
from people.forms import Form
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, page, redirect

PAGE = 30
_CHANGED = N_("Somebody else has changed this note meanwhile. What you typed is still here; please put both together.")


async def index(request: Request) -> Response:
    """The cards that the filter shows, the latest first."""
    before = request.query_params.get("before")
    if before is not None and not is_id(before):
        raise not_found()
    return await _page(request, Asked.of(request.query_params), before)


async def assess(request: Request) -> Response:
    """Say what one thinks of a card; pressed again, nothing any more."""
    form, card_id = await Form.of(request), _id(request)
    async with kernel_of(request).database.write() as uow:
        seen = await doors.admitted(request, uow.session, belongs)
        try:
            kind, by_id = form.typed("assessment"), request.state.person.id
            await actions.assess(uow, seen.organisation.id, card_id, kind, by_id=by_id)
        except RefusedError as refused:
            raise not_found() from refused
    return redirect(_back(request, form, card_id))


async def write_note(request: Request) -> Response:
    """Write down something about a card, for all of the organisation."""
    form, card_id = await Form.of(request), _id(request)
    note, before = (form.take(field, text.paragraphs(NOTE_MOST), "") for field in ("note", "before"))
    async with kernel_of(request).database.write() as uow:
        seen = await doors.admitted(request, uow.session, belongs)
        if form.good:
            by_id = request.state.person.id
            try:
                await actions.write_note(uow, seen.organisation.id, card_id, note, before=before, by_id=by_id)
            except RefusedError as refused:
                if refused.code != "changed":
                    raise not_found() from refused
                form.refuse("note", _CHANGED)
    if not form.good:
        return await _alone(request, card_id, form)
    said = N_("The note is saved.") if note else N_("The note is gone.")
    return redirect(_back(request, form, card_id), said=translations(locale_of(request)).gettext(said))


async def _page(request: Request, asked: Asked, before: str | None) -> Response:
    person, database = request.state.person, kernel_of(request).database
    async with database.read() as session:
        seen = await doors.admitted(request, session, belongs)
    await telling.seen(database, person.id, seen.organisation.id)
    async with database.read() as session:
        fairs = await queries.fairs_with_cards(session, seen.organisation.id)
        which = asked.among(fairs)
        found = await queries.at_organisation(session, seen.organisation.id, which, before=before, limit=PAGE + 1)
        counts = await queries.assessed(session, seen.organisation.id, which.fair_id)
        days = await _days(request, session, seen.organisation.id, fairs, which) if before is None else None
        shown = found[:PAGE]
        known = await at_a_fair_with(session, person.id, [each.card.person_id for each in shown])
    path = f"/o/{seen.organisation.slug}/cards"
    return page(
        request,
        "booths/cards/team.html",
        headers=PRIVATE,
        organisation=seen.organisation,
        standing=seen.standing,
        before=before or "",
        path=path,
        asked=asked,
        fairs=fairs,
        total=sum(each.number for each in fairs),
        counts=counts,
        cards=shown,
        known=known,
        days=days,
        first=before is None,
        onward=path + asked.with_page(shown[-1].card.id) if len(found) > PAGE else "",
        **_words(),
    )


async def _alone(request: Request, card_id: str, form: Form) -> Response:
    """One card, with a note that was not taken."""
    async with kernel_of(request).database.read() as session:
        seen = await doors.admitted(request, session, belongs)
        one = await queries.one_at_organisation(session, seen.organisation.id, card_id)
        if one is None:
            raise not_found()
    path, asked = f"/o/{seen.organisation.slug}/cards", _asked_by(form)
    around = {"organisation": seen.organisation, "path": path, "asked": asked}
    return page(request, "booths/cards/note.html", 422, headers=PRIVATE, one=one, form=form, **around, **_words())


async def _days(
    request: Request, session: AsyncSession, organisation_id: str, fairs: list[FairCount], which: Filter
) -> Spread | None:
    """How the cards are spread over the days of a fair, where they are all of one."""
    only = which.fair_id or (fairs[0].id if len(fairs) == 1 else "")
    if not only:
        return None
    return await spread(session, organisation_id, only, locale_of(request))


def _words() -> dict[str, Any]:
    return {
        "assessments": ASSESSMENTS,
        "open_ones": OPEN,
        "note_most": NOTE_MOST,
        "dialled": dialled,
        "readable": readable,
        "mail_to": lambda address: f"mailto:{quote(address, safe='@')}",
    }


def _asked_by(form: Form) -> Asked:
    return Asked.of({name: form.typed(name) for name in ("fair", "is")})


def _back(request: Request, form: Form, card_id: str) -> str:
    """The list as it was filtered, at the card."""
    asked, before = _asked_by(form), form.typed("page")
    return f"/o/{request.path_params['slug']}/cards{asked.with_page(before if is_id(before) else '')}#card-{card_id}"


def _id(request: Request) -> str:
    card_id: str = request.path_params["card"]
    if not is_id(card_id):
        raise not_found()
    return card_id


routes = [
    Route("/o/{slug}/cards", index, name="cards_of_organisation"),
    Route("/o/{slug}/cards/{card}/assessment", assess, methods=["POST"], name="assess_card"),
    Route("/o/{slug}/cards/{card}/note", write_note, methods=["POST"], name="write_card_note"),
]
