"""The pages on which a fair is planned: a new one, and what is said of one that is there."""

from datetime import date, timedelta

from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairs import actions
from fairs.actions import Plan
from fairs.doors import Visit, visit
from fairs.rules import EARLIEST, LATEST, LONGEST_DAYS, SLUG_MOST, is_slug, slug_from
from people import text, zones
from people.forms import Form
from people.text import UnacceptableError
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, page, redirect


async def begin(request: Request) -> Response:
    """The empty form of a new fair, in the zone of who plans it."""
    return _page(request, Form(None, locale_of(request), time_zone=request.state.person.time_zone))


async def create(request: Request) -> Response:
    """Make the fair; who makes it is its first organiser. Whatever is wrong, everything typed stays."""
    form = await Form.of(request)
    plan = _plan(form)
    if plan is not None:
        try:
            async with kernel_of(request).database.write() as uow:
                await actions.create(uow, plan, organiser_id=request.state.person.id)
        except IntegrityError:
            form.refuse("slug", N_("Another fair has this address."))
        else:
            words = _said(request, N_("The fair is there, and its lobby is open."))
            return redirect(f"/fairs/{plan.slug}/desk", said=words)
    return _page(request, form, status=422)


async def show(request: Request) -> Response:
    """The form of a fair that is there."""
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
    known = {name: getattr(here.fair, name) for name in ("name", "tagline", "starts_on", "ends_on", "time_zone")}
    return _page(request, Form(None, locale_of(request), **known), here)


async def revise(request: Request) -> Response:
    """Change what is said of the fair. Its address stays: it stands in mails and calendars."""
    form = await Form.of(request)
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        plan = _plan(form, here.fair.slug)
        if plan is None:
            return _page(request, form, here, status=422)
        await actions.revise(uow, here.fair, plan, by_id=request.state.person.id)
    return redirect(here.shown.path, said=_said(request, N_("What is said of the fair is changed.")))


def _plan(form: Form, slug: str = "") -> Plan | None:
    """What the form says; for a fair that is there, with the address that it has. None where something is wrong."""
    name = form.take("name", _name, "")
    tagline = form.take("tagline", text.one_line(text.LINE_MOST), "")
    zone = form.take("time_zone", zones.zone, "")
    starts_on = form.take("starts_on", _day, date.min)
    ends_on = form.take("ends_on", _day, date.max)
    if "starts_on" not in form.errors and "ends_on" not in form.errors:
        form.check("ends_on", lambda: _length(starts_on, ends_on), None)
    # Last, as on the page: what is wrong is told from its top, and the first has the focus. Without a name it is none.
    if not slug and (form.typed("slug").strip() or "name" not in form.errors):
        slug = form.check("slug", lambda: _slug(form), "")
    return Plan(slug, name, tagline, starts_on, ends_on, zone) if form.good else None


def _name(typed: str) -> str:
    clean = text.one_line(text.NAME_MOST)(typed)
    if not any(character.isalnum() for character in clean):
        raise UnacceptableError(N_("Please give the fair a name."))
    return clean


def _slug(form: Form) -> str:
    typed = form.typed("slug").strip() or slug_from(form.typed("name"))
    if not is_slug(typed):
        raise UnacceptableError(N_("Please write small letters from a to z, digits and hyphens."))
    return typed


def _day(typed: str) -> date:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = date.min
    if not EARLIEST <= day <= LATEST:
        raise UnacceptableError(N_("Please choose a day."))
    return day


def _length(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise UnacceptableError(N_("The last day cannot be before the first."))
    if ends_on - starts_on >= timedelta(days=LONGEST_DAYS):
        raise UnacceptableError(N_("A fair lasts %(most)s days at most."), most=LONGEST_DAYS)


def _page(request: Request, form: Form, here: Visit | None = None, status: int = 200) -> Response:
    return page(
        request,
        "fairs/plan.html",
        status,
        form=form,
        fair=here.shown if here else None,
        zones=zones.choices(locale_of(request)),
        name_most=text.NAME_MOST,
        line_most=text.LINE_MOST,
        slug_most=SLUG_MOST,
    )


def _said(request: Request, words: str) -> str:
    return translations(locale_of(request)).gettext(words)


routes = [
    Route("/fairs/new", begin, name="new_fair"),
    Route("/fairs/new", create, methods=["POST"], name="create_fair"),
    Route("/fairs/{fair}/plan", show, name="fair_plan"),
    Route("/fairs/{fair}/plan", revise, methods=["POST"], name="revise_fair"),
]
