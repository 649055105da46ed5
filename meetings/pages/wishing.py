"""Whom one wishes to meet: one's own list for the organiser's timetable."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairs.cards import cards
from fairs.doors import visit
from matching.plans.model import Kind
from meetings.pages.showing import id_in, me, said, show
from meetings.queries import plan_of
from meetings.timetable import wishes
from meetings.words import WISHES
from people.forms import Form
from people.text import NAME_MOST, UnacceptableError, one_line
from server.kernel.http import ProblemError, not_found
from server.kernel.parts import kernel_of
from web.render import redirect


async def see(request: Request) -> Response:
    """One's wishes, and people who could be added."""
    name = _sought(request.query_params.get("q", ""))
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        plan = await plan_of(session, here.fair.id)
        if plan is None:
            raise not_found()
        mine = await wishes.own_wishes(session, here.fair.id, me(request).id)
        known = [me(request).id, *(each.card.id for each in mine)]
        found = await wishes.members_named(session, here.fair.id, name, known) if name else []
    return show(
        request,
        "wishes",
        fair=here.shown,
        mine=mine,
        found=found,
        sought=name,
        wishes=WISHES,
        most=wishes.OWN_MOST,
        until=plan.wishes_until,
        closed=wishes.closed(plan, kernel_of(request).clock.now()),
    )


async def wish(request: Request) -> Response:
    """Say how much one would like to meet somebody."""
    form, _ = await Form.of(request), said(request)
    typed, other = form.typed("wish"), id_in(request, "person")
    if typed and typed not in WISHES:
        raise ProblemError(400, "bad_request", "There is no such wish.")
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        if other == me(request).id or await plan_of(uow.session, here.fair.id) is None:
            raise not_found()
        if typed and not any(card.name for card in (await cards(uow.session, here.fair.id, [other])).values()):
            raise not_found()
        try:
            kind = Kind(typed) if typed else None
            await wishes.wish(uow, here.fair, of_id=me(request).id, whom_id=other, kind=kind)
        except UnacceptableError as refused:
            raise ProblemError(409, "refused", _(refused.text) % refused.params) from None
    if "list" not in form:
        return redirect(f"{here.shown.path}/meetings/with/{other}", said=_("Your wish is noted."))
    again = f"?{urlencode({'q': form.typed('list')[:NAME_MOST]})}" if form.typed("list") else ""
    return redirect(f"{here.shown.path}/meetings/wishes{again}", said=_("Your wish is noted."))


def _sought(text: str) -> str:
    """A name as names are kept; what can be no part of one is none."""
    try:
        return one_line(NAME_MOST)(text[:NAME_MOST])
    except UnacceptableError:
        return ""


routes = [
    Route("/fairs/{fair}/meetings/wishes", see, name="own_wishes"),
    Route("/fairs/{fair}/meetings/wishes/{person}", wish, methods=["POST"], name="wish_meeting"),
]
