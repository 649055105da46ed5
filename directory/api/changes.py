"""The change logs of organisations and their products, for programs of those who belong to them."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from directory.api import answering
from directory.api.declared import Call, Operation
from directory.api.shapes.changes import (
    LogPage,
    LogQuery,
    ProductLogEntry,
    ProductLogPage,
    ProductLogQuery,
    RecordLogEntry,
)
from directory.organisations import queries
from directory.products import queries as product_queries
from server.kernel.access import Access
from server.kernel.bearer import token_wanted
from server.kernel.http import ProblemError, not_found
from web.i18n import N_


async def of_organisation(call: Call) -> Response:
    """What was changed about an organisation itself."""
    query: LogQuery = call.query
    async with call.kernel.database.read() as session:
        await _check_belongs(call, session)
        found = await queries.history(session, call.id, query.after, query.limit + 1)
    shown = [RecordLogEntry.of(one) for one in found]
    return answering.page(call, shown, [one.id for one in shown])


async def of_products(call: Call) -> Response:
    """What was changed about its products, also those that are shown no more."""
    query: ProductLogQuery = call.query
    async with call.kernel.database.read() as session:
        await _check_belongs(call, session)
        found = await product_queries.history(
            session, call.id, before=query.after, limit=query.limit + 1, product_id=query.product
        )
    shown = [ProductLogEntry.of_product(row, by) for row, _product, by in found]
    return answering.page(call, shown, [one.id for one in shown])


async def _check_belongs(call: Call, session: AsyncSession) -> None:
    """Be sure that it is one of the token's own, shown or not. Raises ProblemError 401, 404 and 403."""
    if call.person is None:
        raise token_wanted()
    seen = await queries.by_id(session, call.id, call.person)
    if seen is None or seen.moved_to is not None:
        raise not_found()
    if not seen.standing.sees_history:
        raise ProblemError(403, "forbidden", "You do not belong to this organisation.")


_LATEST = N_("For those who belong to it; the latest first.")

operations = [
    Operation(
        "GET", "/organisations/{id}/changes", "list_changes", Access.API,
        N_("Who changed what about an organisation"), of_organisation, LogPage, LogQuery, refusals=(403,),
        about=_LATEST,
    ),
    Operation(
        "GET", "/organisations/{id}/changes/products", "list_product_changes", Access.API,
        N_("Who changed what about its products"), of_products, ProductLogPage, ProductLogQuery,
        refusals=(403,), about=_LATEST,
    ),
]  # fmt: skip
