"""The way into an organisation's pages: which one an address means, who comes, and whether they may."""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from directory.organisations import queries
from directory.organisations.policy import Standing
from directory.organisations.queries import Seen
from people.text import UnacceptableError, one_line
from server.kernel.http import ProblemError, not_found
from web.i18n import N_

# Longer addresses name nothing of ours.
SLUG_MOST = 80
May = Callable[[Standing], bool]


async def found(request: Request, session: AsyncSession) -> Seen:
    """The organisation that the path parameter {slug} names. Raises ProblemError 404.

    One that was merged away is given too: its page leads on, nothing can be done with it.
    """
    slug = request.path_params["slug"]
    seen = await queries.by_slug(session, slug, request.state.person) if len(slug) <= SLUG_MOST else None
    if seen is None:
        raise not_found()
    return seen


async def admitted(request: Request, session: AsyncSession, may: May, *, removed: bool = False) -> Seen:
    """The same, for who may do something with it; with `removed` also while it is shown no longer.

    Raises ProblemError: 404 where it is not there, or its page is not for them; 403 for what they may not do.
    """
    seen = await found(request, session)
    if seen.moved_to is not None or (seen.removed is not None and not removed):
        raise not_found()
    if not may(seen.standing):
        if request.method in ("GET", "HEAD"):
            raise not_found()
        raise ProblemError(403, "forbidden", "You may not do this.")
    return seen


def slug_typed(typed: str) -> str:
    """The name in addresses of an organisation, of a whole address too. Raises UnacceptableError."""
    slug = one_line(400)(typed).split("?")[0].split("#")[0].rstrip("/").rpartition("/")[2]
    if not slug or len(slug) > SLUG_MOST:
        raise UnacceptableError(N_("Please give the organisation."))
    return slug
