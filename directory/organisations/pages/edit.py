"""Making an organisation, and changing what is said about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.organisations import actions, doors, queries
from directory.organisations.domains import domain_of, is_claimable
from directory.organisations.fields import DESCRIPTION_MOST, NAME_MOST, PITCH_MOST
from directory.organisations.model import Organisation
from directory.organisations.namesakes import of_name
from directory.organisations.pages.forms import all_values, filled, first_values, large_form, link_rows, location_rows
from directory.organisations.policy import Standing
from directory.organisations.shown import Shown
from directory.organisations.vocabulary import (
    BUSINESS_MODELS,
    CUSTOMER_FOCUS,
    KINDS,
    SIZES,
    STAGES,
    TAGS,
    country_choices,
)
from people import languages
from people.forms import Form
from people.limits import may
from server.kernel.parts import kernel_of
from web.i18n import LOCALES, N_, translations
from web.render import locale_of, page, redirect

MADE = "20 per day"
LOCALE_NAMES = {"de": N_("In German"), "en": N_("In English")}
VISIBILITY_NAMES = (
    ("public", N_("Everybody, search engines too")),
    ("members", N_("Only people who are signed in")),
)


async def new(request: Request) -> Response:
    """The short form for an organisation that is not in the directory yet."""
    person = request.state.person
    suggested = Form(None, locale_of(request), kind="company", name=person.organisation, country="DE")
    return _first_page(request, suggested)


async def create(request: Request) -> Response:
    """Make it, unless its website or its name is known already: then its record is shown first."""
    form = await Form.of(request)
    values = first_values(form)
    if not form.good:
        return _first_page(request, form, 422)
    if "another" not in form and (known := await _known(request, values)):
        return _first_page(request, form, 422, **known)
    await may(request, "organisation", MADE)
    async with kernel_of(request).database.write() as uow:
        slug = await actions.create(uow, values, by_id=request.state.person.id)
    _ = translations(locale_of(request)).gettext
    return redirect(f"/o/{slug}/edit", said=_("%(name)s is in the directory now.") % {"name": values["name"]})


async def show_form(request: Request) -> Response:
    """Everything that is said about an organisation, to be changed."""
    async with kernel_of(request).database.read() as session:
        seen = await doors.admitted(request, session, _edits)
        current = await queries.fields_of(session, seen.organisation.id)
    shown = Shown.of(seen.organisation, current, locale_of(request))
    return await edit_page(request, shown, seen.standing, filled(current, locale_of(request)))


async def save(request: Request) -> Response:
    """Change it; whatever is wrong, everything typed stays."""
    form = await large_form(request)
    person = request.state.person
    async with kernel_of(request).database.write() as uow:
        seen = await doors.admitted(request, uow.session, _edits)
        current = await queries.fields_of(uow.session, seen.organisation.id)
        values = all_values(form, current)
        if form.good:
            await actions.edit(uow, seen.organisation.id, values, by_id=person.id)
    if not form.good:
        return await edit_page(
            request, Shown.of(seen.organisation, current, locale_of(request)), seen.standing, form, 422
        )
    _ = translations(locale_of(request)).gettext
    return redirect(f"/o/{seen.organisation.slug}", said=_("Your changes are saved."))


async def edit_page(
    request: Request, shown: Shown, standing: Standing, form: Form, status: int = 200, **errors: str
) -> Response:
    """The page with the whole form; `errors` of the forms for pictures and documents beside it."""
    locale = locale_of(request)
    _ = translations(locale).gettext
    async with kernel_of(request).database.read() as session:
        documents = await queries.documents_of(session, shown.id)
    return page(
        request,
        "organisations/edit.html",
        status,
        headers={"cache-control": "no-store"},
        shown=shown,
        standing=standing,
        documents=documents,
        form=form,
        link_rows=link_rows(form),
        location_rows=location_rows(form),
        errors={"logo": "", "banner": "", "document": ""} | errors,
        locale_names=locale_names(locale),
        visibilities=[(code, _(name)) for code, name in VISIBILITY_NAMES],
        languages=languages.choices(locale),
        **_choices(locale),
    )


def _first_page(
    request: Request, form: Form, status: int = 200, known: Sequence[Organisation] = (), same: str = ""
) -> Response:
    locale = locale_of(request)
    return page(
        request,
        "organisations/new.html",
        status,
        form=form,
        known=known,
        same=same,
        locale_names=locale_names(locale),
        **_choices(locale),
    )


async def _known(request: Request, values: Mapping[str, Any]) -> dict[str, Any]:
    """The organisations that have this website already, or else this name, and which of both; nothing: none has."""
    domain, viewer_id = domain_of(values["website"]), request.state.person.id
    async with kernel_of(request).database.read() as session:
        if is_claimable(domain) and (known := await queries.at_domain(session, viewer_id, domain)):
            return {"known": known, "same": "website"}
        known = await of_name(session, viewer_id, values["name"])
    return {"known": known, "same": "name"} if known else {}


def _choices(locale: str) -> dict[str, Any]:
    nothing = [("", "–")]
    return {
        "kinds": KINDS.choices(locale),
        "sizes": nothing + SIZES.choices(locale),
        "stages": nothing + STAGES.choices(locale),
        "models": nothing + BUSINESS_MODELS.choices(locale),
        "customers": nothing + CUSTOMER_FOCUS.choices(locale),
        "countries": [*nothing, *country_choices(locale)],
        "tags": {kind: vocabulary.choices(locale) for kind, vocabulary in TAGS.items()},
        "name_most": NAME_MOST,
        "pitch_most": PITCH_MOST,
        "description_most": DESCRIPTION_MOST,
    }


def locale_names(locale: str) -> list[tuple[str, str]]:
    """The languages of texts side by side, the reader's own first: codes with what is said above each (message ids)."""
    return [(code, LOCALE_NAMES[code]) for code in sorted(LOCALES, key=lambda code: code != locale)]


def _edits(standing: Standing) -> bool:
    return standing.edits


routes = [
    Route("/organisations/new", new, name="new_organisation"),
    Route("/organisations", create, methods=["POST"], name="create_organisation"),
    Route("/o/{slug}/edit", show_form, name="edit_organisation"),
    Route("/o/{slug}/edit", save, methods=["POST"], name="save_organisation"),
]
