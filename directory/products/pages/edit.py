"""Making and changing products."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.organisations import doors as organisation_doors
from directory.organisations.actions import RefusedError
from directory.organisations.fields import DESCRIPTION_MOST, LINE_MOST, PITCH_MOST
from directory.organisations.model import Organisation
from directory.organisations.pages.edit import VISIBILITY_NAMES, locale_names
from directory.organisations.pages.forms import large_form
from directory.products import actions, queries
from directory.products.fields import RULES
from directory.products.model import Product
from directory.products.pages import doors
from directory.products.shown import ProductShown
from directory.products.vocabulary import CATEGORIES, CURRENCIES, MATURITIES
from people.forms import Form
from people.limits import may
from server.kernel.parts import kernel_of
from web.i18n import LOCALES, N_, translations
from web.render import locale_of, page, redirect

MADE = "200 per day"
NAMES = tuple(f"name.{locale}" for locale in LOCALES)
LINES = ("category", "maturity", "price_from", "price_to", "currency", "url", "visibility")
TEXTS = tuple(f"{part}.{locale}" for part in ("name", "line", "description") for locale in LOCALES)


async def new(request: Request) -> Response:
    """The form for another product."""
    async with kernel_of(request).database.read() as session:
        seen = await organisation_doors.admitted(request, session, doors.edits)
    return await _page(request, seen.organisation, Form(None, locale_of(request), currency="EUR", visibility="public"))


async def create(request: Request) -> Response:
    """Make it."""
    form = await large_form(request)
    values = values_of(form)
    async with kernel_of(request).database.read() as session:
        seen = await organisation_doors.admitted(request, session, doors.edits)
    if not form.good:
        return await _page(request, seen.organisation, form, status=422)
    await may(request, "product", MADE)
    try:
        async with kernel_of(request).database.write() as uow:
            seen = await organisation_doors.admitted(request, uow.session, doors.edits)
            slug = await actions.create(uow, seen.organisation.id, values, by_id=request.state.person.id)
    except RefusedError:
        form.say(N_("This organisation has as many products as can be made by hand. More come by import."))
        return await _page(request, seen.organisation, form, status=422)
    _ = translations(locale_of(request)).gettext
    return redirect(f"/o/{seen.organisation.slug}/products/{slug}/edit", said=_("The product is in the directory now."))


async def show_form(request: Request) -> Response:
    """Everything that is said about a product, to be changed."""
    async with kernel_of(request).database.read() as session:
        seen, product = await doors.admitted(request, session, doors.edits)
        current = await queries.fields_of(session, product.id)
    return await _page(request, seen.organisation, filled(current, locale_of(request)), product)


async def save(request: Request) -> Response:
    """Change it; whatever is wrong, everything typed stays."""
    form = await large_form(request)
    values = values_of(form)
    async with kernel_of(request).database.write() as uow:
        seen, product = await doors.admitted(request, uow.session, doors.edits)
        if form.good:
            await actions.edit(uow, product.id, values, by_id=request.state.person.id)
    if not form.good:
        return await _page(request, seen.organisation, form, product, 422)
    _ = translations(locale_of(request)).gettext
    return redirect(f"/o/{seen.organisation.slug}/products/{product.slug}", said=_("Your changes are saved."))


async def remove(request: Request) -> Response:
    """Show a product no longer."""
    async with kernel_of(request).database.write() as uow:
        seen, product = await doors.admitted(request, uow.session, doors.edits)
        await actions.remove(uow, product.id, by_id=request.state.person.id)
    _ = translations(locale_of(request)).gettext
    said = _("The product is not shown any more. Below you can show it again.")
    return redirect(f"/o/{seen.organisation.slug}/products#removed", said=said)


async def bring_back(request: Request) -> Response:
    """Show it again."""
    async with kernel_of(request).database.write() as uow:
        seen, product = await doors.admitted_to_removed(request, uow.session)
        await actions.bring_back(uow, product.id, by_id=request.state.person.id)
    _ = translations(locale_of(request)).gettext
    return redirect(f"/o/{seen.organisation.slug}/products/{product.slug}", said=_("The product is shown again."))


def values_of(form: Form) -> dict[str, Any]:
    """Clean values of the whole form; what is wrong is noted in the form."""
    values: dict[str, Any] = {name: form.take(name, RULES[name], None) for name in (*LINES, *TEXTS)}
    values["certificates"] = form.check("certificates", lambda: RULES["certificates"](form.all("certificates")), ())
    if form.good and not any(values[name] for name in NAMES):
        form.refuse(NAMES[0], N_("Please give the product a name, in one language at least."))
    least, most = values["price_from"], values["price_to"]
    if form.good and least is not None and most is not None and least > most:
        form.refuse("price_to", N_("That is less than the lower price."))
    if least is None and most is None:
        values["currency"] = ""
    return values


def filled(current: Mapping[str, Any], locale: str) -> Form:
    """The form with what is known."""
    values = {name: current[name] for name in (*LINES, *TEXTS)} | {"certificates": current["certificates"]}
    values |= {name: _typed(current[name], locale) for name in ("price_from", "price_to")}
    return Form(None, locale, **values | {"currency": current["currency"] or "EUR"})


async def refused_page(request: Request, field: str, why: str, status: int) -> Response:
    """The page again, with why an upload was not taken."""
    async with kernel_of(request).database.read() as session:
        seen, product = await doors.admitted(request, session, doors.edits)
        current = await queries.fields_of(session, product.id)
    form = filled(current, locale_of(request))
    return await _page(request, seen.organisation, form, product, status, {field: why})


def _typed(cents: int | None, locale: str) -> str:
    if cents is None:
        return ""
    whole, part = divmod(cents, 100)
    return f"{whole}{',' if locale == 'de' else '.'}{part:02}" if part else str(whole)


async def _page(
    request: Request,
    organisation: Organisation,
    form: Form,
    product: Product | None = None,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
) -> Response:
    locale = locale_of(request)
    _ = translations(locale).gettext
    path = f"/o/{organisation.slug}"
    nothing: Sequence[tuple[str, str]] = [("", "–")]
    shown, documents = None, []
    if product is not None:
        async with kernel_of(request).database.read() as session:
            fields = await queries.fields_of(session, product.id)
            shown = ProductShown.of(product, fields, await queries.pictures_of(session, product.id), path, locale)
            documents = list(await queries.documents_of(session, product.id))
    return page(
        request,
        "products/edit.html",
        status,
        headers={"cache-control": "no-store"},
        organisation=organisation,
        path=path,
        product=shown,
        documents=documents,
        form=form,
        certificates=[*form.all("certificates"), "", ""],
        errors={"picture": "", "document": ""} | dict(errors or {}),
        locale_names=locale_names(locale),
        visibilities=[(code, _(name)) for code, name in VISIBILITY_NAMES],
        categories=[*nothing, *CATEGORIES.choices(locale)],
        maturities=[*nothing, *MATURITIES.choices(locale)],
        currencies=[(code, code) for code in CURRENCIES],
        name_most=LINE_MOST,
        line_most=PITCH_MOST,
        description_most=DESCRIPTION_MOST,
    )


routes = [
    Route("/o/{slug}/new-product", new, name="new_product"),
    Route("/o/{slug}/products", create, methods=["POST"], name="create_product"),
    Route("/o/{slug}/products/{product}/edit", show_form, name="edit_product"),
    Route("/o/{slug}/products/{product}/edit", save, methods=["POST"], name="save_product"),
    Route("/o/{slug}/products/{product}/remove", remove, methods=["POST"], name="remove_product"),
    Route("/o/{slug}/products/{product}/return", bring_back, methods=["POST"], name="return_product"),
]
