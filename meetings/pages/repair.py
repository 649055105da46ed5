"""Mending the published timetable: what would change, looked at before it is done."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from meetings.bookings import ConflictError
from meetings.fair_marks import REPAIR, mark_of
from meetings.pages.showing import me, said, show
from meetings.pages.timetable import here_with_plan, run_of, told
from meetings.timetable import differences, reading, repairs, runs
from meetings.words import CHANGED_MEANWHILE
from people.text import UnacceptableError
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.render import redirect

# Changes that are shown on the page.
SHOWN_MOST = 500


async def see(request: Request) -> Response:
    """What was found last."""
    return await _page(request)


async def begin(request: Request) -> Response:
    """Look for the smallest change."""
    try:
        async with kernel_of(request).database.write() as uow:
            here = await here_with_plan(request, uow.session)
            mends = await reading.published(uow.session, here.fair.id)
            if mends is None:
                raise not_found()
            await runs.mend(uow, here.fair, mends, by_id=me(request).id)
    except UnacceptableError as refused:
        return await _page(request, told(request, refused))
    return redirect(f"{here.shown.path}/meetings/timetable/repair")


async def apply(request: Request) -> Response:
    """Do it, all or nothing."""
    try:
        async with kernel_of(request).database.write() as uow:
            here, run = await run_of(request, uow.session)
            await repairs.apply(uow, here.fair, run, by_id=me(request).id)
    except ConflictError:
        return await _page(request, said(request)(CHANGED_MEANWHILE), 409)
    except UnacceptableError as refused:
        return await _page(request, told(request, refused))
    return redirect(
        f"{here.shown.path}/meetings/timetable/repair", said=said(request)(N_("Done. Those concerned are being told."))
    )


async def _page(request: Request, refused: str = "", status: int = 422) -> Response:
    now = kernel_of(request).clock.now()
    async with kernel_of(request).database.read() as session:
        here = await here_with_plan(request, session)
        if await reading.published(session, here.fair.id) is None:
            raise not_found()
        fair_mark = await mark_of(session, here.fair.id, REPAIR)
        run = await reading.latest(session, here.fair.id, mending=True)
        found = await differences.difference(session, run, now) if run and run.ended_at else None
        reasons = await reading.sentences(session, run.reasons) if run else []
    return show(
        request,
        "repair",
        status if refused else 200,
        fair=here.shown,
        fair_mark=fair_mark,
        run=run,
        found=found,
        refused=refused,
        reasons=[said(request)(each.text) % each.params for each in reasons],
        shown_most=SHOWN_MOST,
    )


_PATH = "/fairs/{fair}/meetings/timetable"
routes = [
    Route(f"{_PATH}/repair", see, name="repair"),
    Route(f"{_PATH}/repair", begin, methods=["POST"], name="begin_repair"),
    Route(f"{_PATH}/{{run}}/apply", apply, methods=["POST"], name="apply_repair"),
]
