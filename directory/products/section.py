"""The products on the page of their organisation."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from directory.organisations.parts import Section
from directory.organisations.queries import Seen
from directory.products import queries
from directory.products.shown import ProductCard
from web.render import locale_of

# Products on the organisation's own page; the rest is one step away.
SHOWN = 6


async def bring(request: Request, session: AsyncSession, seen: Seen) -> Section | None:
    """Its first products, and the way to all of them."""
    found = await queries.of_organisation(session, seen.organisation.id, seen.standing.person_id, limit=SHOWN + 1)
    if not found and not seen.standing.edits:
        return None
    path, locale = f"/o/{seen.organisation.slug}", locale_of(request)
    taken_off = bool(seen.standing.edits and await queries.removed_of(session, seen.organisation.id, limit=1))
    cards = [ProductCard.of(one, path, locale) for one in found[:SHOWN]]
    return Section("products/section.html", {"products": cards, "more": len(found) > SHOWN or taken_off})
