"""Products for programs: read as anybody may, changed by those who manage their organisation, by the forms' rules."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from directory.api import answering, queries, taking
from directory.api.declared import VERSION, Call, Operation
from directory.api.organisations import edited
from directory.api.ruling import by_rules, text_fields
from directory.api.shapes.products import Product, ProductChange, ProductNew, ProductPage, ProductQuery
from directory.organisations import queries as organisation_queries
from directory.organisations.actions import RefusedError
from directory.products import actions
from directory.products import queries as product_queries
from directory.products.fields import RULES
from directory.products.pages.edit import MADE, NAMES
from people.limits import may
from server.kernel.access import Access
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError, not_found
from web.i18n import N_, translations
from web.render import locale_of


async def many(call: Call) -> Response:
    """A page of the products that one may see."""
    query: ProductQuery = call.query
    wanted = queries.WantedProducts(query.updated_since, query.organisation, query.category)
    async with call.kernel.database.read() as session:
        found = await queries.products(session, call.person_id, wanted, answering.mark_in(query), query.limit + 1)
        shown = await _shown(call, session, found)
    return answering.page(call, shown, [answering.cursor(one.row.updated_at, one.row.id) for one in found])


async def one(call: Call) -> Response:
    """One product."""
    async with call.kernel.database.read() as session:
        return answering.record(call, await _one(call, session, call.id))


async def create(call: Call) -> Response:
    """Make one."""
    given: ProductNew = call.body
    values = _consistent(call, by_rules(call, _by_field(given), RULES), {})
    await may(call.request, "product", MADE)
    async with call.kernel.database.write() as uow:
        organisation = await edited(call, uow, given.organisation)
        try:
            slug = await actions.create(uow, organisation.id, values, by_id=call.by_id)
        except RefusedError as refused:
            detail = "This organisation has as many products as can be made by hand. More come by import."
            raise ProblemError(409, refused.code, detail) from None
        id_ = await queries.product_id(uow.session, call.person_id, organisation.id, slug)
        shown = await _one(call, uow.session, id_)
    return answering.record(call, shown, 201, f"{VERSION}/products/{shown.id}")


async def change(call: Call) -> Response:
    """Change one."""
    given: ProductChange = call.body
    values = by_rules(call, _by_field(given), RULES)
    async with call.kernel.database.write() as uow:
        await editable(call, uow)
        shown = await _one(call, uow.session, call.id)
        answering.check_match(call.request, shown)
        current = (await queries.product_fields(uow.session, [call.id]))[call.id]
        await actions.edit(uow, call.id, _consistent(call, values, current), by_id=call.by_id)
        uow.session.expire_all()
        shown = await _one(call, uow.session, call.id)
    return answering.record(call, shown)


async def remove(call: Call) -> Response:
    """Show one no longer."""
    async with call.kernel.database.write() as uow:
        await editable(call, uow)
        answering.check_match(call.request, await _one(call, uow.session, call.id))
        await actions.remove(uow, call.id, by_id=call.by_id)
    return Response(status_code=204)


async def bring_back(call: Call) -> Response:
    """Show one again; one that is shown stays so."""
    async with call.kernel.database.write() as uow:
        organisation_id = await product_queries.organisation_of(uow.session, call.id)
        if organisation_id is None:
            raise not_found()
        if await queries.product(uow.session, call.person_id, call.id) is None:
            await _knowing(call, uow.session, organisation_id)
        await edited(call, uow, organisation_id)
        await actions.bring_back(uow, call.id, by_id=call.by_id)
        await uow.session.flush()
        shown = await _one(call, uow.session, call.id)
    return answering.record(call, shown)


async def editable(call: Call, uow: UnitOfWork) -> None:
    """Lock the product, and before it its organisation. Raises ProblemError 404 and 403."""
    found = await queries.product(uow.session, call.person_id, call.id)
    if found is None:
        raise not_found()
    await edited(call, uow, found.row.organisation_id)
    if await queries.product(uow.session, call.person_id, call.id, locked=True) is None:
        raise not_found()


async def _knowing(call: Call, session: AsyncSession, organisation_id: str) -> None:
    """That there was a product which one does not see is known to those who edit it alone. Raises ProblemError 404."""
    seen = await organisation_queries.by_id(session, organisation_id, call.person)
    if seen is None or not seen.standing.edits:
        raise not_found()


async def _one(call: Call, session: AsyncSession, product_id: str | None) -> Product:
    found = await queries.product(session, call.person_id, product_id) if product_id else None
    if found is None:
        raise not_found()
    return (await _shown(call, session, [found]))[0]


async def _shown(call: Call, session: AsyncSession, found: Sequence[queries.FoundProduct]) -> list[Product]:
    ids = [one.row.id for one in found]
    fields = await queries.product_fields(session, ids)
    pictures = await queries.pictures(session, ids)
    licences = await organisation_queries.licences_of(session, [(one.row.source, one.row.source_id) for one in found])
    return [Product.of(one, fields[one.row.id], pictures.get(one.row.id, ()), licences, call.site) for one in found]


def _consistent(call: Call, values: dict[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    """The values with what holds between them and the `current` ones, as in the form. Raises ProblemError 409."""
    _ = translations(locale_of(call.request)).gettext
    after = {**current, **values}
    least, most = after.get("price_from"), after.get("price_to")
    errors = {}
    if not any(after.get(name) for name in NAMES):
        errors["/texts"] = _("Please give the product a name, in one language at least.")
    if least is not None and most is not None and least > most:
        errors["/price_to"] = _("That is less than the lower price.")
    if least is None and most is None:
        values["currency"] = ""
    elif not after.get("currency"):
        errors["/currency"] = _("A price has a currency.")
    if errors:
        raise taking.against_the_rules(errors)
    return values


def _by_field(given: ProductChange) -> dict[str, tuple[str, Any]]:
    names = given.model_fields_set - {"texts", "organisation"}
    return {name: (f"/{name}", getattr(given, name)) for name in sorted(names)} | text_fields(given)


operations = [
    Operation(
        "GET", "/products", "list_products", Access.API,
        N_("Products, in the order in which they last changed"), many, ProductPage, ProductQuery,
        about=N_("To keep a copy, read all pages, keep the last cursor, and go on from there later."),
    ),
    Operation(
        "POST", "/products", "create_product", Access.API_PRODUCTS,
        N_("Make a product of an organisation that you manage"), create, Product, body=ProductNew, status=201,
        refusals=(403, 404, 409),
    ),
    Operation("GET", "/products/{id}", "get_product", Access.API, N_("One product"), one, Product),
    Operation(
        "PATCH", "/products/{id}", "change_product", Access.API_PRODUCTS,
        N_("Change a product of an organisation that you manage"), change, Product, body=ProductChange,
        refusals=(403, 409, 412),
        about=N_("What is left out stays. What you change here, imports leave alone from then on."),
    ),
    Operation(
        "DELETE", "/products/{id}", "remove_product", Access.API_PRODUCTS,
        N_("Show a product no longer"), remove, status=204, refusals=(403, 412),
        about=N_("Nothing is deleted: it can be shown again."),
    ),
    Operation(
        "POST", "/products/{id}/return", "return_product", Access.API_PRODUCTS,
        N_("Show a product again that was taken off"), bring_back, Product, refusals=(403,),
    ),
]  # fmt: skip
