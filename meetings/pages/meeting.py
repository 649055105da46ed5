"""One meeting: when and with whom, moving it, swapping, bringing somebody, calling it off."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairs.model import Fair
from fairs.queries import roles_in
from meetings import bookings, ics, room, shown
from meetings.agendas import Choice, choices
from meetings.between import between
from meetings.bookings import ConflictError
from meetings.displacing import SLOT_WITHDRAWN, other_times
from meetings.entries import entry, letterhead
from meetings.marks import mark, marks
from meetings.model import Attendance, Meeting, NoShow, Plan
from meetings.pages.showing import (
    by_day,
    conflict_text,
    fair_and_plan,
    me,
    my_meeting,
    my_meeting_with_plan,
    said,
    show,
)
from meetings.rules import PEOPLE_MOST, WhyNot
from meetings.teams import queries
from meetings.timetable.standing import rebook
from meetings.words import cancel_reason
from people.forms import Form
from people.text import paragraphs
from server.kernel.db import UnitOfWork
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.render import locale_of, redirect

REASON_MOST = 300
# Why there is nobody to be brought.
_NOBODY = (WhyNot.NOT_HERE, WhyNot.ONESELF, WhyNot.RETREATED)
Work = Callable[[UnitOfWork, Meeting, Fair, Plan], Awaitable[None]]


async def see(request: Request) -> Response:
    """The meeting."""
    return await meeting_page(request, Form(None, request.state.locale))


async def move(request: Request) -> Response:
    """Put it into another slot."""
    form = await Form.of(request)
    slot = form.typed("slot")
    if not is_id(slot):
        form.say(N_("Please choose a time."))
        return await meeting_page(request, form, 422)

    async def work(uow: UnitOfWork, meeting: Meeting, fair: Fair, plan: Plan) -> None:
        await bookings.move(uow, meeting, fair, plan, slot)

    return await _changed(request, form, work, said(request)(N_("The meeting is moved. Everybody is told.")))


async def swap(request: Request) -> Response:
    """Have it change places with another one of one's own."""
    form = await Form.of(request)
    other_id = form.typed("with")

    async def work(uow: UnitOfWork, meeting: Meeting, fair: Fair, plan: Plan) -> None:
        mine = await shown.meeting(uow.session, me(request).id, other_id) if is_id(other_id) else None
        other = await uow.session.get(Meeting, other_id) if mine else None
        if other is None or other.fair_id != fair.id or other.id == meeting.id:
            raise not_found()
        await bookings.swap(uow, meeting, other, fair, plan)

    return await _changed(request, form, work, said(request)(N_("The two meetings have changed places.")))


async def bring(request: Request) -> Response:
    """Bring a colleague or another person of the fair along, by the address of their page."""
    form = await Form.of(request)
    person_id = form.typed("person").strip().rstrip("/").rpartition("/")[2]

    async def work(uow: UnitOfWork, meeting: Meeting, fair: Fair, plan: Plan) -> None:
        if not is_id(person_id) or await _kept_away(uow, fair, meeting, me(request).id, person_id):
            raise ConflictError("unknown")
        await bookings.bring(uow, meeting, fair, plan, person_id)

    return await _changed(request, form, work, said(request)(N_("One more takes part. Everybody is told.")))


async def _kept_away(uow: UnitOfWork, fair: Fair, meeting: Meeting, by_id: str, person_id: str) -> bool:
    """Whether somebody is not there to be brought, or the fair keeps them apart from anybody in the meeting."""
    for each in await shown.seated(uow.session, meeting.id):
        found = await between(uow.session, fair, each, person_id, uow.clock.now(), look_for_slots=False)
        if found.why is WhyNot.NEVER or (each == by_id and found.why in _NOBODY):
            return True
    return False


async def cancel(request: Request) -> Response:
    """Call it off."""
    form = await Form.of(request)
    reason = form.take("reason", paragraphs(REASON_MOST), "")
    if not form.good:
        return await meeting_page(request, form, 422)

    async def work(uow: UnitOfWork, meeting: Meeting, _fair: Fair, _plan: Plan) -> None:
        await bookings.cancel(uow, meeting, by_id=me(request).id, reason=reason)

    return await _changed(request, form, work, said(request)(N_("The meeting is called off. Everybody is told.")))


async def again(request: Request) -> Response:
    """Take another time for a meeting whose time the organiser took away."""
    form = await Form.of(request)
    slot = form.typed("slot")
    try:
        async with kernel_of(request).database.write() as uow:
            gone, fair, plan = await my_meeting_with_plan(request, uow.session)
            if not is_id(slot) or gone.cancel_reason != SLOT_WITHDRAWN:
                raise ConflictError("gone")
            made = await rebook(uow, gone, fair, plan, slot, by_id=me(request).id)
    except ConflictError as conflict:
        form.say(conflict_text(request, conflict))
        return await meeting_page(request, form, 409)
    return redirect(f"/meetings/{made.id}", said=said(request)(N_("The meeting is booked.")))


async def dispute(request: Request) -> Response:
    """Say that one was there, or why one could not be."""
    form = await Form.of(request)
    text = form.take("text", paragraphs(REASON_MOST), "")
    async with kernel_of(request).database.write() as uow:
        found = await my_meeting(request, uow.session)
        missed = await uow.session.get(NoShow, (found.id, me(request).id))
        if missed is None or not text:
            raise not_found()
        await room.dispute(uow, missed, text)
    return redirect(found.path, said=said(request)(N_("Thank you. The organiser reads what you say, with your name.")))


async def as_file(request: Request) -> Response:
    """The meeting for a calendar."""
    async with kernel_of(request).database.read() as session:
        found = await my_meeting(request, session)
    kernel = kernel_of(request)
    text = ics.single(entry(kernel.settings, kernel.clock, found, locale_of(request)), letterhead(kernel.settings))
    headers = {"content-disposition": 'attachment; filename="meeting.ics"', "cache-control": "no-store"}
    return Response(text, headers=headers, media_type="text/calendar")


async def _changed(request: Request, form: Form, work: Work, text: str) -> Response:
    """Do it in one transaction; what cannot be is said on the page, with what can be instead."""
    try:
        async with kernel_of(request).database.write() as uow:
            meeting, fair, plan = await my_meeting_with_plan(request, uow.session)
            if meeting.starts_at <= uow.clock.now():
                raise ConflictError("past")
            await work(uow, meeting, fair, plan)
    except ConflictError as conflict:
        form.say(conflict_text(request, conflict))
        return await meeting_page(request, form, 409)
    return redirect(f"/meetings/{meeting.id}", said=text)


async def meeting_page(request: Request, form: Form, status: int = 200) -> Response:
    """The page of the meeting that the address names, for one of its people."""
    viewer, now = me(request), kernel_of(request).clock.now()
    async with kernel_of(request).database.read() as session:
        mine = (await marks(session, [viewer.id]))[viewer.id]
        found = await my_meeting(request, session)
        meeting = await session.get_one(Meeting, found.id)
        fair, plan = await fair_and_plan(session, meeting.fair_id)
        people = [viewer.id, *(each.id for each in found.others)]
        ahead = found.cancelled_at is None and found.starts_at > now
        slots = await choices(session, fair, plan, people, now, but=[found.id]) if ahead else []
        others = await shown.agenda(session, viewer.id, since=now) if ahead else []
        on_table = await shown.on_the_table(session, viewer.id, fair.id) if ahead else {}
        offered = []
        if found.cancelled_at and found.cancel_reason == SLOT_WITHDRAWN:
            offered = await other_times(session, meeting, fair, plan, now)
        team = await queries.team_of(session, fair.id, viewer.id) if ahead else None
        held = await queries.held(session, viewer.id, fair.id, now) if team else []
        met = await shown.people_of(session, [each.meeting_id for each in held]) if held else {}
        missed = await session.get(NoShow, (found.id, viewer.id))
        late = await session.get(Attendance, (found.id, viewer.id)) if missed else None
        contacts = await room.contacts(session, viewer.id, found.id)
        at_fair = bool(await roles_in(session, found.fair_slug, viewer.id))
    return show(
        request,
        "meeting",
        status,
        meeting=found,
        all_mark=mine,
        own_mark=mark(found.starts_at, found.ends_at, found.sequence),
        at_fair=at_fair,
        ahead=ahead,
        days=by_day([each for each in slots if each.slot.id != found.slot_id], viewer, on_table),
        swaps=[each for each in others if each.id != found.id and each.fair_slug == found.fair_slug],
        mates=[each for each in team.mates if each.id not in people] if team else [],
        held=[
            (each, [one for one in met[each.meeting_id] if one.id != each.holder_id])
            for each in held
            if each.meeting_id != found.id and each.holder_id not in people
        ],
        offered=by_day([Choice(each) for each in offered], viewer),
        full=len(people) >= PEOPLE_MOST,
        missed=missed,
        late=late,
        contacts=contacts,
        reason=cancel_reason(found.cancel_reason),
        reason_most=REASON_MOST,
        form=form,
    )


routes = [
    Route("/meetings/{meeting}", see, name="meeting"),
    Route("/meetings/{meeting}/move", move, methods=["POST"], name="move_meeting"),
    Route("/meetings/{meeting}/swap", swap, methods=["POST"], name="swap_meetings"),
    Route("/meetings/{meeting}/bring", bring, methods=["POST"], name="bring_to_meeting"),
    Route("/meetings/{meeting}/cancel", cancel, methods=["POST"], name="cancel_meeting"),
    Route("/meetings/{meeting}/again", again, methods=["POST"], name="book_meeting_again"),
    Route("/meetings/{meeting}/dispute", dispute, methods=["POST"], name="dispute_no_show"),
    Route("/meetings/{meeting}/meeting.ics", as_file, name="meeting_file"),
]
