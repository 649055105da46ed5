"""The way into a product's pages: which one an address means, of which organisation."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from directory.organisations import doors
from directory.organisations.policy import Standing
from directory.organisations.queries import Seen
from directory.products import queries
from directory.products.model import Product
from server.kernel.http import not_found


async def found(request: Request, session: AsyncSession) -> tuple[Seen, Product | None]:
    """The organisation and the product that an address names. None: the organisation has moved, with its products.

    Raises ProblemError 404.
    """
    seen = await doors.found(request, session)
    if seen.moved_to is not None:
        return seen, None
    slug, person_id = request.path_params["product"], seen.standing.person_id
    known = len(slug) <= doors.SLUG_MOST
    product = await queries.by_slug(session, seen.organisation.id, slug, person_id) if known else None
    if product is None:
        raise not_found()
    return seen, product


async def admitted(request: Request, session: AsyncSession, may: doors.May) -> tuple[Seen, Product]:
    """The same, for who may do something with it. Raises ProblemError 404 and 403."""
    await doors.admitted(request, session, may)
    seen, product = await found(request, session)
    if product is None:
        raise not_found()
    return seen, product


async def admitted_to_removed(request: Request, session: AsyncSession) -> tuple[Seen, Product]:
    """The product of an address that is not shown any more, for who may show it again. Raises ProblemError 404, 403."""
    seen = await doors.admitted(request, session, edits)
    slug = request.path_params["product"]
    known = len(slug) <= doors.SLUG_MOST
    product = await queries.removed_by_slug(session, seen.organisation.id, slug) if known else None
    if product is None:
        raise not_found()
    return seen, product


def edits(standing: Standing) -> bool:
    """Whether somebody changes the products of an organisation."""
    return standing.edits
