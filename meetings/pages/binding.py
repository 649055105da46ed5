"""What binds the timetable, as a file: taken out, brought in, and looked at before it is taken."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairs.doors import Visit
from matching.refusal import BadInputError
from meetings import queries
from meetings.model import Plan
from meetings.pages.showing import me, said, show
from meetings.pages.timetable import here_with_plan, told
from meetings.timetable import pairings
from meetings.timetable.bindings import ROWS_MOST
from meetings.timetable.pairings import Read
from people.forms import Form, uploaded
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.render import redirect

# Bytes of a file: more than its rows can hold.
FILE_MOST = ROWS_MOST * 500
# Rows that are wrong, each said on the page; of more the first ones, and how many.
SHOWN_MOST = 100


async def as_csv(request: Request) -> Response:
    """What is decided, as a file."""
    async with kernel_of(request).database.read() as session:
        here = await here_with_plan(request, session)
        text = await pairings.as_file(session, here.fair, await _plan(session, here))
    headers = {"content-disposition": f'attachment; filename="bindings-{here.fair.slug}.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


async def look(request: Request) -> Response:
    """Look at a file: what would change, and what is wrong in which line."""
    content = await uploaded(request, "file")
    async with kernel_of(request).database.read() as session:
        here = await here_with_plan(request, session)
        try:
            if len(content) > FILE_MOST:
                raise BadInputError(N_("This file is larger than what it can hold."))
            read = await pairings.look(session, here.fair, await _plan(session, here), content)
        except BadInputError as refused:
            return _page(request, here, None, "", told(request, refused), 422)
    return _page(request, here, read, content.decode("utf-8-sig"), "", 422 if read.judged.wrong else 200)


async def take(request: Request) -> Response:
    """Take what was looked at. It is judged anew: people and times may have gone meanwhile."""
    content = (await Form.of(request)).typed("content").encode()
    try:
        async with kernel_of(request).database.write() as uow:
            here = await here_with_plan(request, uow.session)
            plan = await _plan(uow.session, here)
            read = await pairings.take(uow, here.fair, plan, content, by_id=me(request).id)
    except BadInputError as refused:
        return _page(request, here, None, "", told(request, refused), 422)
    if read.judged.wrong:
        return _page(request, here, read, content.decode(), "", 409)
    return redirect(f"{here.shown.path}/meetings/timetable/rules", said=said(request)(N_("The file is taken.")))


async def _plan(session: AsyncSession, here: Visit) -> Plan:
    plan = await queries.plan_of(session, here.fair.id)
    assert plan is not None  # the door said so
    return plan


def _page(request: Request, here: Visit, read: Read | None, content: str, refused: str, status: int) -> Response:
    wrong = [] if read is None else read.judged.wrong
    _ = said(request)
    return show(
        request,
        "timetable_file",
        status,
        fair=here.shown,
        read=read,
        content=content,
        refused=refused,
        wrong=[(each.line, _(each.text) % each.params) for each in wrong[:SHOWN_MOST]],
        refusals=len(wrong),
    )


_PATH = "/fairs/{fair}/meetings/timetable/rules"
routes = [
    Route(f"{_PATH}/bindings.csv", as_csv, name="bindings_csv"),
    Route(f"{_PATH}/look", look, methods=["POST"], name="look_at_bindings"),
    Route(f"{_PATH}/take", take, methods=["POST"], name="take_bindings"),
]
