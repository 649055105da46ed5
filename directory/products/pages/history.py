"""Who changed what about the products of an organisation: beside its own history, for the same people."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.organisations import doors
from directory.organisations.pages.keeping import CHANGES_PAGE, sees_history
from directory.products import queries
from directory.products.names import CHANGE_NAMES
from directory.products.shown import ProductCard
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.render import locale_of, page


async def show(request: Request) -> Response:
    """The change log of all products, or of the one that `?product=` names, page by page."""
    before, product = request.query_params.get("before"), request.query_params.get("product", "")
    if (before is not None and not is_id(before)) or len(product) > doors.SLUG_MOST:
        raise not_found()
    async with kernel_of(request).database.read() as session:
        seen = await doors.admitted(request, session, sees_history, removed=True)
        found = await queries.history(session, seen.organisation.id, product, before, CHANGES_PAGE + 1)
        shown = found[:CHANGES_PAGE]
        about = list({one.id: one for _change, one, _name in shown}.values())
        path, locale = f"/o/{seen.organisation.slug}", locale_of(request)
        cards = {one.id: ProductCard.of(one, path, locale) for one in await queries.listed(session, about)}
    here = f"{path}/history/products" + (f"?product={quote(product)}" if product else "")
    return page(
        request,
        "products/history.html",
        organisation=seen.organisation,
        standing=seen.standing,
        path=path,
        address=here,
        one=product,
        changes=[(change, name, cards[product_of.id].name) for change, product_of, name in shown],
        names=CHANGE_NAMES,
        older=f"{here}{'&' if product else '?'}before={shown[-1][0].id}" if len(found) > CHANGES_PAGE else "",
        first=before is None,
    )


routes = [Route("/o/{slug}/history/products", show, name="products_history")]
