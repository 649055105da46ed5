"""The organiser's page with what the meetings came to, and the marks of this page and its sisters."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairs.doors import visit
from meetings.fair_marks import PAGES, RESULTS, mark_of
from meetings.pages.showing import show
from meetings.queries import plan_of
from meetings.results import PEOPLE_LEAST, disputes, results
from meetings.words import BECAME, VERDICTS
from server.kernel.http import not_found
from server.kernel.parts import kernel_of


async def mark(request: Request) -> Response:
    """The mark of one of the pages that show all meetings of a fair, as it is now."""
    of = request.path_params["of"]
    if of not in PAGES:
        raise not_found()
    async with kernel_of(request).database.read() as session:
        found = await mark_of(session, (await visit(request, session)).fair.id, of)
    return Response(found, media_type="text/plain", headers={"cache-control": "no-store"})


async def see(request: Request) -> Response:
    """The sums as they are now."""
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        if await plan_of(session, here.fair.id) is None:
            raise not_found()
        fair_mark = await mark_of(session, here.fair.id, RESULTS)
        found = await results(session, here.fair.id, kernel_of(request).clock.now())
        said = await disputes(session, here.fair.id)
    return show(
        request,
        "results",
        fair=here.shown,
        fair_mark=fair_mark,
        results=found,
        disputes=said,
        verdicts=VERDICTS,
        became=BECAME,
        least=PEOPLE_LEAST,
    )


routes = [
    Route("/fairs/{fair}/meetings/results", see, name="meeting_results"),
    Route("/fairs/{fair}/meetings/marks/{of}", mark, name="fair_mark"),
]
