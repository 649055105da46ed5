"""A request: what is asked, and every way to answer it."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairs.model import Fair
from meetings import requests, shown
from meetings.agendas import choices
from meetings.between import meeting_ahead, rate
from meetings.bookings import ConflictError
from meetings.marks import mark, marks
from meetings.model import Request as Asked
from meetings.pages.showing import by_day, conflict_text, fair_and_plan, id_in, me, said, show, why_text
from meetings.requests import RefusedError
from meetings.rules import PROPOSALS_MOST
from meetings.teams.queries import organisation_of
from meetings.words import ANSWERS, because
from people.forms import Form
from people.text import paragraphs
from server.kernel.db import UnitOfWork
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.render import locale_of, redirect

# Characters of a reason for saying no.
REASON_MOST = 300
# What an answer does; it returns where to go on.
Work = Callable[[UnitOfWork, Fair, Asked], Awaitable[str]]


async def see(request: Request) -> Response:
    """The request."""
    return await _page(request, Form(None, request.state.locale))


async def accept(request: Request) -> Response:
    """Accept it in a slot."""
    form = await Form.of(request)
    slot = form.typed("slot")
    if not is_id(slot):
        form.say(N_("Please choose a time."))
        return await _page(request, form, 422)

    async def work(uow: UnitOfWork, fair: Fair, asked: Asked) -> str:
        meeting = await requests.accept(uow, fair, asked, slot, by_id=me(request).id)
        return f"/meetings/{meeting.id}"

    return await _answered(request, form, work, said(request)(N_("The meeting is booked.")))


async def propose(request: Request) -> Response:
    """Propose up to three other slots."""
    form = await Form.of(request)
    ids = [each for each in form.all("slot") if is_id(each)]
    if not 1 <= len(ids) <= PROPOSALS_MOST:
        form.say(N_("Please choose one to three times."))
        return await _page(request, form, 422)

    async def work(uow: UnitOfWork, fair: Fair, asked: Asked) -> str:
        await requests.propose(uow, fair, asked, ids, by_id=me(request).id)
        return f"/meetings/requests/{asked.id}"

    return await _answered(request, form, work, said(request)(N_("Your proposal is on its way.")))


async def hand_over(request: Request) -> Response:
    """Pass it on to a colleague."""
    form = await Form.of(request)

    async def work(uow: UnitOfWork, fair: Fair, asked: Asked) -> str:
        await requests.hand_over(uow, fair, asked, form.typed("colleague"), by_id=me(request).id)
        return "/meetings"

    return await _answered(request, form, work, said(request)(N_("Your colleague has it now.")))


async def take_over(request: Request) -> Response:
    """Take over what the team shares; the field names the colleague with whom one saw it."""
    form = await Form.of(request)

    async def work(uow: UnitOfWork, fair: Fair, asked: Asked) -> str:
        await requests.take_over(uow, fair, asked, by_id=me(request).id, seen_id=form.typed("from"))
        return f"/meetings/requests/{asked.id}"

    return await _answered(request, form, work, said(request)(N_("The request is yours now.")))


async def decline(request: Request) -> Response:
    """Say no, and why."""
    form = await Form.of(request)
    reason = form.take("reason", paragraphs(REASON_MOST), "")
    if not form.good:
        return await _page(request, form, 422)

    async def work(uow: UnitOfWork, _fair: Fair, asked: Asked) -> str:
        await requests.decline(uow, asked, by_id=me(request).id, reason=reason)
        return "/meetings"

    return await _answered(request, form, work, said(request)(N_("You have declined. The other one is told.")))


async def withdraw(request: Request) -> Response:
    """Take one's own request back."""
    form = await Form.of(request)

    async def work(uow: UnitOfWork, _fair: Fair, asked: Asked) -> str:
        await requests.withdraw(uow, asked, by_id=me(request).id)
        return "/meetings"

    return await _answered(request, form, work, said(request)(N_("Your request is withdrawn.")))


async def _answered(request: Request, form: Form, work: Work, text: str) -> Response:
    """Do it in one transaction; what cannot be is said on the page, with what can be instead."""
    try:
        async with kernel_of(request).database.write() as uow:
            asked = await _mine(request, uow)
            fair = await uow.session.get_one(Fair, asked.fair_id)
            onward = await work(uow, fair, asked)
    except RefusedError as refused:
        form.say(why_text(request, refused.why))
    except ConflictError as conflict:
        form.say(conflict_text(request, conflict))
    else:
        return redirect(onward, said=text)
    return await _page(request, form, 409)


async def _mine(request: Request, uow: UnitOfWork) -> Asked:
    asked = await uow.session.get(Asked, id_in(request, "request"))
    if asked is None or not await _concerns(request, uow, asked):
        raise not_found()
    return asked


async def _concerns(request: Request, uow: UnitOfWork, asked: Asked) -> bool:
    """Whether it is one of the two who is here, or one of the team that shares it."""
    if me(request).id in (asked.from_id, asked.to_id):
        return True
    mine = await organisation_of(uow.session, asked.fair_id, me(request).id)
    return asked.organisation_id is not None and mine == asked.organisation_id


async def _page(request: Request, form: Form, status: int = 200) -> Response:
    viewer, now = me(request), kernel_of(request).clock.now()
    async with kernel_of(request).database.read() as session:
        mine = (await marks(session, [viewer.id]))[viewer.id]
        found = await shown.request(session, viewer.id, id_in(request, "request"))
        if found is None:
            raise not_found()
        asked = await session.get_one(Asked, found.id)
        fair, plan = await fair_and_plan(session, asked.fair_id)
        slots = await choices(session, fair, plan, [viewer.id, found.other.id], now) if found.answer is None else []
        theirs = asked.turn_id == asked.to_id and not found.mine and found.answer is None
        team = await requests.colleagues(session, asked.fair_id, viewer.id) if theirs else []
        answers = await rate(session, asked.fair_id, found.other.id)
        meeting_id = await shown.meeting_of(session, viewer.id, found.id)
        anyway = await meeting_ahead(session, fair.id, viewer.id, found.other.id, now)
        held = await shown.on_the_table(session, viewer.id, fair.id, but=found.id)
    on_the_table = {each.id for each in found.slots}
    proposed = [each for each in slots if each.slot.id in on_the_table]
    return show(
        request,
        "request",
        status,
        asked=found,
        all_mark=mine,
        own_mark=mark(found.moved_at, found.answer, asked.to_id, asked.turn_id),
        other=found.other,
        proposed=by_day(slots if found.any_slot else proposed, viewer, held),
        days=by_day(slots, viewer, held),
        team=[each for each in team if each.id != asked.to_id],
        is_mates=not found.mine and asked.to_id != viewer.id,
        why=because(found.routing, locale_of(request)),
        form=form,
        answers=answers,
        words=ANSWERS,
        meeting_id=meeting_id,
        anyway=None if found.answer else anyway,
        most=PROPOSALS_MOST,
        reason_most=REASON_MOST,
    )


routes = [
    Route("/meetings/requests/{request}", see, name="meeting_request"),
    Route("/meetings/requests/{request}/accept", accept, methods=["POST"], name="accept_request"),
    Route("/meetings/requests/{request}/propose", propose, methods=["POST"], name="propose_slots"),
    Route("/meetings/requests/{request}/pass", hand_over, methods=["POST"], name="pass_request"),
    Route("/meetings/requests/{request}/take", take_over, methods=["POST"], name="take_request"),
    Route("/meetings/requests/{request}/decline", decline, methods=["POST"], name="decline_request"),
    Route("/meetings/requests/{request}/withdraw", withdraw, methods=["POST"], name="withdraw_request"),
]
