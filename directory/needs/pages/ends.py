"""Where the links of a reminder lead: one button each, so that programs that open links for people change nothing."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.needs import actions, queries
from directory.needs.actions import RefusedError
from directory.needs.pages.common import NO_NEW_END
from directory.needs.parts import needs_of
from directory.needs.rules import changes_nothing, possible
from directory.needs.seen import Seen, last_day
from directory.speaking import viewer_of
from people.forms import Form
from people.pages.entering import PRIVATE
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.render import locale_of, page

DEEDS = ("renew", "fulfil")


async def show(request: Request) -> Response:
    """What the button does, and the need that it is about."""
    asked = request.query_params.get("do", "renew")
    return await _page(request, asked if asked in DEEDS else "renew")


async def do(request: Request) -> Response:
    """Renew the need, or close it, as the person to whom the mail went."""
    deed = (await Form.of(request)).typed("do")
    if deed not in DEEDS:
        raise not_found()
    need_id, person_id = _opened(request)
    try:
        async with kernel_of(request).database.write() as uow:
            await actions.turn(uow, need_id, deed, by_id=person_id)
    except RefusedError as error:
        if error.code == "not_yours":
            raise not_found() from error
        return await _page(request, deed, failed=error.code)
    return await _page(request, deed, done=True)


def _opened(request: Request) -> tuple[str, str]:
    """The need and the person of a link. Raises ProblemError 404 for a link that is none of ours, or too old."""
    found = needs_of(request).ends.seal.open(request.path_params["token"], kernel_of(request).clock.now())
    if found is None:
        raise not_found()
    return found["need"], found["person"]


async def _page(request: Request, deed: str, *, done: bool = False, failed: str = "") -> Response:
    need_id, person_id = _opened(request)
    async with kernel_of(request).database.read() as session:
        need: Seen | None = await queries.need(session, await viewer_of(session, person_id), need_id)
    if need is None or not need.may_edit:
        raise not_found()
    now = kernel_of(request).clock.now()
    state = need.state_at(now)
    stays = "day_chosen" if not done and changes_nothing(state, deed, need.deadline) else ""
    return page(
        request,
        "needs/end.html",
        409 if failed else 200,
        headers=PRIVATE,
        need=need,
        said=need.said(locale_of(request)),
        deed=deed,
        done=done,
        last_day=last_day,
        no_new_end=NO_NEW_END.get(failed or stays, ""),
        can=deed in possible(state, need.deadline),
        token_path=request.url.path,
    )


routes = [
    Route("/needs/end/{token}", show, name="need_end"),
    Route("/needs/end/{token}", do, methods=["POST"], name="end_need"),
]
