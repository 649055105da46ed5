"""What colleagues of one team do with each other's meetings: take one, give one, change places."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairs.model import Fair
from meetings.bookings import ConflictError
from meetings.model import Meeting, Plan
from meetings.pages.meeting import meeting_page
from meetings.pages.showing import conflict_text, fair_and_plan, id_in, me, my_meeting_with_plan, said, why_text
from meetings.requests import RefusedError
from meetings.teams import seats
from meetings.teams.queries import in_one_team
from people.forms import Form
from server.kernel.db import UnitOfWork
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.render import redirect

Work = Callable[[UnitOfWork, Meeting, Fair, Plan], Awaitable[None]]


async def give(request: Request) -> Response:
    """Have a colleague sit in one's meeting."""
    form = await Form.of(request)
    colleague = form.typed("colleague")

    async def work(uow: UnitOfWork, meeting: Meeting, fair: Fair, plan: Plan) -> None:
        if not is_id(colleague):
            raise RefusedError("not_a_colleague")
        await seats.give(uow, meeting, fair, plan, me(request).id, colleague, by_id=me(request).id)

    return await _mine(request, form, work, said(request)(N_("Your colleague has the meeting now. Everybody is told.")))


async def exchange(request: Request) -> Response:
    """Change places with a colleague: one goes to the other's meeting. The field names that meeting and who sits in it,
    with a full stop between."""
    form = await Form.of(request)
    other_id, _, colleague = form.typed("with").partition(".")

    async def work(uow: UnitOfWork, meeting: Meeting, fair: Fair, plan: Plan) -> None:
        other = await uow.session.get(Meeting, other_id) if is_id(other_id) and is_id(colleague) else None
        if other is None or other.id == meeting.id:
            raise RefusedError("not_a_colleague")
        pair = me(request).id, colleague
        await seats.exchange(uow, meeting, other, fair, plan, pair, by_id=me(request).id)

    return await _mine(request, form, work, said(request)(N_("The two of you have changed places. Everybody is told.")))


async def take(request: Request) -> Response:
    """Take a colleague's meeting; the field names who sits in it."""
    form, _ = await Form.of(request), said(request)
    holder = form.typed("from")
    try:
        async with kernel_of(request).database.write() as uow:
            meeting = await uow.session.get(Meeting, id_in(request, "meeting"))
            mine = [me(request).id, holder]
            if meeting is None or not is_id(holder) or not await in_one_team(uow.session, meeting.fair_id, mine):
                raise not_found()
            fair, plan = await fair_and_plan(uow.session, meeting.fair_id)
            path = f"/fairs/{fair.slug}/meetings/team"
            _check_ahead(uow, meeting)
            await seats.give(uow, meeting, fair, plan, holder, me(request).id, by_id=me(request).id)
    except RefusedError as refused:
        return redirect(path, said=why_text(request, refused.why), refused=True)
    except ConflictError as conflict:
        return redirect(path, said=conflict_text(request, conflict), refused=True)
    return redirect(f"/meetings/{meeting.id}", said=_("The meeting is yours now. Everybody is told."))


async def _mine(request: Request, form: Form, work: Work, text: str) -> Response:
    """Do it with a meeting of one's own, in one transaction; what cannot be is said on its page."""
    try:
        async with kernel_of(request).database.write() as uow:
            meeting, fair, plan = await my_meeting_with_plan(request, uow.session)
            _check_ahead(uow, meeting)
            await work(uow, meeting, fair, plan)
    except RefusedError as refused:
        form.say(why_text(request, refused.why))
    except ConflictError as conflict:
        form.say(conflict_text(request, conflict))
    else:
        return redirect("/meetings", said=text)
    return await meeting_page(request, form, 409)


def _check_ahead(uow: UnitOfWork, meeting: Meeting) -> None:
    if meeting.starts_at <= uow.clock.now():
        raise ConflictError("past")


routes = [
    Route("/meetings/{meeting}/give", give, methods=["POST"], name="give_meeting"),
    Route("/meetings/{meeting}/exchange", exchange, methods=["POST"], name="exchange_meetings"),
    Route("/meetings/{meeting}/take", take, methods=["POST"], name="take_meeting"),
]
