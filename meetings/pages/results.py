"""The organiser's page with what the meetings came to."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairs.doors import visit
from meetings.pages.showing import show
from meetings.queries import plan_of
from meetings.results import PEOPLE_LEAST, disputes, results
from meetings.words import BECAME, VERDICTS
from server.kernel.http import not_found
from server.kernel.parts import kernel_of


async def see(request: Request) -> Response:
    """The sums as they are now."""
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        if await plan_of(session, here.fair.id) is None:
            raise not_found()
        found = await results(session, here.fair.id, kernel_of(request).clock.now())
        said = await disputes(session, here.fair.id)
    return show(
        request,
        "results",
        fair=here.shown,
        results=found,
        disputes=said,
        verdicts=VERDICTS,
        became=BECAME,
        least=PEOPLE_LEAST,
    )


routes = [Route("/fairs/{fair}/meetings/results", see, name="meeting_results")]
