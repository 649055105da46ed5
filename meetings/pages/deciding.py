"""What binds the timetable: pinned and forbidden pairs, the weights of groups, and until when people may wish."""

from datetime import MAXYEAR, MINYEAR, datetime
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairs.doors import Visit
from meetings import queries
from meetings.agendas import Choice
from meetings.naming import members_meant, names_to_offer
from meetings.pages.showing import by_day, id_in, me, said, show
from meetings.pages.timetable import here_with_plan
from meetings.timetable import pairings, wishes
from meetings.timetable.bindings import weight_of, weight_text
from people.addresses import normalise
from people.forms import Form
from people.text import UnacceptableError, name
from server.kernel.db import UnitOfWork
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.render import redirect

NEVER = "never"


async def see(request: Request) -> Response:
    """What was decided."""
    return await _page(request)


async def pair(request: Request) -> Response:
    """Pin two people to a time, or never put them together."""
    form = await Form.of(request)
    async with kernel_of(request).database.write() as uow:
        here = await here_with_plan(request, uow.session)
        ids = [await _member(uow, here, form, field) for field in ("one", "other")]
        slot = form.typed("slot")
        if slot != NEVER and not is_id(slot):
            form.refuse("slot", N_("Please choose a time, or never."))
        if form.good:
            decision = None if slot == NEVER else slot
            try:
                await pairings.decide(uow, here.fair, ids[0], ids[1], decision, by_id=me(request).id)
            except UnacceptableError as refused:
                form.refuse("slot", refused.text, **refused.params)
    return await _page(request, form) if not form.good else _back(request, here, N_("That is decided."))


async def undo(request: Request) -> Response:
    """Take a decision back."""
    async with kernel_of(request).database.write() as uow:
        here = await here_with_plan(request, uow.session)
        await pairings.undo(uow, here.fair.id, id_in(request, "one"), id_in(request, "other"))
    return _back(request, here, N_("The decision is taken back."))


async def weigh(request: Request) -> Response:
    """Set what each group's wishes count, and until when people may wish."""
    form = await Form.of(request)
    async with kernel_of(request).database.write() as uow:
        here = await here_with_plan(request, uow.session)
        plan = await queries.plan_of(uow.session, here.fair.id)
        assert plan is not None  # the door said so
        groups = (await queries.rules_of(uow.session, plan)).groups
        weights = {each.id: form.take(f"weight.{each.id}", lambda text: weight_of(text or "1"), 1.0) for each in groups}
        until = form.take("until", lambda text: _moment(text, here.fair.time_zone), None)
        if form.good:
            plan.wishes_until = until
            for each in groups:
                each.weight = weights[each.id]
    return await _page(request, form) if not form.good else _back(request, here, N_("That is decided."))


async def _member(uow: UnitOfWork, here: Visit, form: Form, field: str) -> str:
    """The member whose name or mail address was typed; "" and a refusal for anybody else."""
    typed = form.take(field, normalise if "@" in form.typed(field) else name, "")
    if not typed:
        return ""
    meant = await members_meant(uow.session, here.fair.id, [typed])
    if meant.several:
        form.refuse(field, N_("Several people here have this name. Please type a mail address."))
    elif meant.nobody:
        form.refuse(field, N_("Not at this fair: %(names)s"), names=typed)
    return meant.ids[0] if meant.ids else ""


def _moment(text: str, zone: str) -> datetime | None:
    """A time on the fair's clock, such as 2027-03-02T18:00; None for nothing. Raises UnacceptableError."""
    if not text:
        return None
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=ZoneInfo(zone))
        if not MINYEAR < moment.year < MAXYEAR:  # elsewhere on the globe it would be in no year at all
            raise ValueError(text)
        return moment
    except ValueError:
        raise UnacceptableError(N_("Please give a day and a time.")) from None


def _back(request: Request, here: Visit, text: str) -> Response:
    return redirect(f"{here.shown.path}/meetings/timetable/rules", said=said(request)(text))


async def _page(request: Request, form: Form | None = None) -> Response:
    async with kernel_of(request).database.read() as session:
        here = await here_with_plan(request, session)
        plan = await queries.plan_of(session, here.fair.id)
        assert plan is not None  # the door said so
        groups = (await queries.rules_of(session, plan)).groups
        slots = await queries.slots_of(session, here.fair.id, after=kernel_of(request).clock.now())
        decided = await pairings.decided(session, here.fair.id)
        counts = await wishes.counts(session, here.fair.id)
        names = await names_to_offer(session, here.fair.id)
    until = plan.wishes_until.astimezone(ZoneInfo(here.fair.time_zone)) if plan.wishes_until else None
    saved = {f"weight.{each.id}": weight_text(each.weight) for each in groups}
    saved["until"] = until.strftime("%Y-%m-%dT%H:%M") if until else ""
    form = form or Form(None, request.state.locale)
    return show(
        request,
        "timetable_rules",
        200 if form.good else 422,
        fair=here.shown,
        form=form,
        saved=saved,
        until=plan.wishes_until,
        groups=groups,
        days=by_day([Choice(each) for each in slots], me(request)),
        decided=decided,
        counts=counts,
        names=names,
        never=NEVER,
    )


_PATH = "/fairs/{fair}/meetings/timetable"
routes = [
    Route(f"{_PATH}/rules", see, name="timetable_rules"),
    Route(f"{_PATH}/rules", weigh, methods=["POST"], name="weigh_groups"),
    Route(f"{_PATH}/pairings", pair, methods=["POST"], name="decide_pairing"),
    Route(f"{_PATH}/pairings/{{one}}/{{other}}/undo", undo, methods=["POST"], name="undo_pairing"),
]
