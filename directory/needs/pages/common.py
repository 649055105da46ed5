"""What the pages of needs have in common: which need an address means, and who comes."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from directory.needs import queries
from directory.needs.actions import RefusedError
from directory.needs.seen import CATEGORY_NAMES, STATE_MARKS, STATE_NAMES, Seen, last_day
from directory.organisations.industries import INDUSTRIES
from directory.organisations.technologies import TECHNOLOGIES
from directory.speaking import Viewer, viewer_of
from server.kernel.http import ProblemError, not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.markdown import rendered
from web.render import locale_of

# Why an end cannot be moved by renewing alone: another day has to be chosen, in the form.
NO_NEW_END = {
    "over": N_("Its last day is over: choose another one."),
    "day_chosen": N_("It ends on the day that you chose: choose a later one."),
}
_ID = 36  # characters of an id, the beginning of an address
SAVES, STEPS, ANSWERS, UPLOADS = "60 per hour", "120 per hour", "20 per hour", "40 per hour"


def need_id_in(request: Request) -> str:
    """The id at the beginning of the path's part. Raises ProblemError 404 for what is none."""
    found: str = request.path_params["need"][:_ID]
    if not is_id(found):
        raise not_found()
    return found


async def coming(request: Request, session: AsyncSession) -> Viewer:
    """Who looks."""
    person = request.state.person
    return await viewer_of(session, person.id if person else None)


async def need_in(request: Request, session: AsyncSession, viewer: Viewer) -> Seen:
    """The need of the address, as the viewer sees it. Raises ProblemError 404 for what they may not see."""
    found = await queries.need(session, viewer, need_id_in(request))
    if found is None:
        raise not_found()
    return found


async def may(request: Request, what: str, limit: str) -> None:
    """Count something that the signed-in person does. Raises ProblemError 429."""
    await kernel_of(request).limiter.spend(what, limit, request.state.person.id)


def around(request: Request) -> dict[str, Any]:
    """What the templates of needs use besides their own."""
    locale = locale_of(request)
    return {
        "now": kernel_of(request).clock.now(),
        "layout": "layouts/app.html" if request.state.person else "layouts/plain.html",
        "rendered": rendered,
        "categories": CATEGORY_NAMES,
        "state_names": STATE_NAMES,
        "state_marks": STATE_MARKS,
        "last_day": lambda expires_at: last_day(expires_at, locale),
        "industry_name": lambda code: INDUSTRIES.name(code, locale),
        "technology_name": lambda code: TECHNOLOGIES.name(code, locale),
    }


def problem_of(error: RefusedError) -> Exception:
    """What is answered to a request that the rules refuse and no form of ours can bring."""
    if error.code in ("not_yours", "not_there"):
        return not_found()
    return ProblemError(409, error.code, "This cannot be done now.")
