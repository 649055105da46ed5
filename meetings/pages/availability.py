"""When one is free: a tap per slot, a whole day at once, or no meetings at all."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairs.doors import visit
from meetings import availability, shown
from meetings.agendas import choices
from meetings.pages.showing import SlotShown, days_of, me, own_by_day, said, show
from meetings.queries import plan_of, retreated
from meetings.rules import SlotTaken
from people.forms import Form
from server.kernel.http import ProblemError
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.render import redirect

# Slots in one answer of the form; a whole day goes by its name.
SLOTS_MOST = 50


async def edit(request: Request) -> Response:
    """Every slot ahead, with whether one is free."""
    viewer, now = me(request), kernel_of(request).clock.now()
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        plan = await plan_of(session, here.fair.id)
        found = await choices(session, here.fair, plan, [viewer.id], now) if plan else []
        away = await retreated(session, here.fair.id, [viewer.id])
        held = await shown.on_the_table(session, viewer.id, here.fair.id)
    return show(
        request,
        "availability",
        visit=here,
        fair=here.shown,
        plan=plan,
        days=own_by_day(found, viewer, held),
        retreated=viewer.id in away,
        taken=SlotTaken,
    )


async def save(request: Request) -> Response:
    """Say of slots that one is free in them, or not: `slot` as often as needed, and `free` yes or no."""
    form = await Form.of(request)
    ids = form.all("slot")
    if not ids or len(ids) > SLOTS_MOST or not all(map(is_id, ids)) or form.typed("free") not in ("yes", "no"):
        raise ProblemError(400, "bad_request", "Name slots, and whether you are free.")
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        await availability.be_free(uow, here.fair.id, me(request).id, ids, free=form.typed("free") == "yes")
    return redirect(f"{here.shown.path}/meetings/availability#slot-{ids[0]}")


async def save_day(request: Request) -> Response:
    """Say of a whole day of one's own clock that one is free in it, or not."""
    form, viewer = await Form.of(request), me(request)
    free, now = form.typed("free") == "yes", kernel_of(request).clock.now()
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        plan = await plan_of(uow.session, here.fair.id)
        found = await choices(uow.session, here.fair, plan, [viewer.id], now) if plan else []
        slots = [SlotShown(each.slot.id, each.slot.starts_at, each.slot.ends_at) for each in found]
        ids = [
            slot.id
            for day in days_of(slots, viewer.time_zone)
            if day.day.isoformat() == form.typed("day")
            for slot in day.slots
        ]
        if not ids:
            raise ProblemError(400, "bad_request", "Name a day with slots ahead.")
        await availability.be_free(uow, here.fair.id, viewer.id, ids, free=free)
    return redirect(f"{here.shown.path}/meetings/availability#slot-{ids[0]}")


async def retreat(request: Request) -> Response:
    """Take no meetings at this fair."""
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        await availability.retreat(uow, here.fair.id, me(request).id)
    _ = said(request)
    return redirect(f"{here.shown.path}/meetings/availability", said=_("Nobody can ask you for a meeting now."))


async def come_back(request: Request) -> Response:
    """Take meetings again."""
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        await availability.come_back(uow, here.fair.id, me(request).id)
    _ = said(request)
    return redirect(f"{here.shown.path}/meetings/availability", said=_("Others can ask you for a meeting again."))


routes = [
    Route("/fairs/{fair}/meetings/availability", edit, name="availability"),
    Route("/fairs/{fair}/meetings/availability", save, methods=["POST"], name="save_availability"),
    Route("/fairs/{fair}/meetings/availability/day", save_day, methods=["POST"], name="save_available_day"),
    Route("/fairs/{fair}/meetings/retreat", retreat, methods=["POST"], name="take_no_meetings"),
    Route("/fairs/{fair}/meetings/come-back", come_back, methods=["POST"], name="take_meetings"),
]
