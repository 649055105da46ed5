"""A partner's desk: its figures, whom it brings, its look; and the administrator's word who is a partner."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.exports.answer import file_of, format_asked
from directory.exports.table import Column, Row, Table
from directory.organisations import queries as organisations
from directory.organisations.doors import May, slug_typed
from directory.organisations.doors import admitted as admitted_to_organisation
from directory.organisations.parts import organisations_of
from directory.organisations.policy import Standing
from directory.organisations.queries import Seen
from directory.partners import actions, look, queries, statistics
from directory.partners.actions import RefusedError
from directory.partners.hosts import address
from directory.partners.model import Partner
from directory.partners.pages.landing import admitted, at_desk
from directory.partners.statistics import Counted, Statistics
from people.forms import Form
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError, not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.paging import offset_in
from web.render import locale_of, page, redirect

# Organisations that wait for somebody, on one page.
WAITING = 30


@dataclass(frozen=True)
class Share:
    """A bar of a chart: what it is, how many, and the whole it is measured by."""

    name: str
    count: int
    whole: int


async def show(request: Request) -> Response:
    """The desk."""
    return await desk_page(request, Form(None, locale_of(request)))


async def take_along(request: Request) -> Response:
    """The figures as a file."""
    locale = locale_of(request)
    async with kernel_of(request).database.read() as session:
        seen, _partner = await own(request, session)
        ending = await format_asked(request)
        found = await _figures(request, session, seen)
    _ = translations(locale).gettext
    columns = Column("part", _("Part")), Column("what", _("What")), Column("count", _("How many"))

    async def once() -> AsyncIterator[list[Row]]:
        yield list(statistics.rows(found, locale))

    return file_of(Table("network", columns, once()), ending)


async def bring(request: Request) -> Response:
    """Take an organisation into the network, by the address of its page or by its name in addresses."""
    form = await Form.of(request)
    slug = form.take("organisation", slug_typed, "")
    async with kernel_of(request).database.write() as uow:
        seen, _ = await own(request, uow.session)
        person: Person = request.state.person
        wanted = await organisations.by_slug(uow.session, slug, person) if slug else None
        if form.good and (wanted is None or wanted.removed is not None):
            form.refuse("organisation", N_("No organisation has this address."))
        if wanted is not None and form.good:
            await _bring(form, uow, seen, wanted.organisation.id, person.id)
    if not form.good:
        return await desk_page(request, form, 422)
    _ = translations(locale_of(request)).gettext
    return redirect(_desk(request), said=_("The organisation is in your network."))


async def _bring(form: Form, uow: UnitOfWork, seen: Seen, organisation_id: str, by_id: str) -> None:
    try:
        await actions.bring(uow, seen.organisation.id, organisation_id, by_id=by_id)
    except RefusedError:
        form.refuse("organisation", N_("An institution is no member of its own network."))


async def let_go(request: Request) -> Response:
    """Take an organisation out of the network."""
    organisation_id = request.path_params["organisation"]
    if not is_id(organisation_id):
        raise not_found()
    async with kernel_of(request).database.write() as uow:
        seen, _ = await own(request, uow.session)
        await actions.let_go(uow, seen.organisation.id, organisation_id, by_id=request.state.person.id)
    _ = translations(locale_of(request)).gettext
    return redirect(_desk(request), said=_("The organisation is no longer in your network."))


async def take_look(request: Request) -> Response:
    """Show the partner's pages in its own colour, and its headlines in a face."""
    form = await Form.of(request)
    accent, face = form.take("accent", look.accent, ""), form.take("face", look.face, "")
    async with kernel_of(request).database.write() as uow:
        seen, _ = await own(request, uow.session, edits)
        if form.good:
            await actions.take_colour(uow, seen.organisation.id, accent)
            await actions.take_face(uow, seen.organisation.id, face)
    if not form.good:
        return await desk_page(request, form, 422)
    return redirect(_desk(request), said=translations(locale_of(request)).gettext("The look is saved."))


async def appoint(request: Request) -> Response:
    """Make an organisation a partner, or end that, as the form says. For who runs the platform."""
    form = await Form.of(request)
    async with kernel_of(request).database.write() as uow:
        seen = await admitted_to_organisation(request, uow.session, _runs_the_platform)
        if form.typed("on") == "yes":
            await actions.appoint(uow, seen.organisation.id, by_id=request.state.person.id)
        else:
            await actions.dismiss(uow, seen.organisation.id, by_id=request.state.person.id)
    _ = translations(locale_of(request)).gettext
    return redirect(f"/o/{request.path_params['slug']}", said=_("It is saved."))


async def desk_page(request: Request, form: Form, status: int = 200) -> Response:
    """The desk with a form, and what is wrong with it. Raises ProblemError for who does not belong there."""
    locale = locale_of(request)
    async with kernel_of(request).database.read() as session:
        seen, partner = await own(request, session)
        found = await _figures(request, session, seen)
        latest = await queries.latest(session, seen.organisation.id)
        after = offset_in(request, "waiting")
        waits = await queries.waiting_for_somebody(
            session, seen.organisation.id, kernel_of(request).clock.now(), limit=WAITING + 1, after=after
        )
        host = await queries.host_of(session, seen.organisation.id)
        moderators = await queries.moderators(session, seen.organisation.id)
        could = await queries.may_be_moderators(session, seen.organisation.id) if seen.standing.administers else []
    return page(
        request,
        "partners/desk.html",
        status,
        form=form,
        partner=partner,
        organisation=seen.organisation,
        path=f"/partners/{seen.organisation.slug}",
        total=found.organisations,
        totals=[(statistics.named("totals", each, locale), each.count) for each in found.totals],
        charts=_charts(found, locale),
        growth=_growth(found.growth),
        latest=latest,
        waits=waits[:WAITING],
        waiting=f"?waiting={after}" if after else "",
        invited=request.path_params.get("organisation"),
        later=f"?waiting={after + WAITING}#waits-title" if len(waits) > WAITING else "",
        earlier=f"?waiting={max(after - WAITING, 0)}#waits-title" if after else "",
        host=host,
        host_address=address(kernel_of(request).settings, host) if host else "",
        admin=seen.standing.admin,
        standing=seen.standing,
        moderators=moderators,
        could_moderate=[(each.person_id, each.name) for each in could],
        faces=[(code, translations(locale).gettext(name)) for code, name in look.FACES.items()],
    )


async def own(request: Request, session: AsyncSession, may: May | None = None) -> tuple[Seen, Partner]:
    """The partner that the address names, for who works at its desk, or of those for who may. Raises ProblemError."""
    seen, partner = await admitted(request, session)
    if not (may(seen.standing) if may else await at_desk(session, seen)):
        if request.method == "GET":
            raise not_found()
        raise ProblemError(403, "forbidden", "You may not do this.")
    return seen, partner


def edits(standing: Standing) -> bool:
    """Whether somebody changes the look of the institution's pages."""
    return standing.edits


def _runs_the_platform(standing: Standing) -> bool:
    return standing.admin


async def _figures(request: Request, session: AsyncSession, seen: Seen) -> Statistics:
    now, person_id = kernel_of(request).clock.now(), request.state.person.id
    counters = organisations_of(request).counters
    return await statistics.statistics(session, person_id, seen.organisation.id, counters, now)


def _charts(found: Statistics, locale: str) -> list[tuple[str, list[Share]]]:
    """The parts of the network as bars, each part with its name; empty ones are left out."""
    _ = translations(locale).gettext
    drawn = []
    for part in ("kinds", "industries", "countries"):
        counted: Sequence[Counted] = getattr(found, part)
        most = max((each.count for each in counted), default=1)
        bars = [Share(statistics.named(part, each, locale), each.count, most) for each in counted]
        drawn.append((_(statistics.PARTS[part]), bars))
    return [(name, bars) for name, bars in drawn if bars]


def _growth(growth: Sequence[tuple[datetime, int]]) -> list[tuple[datetime, int, int]]:
    """Each moment with its count, and its height in a chart of 100 units."""
    most = max(*(count for _, count in growth), 1)
    return [(at, count, round(100 * count / most)) for at, count in growth]


def _desk(request: Request) -> str:
    return f"/partners/{request.path_params['slug']}/desk"


routes = [
    Route("/partners/{slug}/desk", show, name="partner_desk"),
    Route("/partners/{slug}/export.{format}", take_along, name="export_partner_figures"),
    Route("/partners/{slug}/organisations", bring, methods=["POST"], name="bring_organisation"),
    Route("/partners/{slug}/organisations/{organisation}/remove", let_go, methods=["POST"], name="let_go"),
    Route("/partners/{slug}/look", take_look, methods=["POST"], name="take_look"),
    Route("/o/{slug}/partner", appoint, methods=["POST"], name="appoint_partner"),
]
