"""The organiser's page for the plan of a fair's meetings: times, limits, groups, and who may meet whom."""

from datetime import date
from typing import Any

from babel.dates import format_skeleton
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairs.doors import Visit, visit
from fairs.rules import ROLES
from fairs.shown import ROLE_NAMES
from meetings import naming, plans, queries
from meetings.grid import GAP_MOST, LENGTH_LEAST, LENGTH_MOST, MINUTES_OF_DAY, Hours
from meetings.model import Group, Plan
from meetings.pages.showing import id_in, me, said, show
from meetings.plans import GroupWish, Wish
from meetings.rules import Mode
from meetings.words import MODES
from people.forms import Form
from people.text import UnacceptableError, one_line
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError, not_found
from server.kernel.parts import kernel_of
from web.i18n import N_, formats
from web.render import locale_of, redirect

# Fields of the form, each with its least and most.
NUMBERS = {
    "length": (LENGTH_LEAST, LENGTH_MOST),
    "gap": (0, GAP_MOST),
    "most_per_day": (1, 60),
    "longest_streak": (1, 60),
    "open_requests": (1, 200),
    "answer_within": (1, 14 * 24),
}
BREAKS_MOST = 4
# A form has at most so many fields as people.forms takes: three for each day, one for each pair of groups.
DAYS_MOST = 14
GROUPS_MOST = 7
# Names that mean nobody, as many as are told.
TOLD = 5


async def edit(request: Request) -> Response:
    """The plan as it stands, or the usual one to begin with."""
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
    return await _page(request, here)


async def save(request: Request) -> Response:
    """Arrange the meetings so."""
    form = await Form.of(request)
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        wish = _wish(form, here)
        if not form.good:
            return await _page(request, here, form)
        try:
            laid = await plans.arrange(uow, here.fair, wish, by_id=me(request).id, along="along" in form)
        except ValueError:
            form.refuse("length", N_("That makes too many times. Please choose longer meetings or fewer days."))
            return await _page(request, here, form)
    _ = said(request)
    text = _("The plan is saved.")
    if laid.moved:
        text += " " + _("Meetings that have moved along: %(num)s.") % {"num": len(laid.moved)}
    if laid.off:
        text += " " + _("Meetings that have lost their time: %(num)s. Their people are being told.") % {
            "num": len(laid.off)
        }
    return redirect(f"{here.shown.path}/meetings/plan", said=text)


async def add_group(request: Request) -> Response:
    """Make a group."""
    form = await Form.of(request)
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        plan = await _hold(here, uow)
        known = (await queries.rules_of(uow.session, plan)).groups
        role = form.typed("role") or None
        name = form.take("name", one_line(60), "")
        if not name:
            form.refuse("name", N_("Please name the group."))
        if role is not None and (role not in ROLES or role in {each.role for each in known}):
            form.refuse("role", N_("There is a group for this role already."))
        if len(known) >= GROUPS_MOST:
            form.refuse("name", N_("There are as many groups as a fair can have."))
        if not form.good:
            return await _page(request, here, asked=form)
        await plans.add_group(uow, here.fair.id, GroupWish(name, role))
    return redirect(f"{here.shown.path}/meetings/plan#groups", said=said(request)(N_("The group is there.")))


async def change_group(request: Request) -> Response:
    """Put people into a group by their names or addresses, or remove it."""
    form = await Form.of(request)
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        await _hold(here, uow)
        group = await uow.session.get(Group, id_in(request, "group"))
        if group is None or group.fair_id != here.fair.id:
            raise not_found()
        if "remove" in form:
            await plans.remove_group(uow, group)
            return redirect(f"{here.shown.path}/meetings/plan#groups", said=said(request)(N_("The group is removed.")))
        none: list[str] = []
        named = form.check("members", lambda: naming.listed(form.typed("members")), none)
        meant = await naming.members_meant(uow.session, here.fair.id, named)
        if meant.nobody:
            form.refuse("members", N_("Not at this fair: %(names)s"), names=", ".join(meant.nobody[:TOLD]))
        elif meant.several:
            told = N_("Several people here have this name: %(names)s. Please type their mail addresses.")
            form.refuse("members", told, names=", ".join(meant.several[:TOLD]))
        if not form.good:
            return await _page(request, here, asked=form, asked_of=group.id)
        await plans.set_members(uow, group, meant.ids)
    return redirect(f"{here.shown.path}/meetings/plan#groups", said=said(request)(N_("The group is saved.")))


async def save_rules(request: Request) -> Response:
    """Set who may meet whom."""
    form = await Form.of(request)
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        plan = await _hold(here, uow)
        ids = [each.id for each in (await queries.rules_of(uow.session, plan)).groups]
        modes = {(one, other): form.typed(f"{one}.{other}") for one in ids for other in ids}
        if any(mode and mode not in MODES for mode in modes.values()):
            raise ProblemError(400, "bad_request", "There is no such way to arrange meetings.")
        await plans.set_rules(uow, ids, {pair: mode for pair, mode in modes.items() if mode})
    return redirect(f"{here.shown.path}/meetings/plan#groups", said=said(request)(N_("Who may meet whom is saved.")))


async def _hold(here: Visit, uow: UnitOfWork) -> Plan:
    """The fair's plan, which nobody else changes until the commit: of two who save at once, one is the later. Raises
    ProblemError 404."""
    plan = await uow.session.get(Plan, here.fair.id, with_for_update=True)
    if plan is None:
        raise not_found()
    return plan


async def _page(
    request: Request, here: Visit, form: Form | None = None, *, asked: Form | None = None, asked_of: str = ""
) -> Response:
    """The page; with `form`, a plan that was not taken, or `asked`: a new group, or whom the group `asked_of` names."""
    async with kernel_of(request).database.read() as session:
        plan = await queries.plan_of(session, here.fair.id)
        wish = plans.usual(here.fair)
        groups: list[tuple[Group, list[str]]] = []
        rules: dict[tuple[str, str], str] = {}
        if plan is not None:
            days, breaks = await queries.days_of(session, here.fair.id), await queries.breaks_of(session, here.fair.id)
            hours = [Hours(each.day, each.opens, each.closes) for each in days]
            wish = _as_wish(plan, hours, [(each.starts, each.ends) for each in breaks])
            found = await queries.rules_of(session, plan)
            members = await naming.members_of(session, [each.id for each in found.groups])
            groups, rules = [(each, members[each.id]) for each in found.groups], found.between
        laid = len(await queries.slots_of(session, here.fair.id))
    form = form or Form(None, request.state.locale, **_values(here, wish))
    asked = asked or Form(None, request.state.locale)
    return show(
        request,
        "plan",
        200 if form.good and asked.good else 422,
        visit=here,
        fair=here.shown,
        plan=plan,
        form=form,
        asked=asked,
        asked_of=asked_of,
        days=_days(here),
        whole=plans.date_after(here.fair, DAYS_MOST) > here.fair.ends_on,
        day_name=lambda day: format_skeleton("yMMMEd", day, locale=formats(locale_of(request))),
        breaks=range(BREAKS_MOST),
        groups=groups,
        rules=rules,
        modes=MODES,
        roles=ROLES,
        role_names=ROLE_NAMES,
        laid=laid,
    )


def _as_wish(plan: Any, hours: list[Hours], breaks: list[tuple[int, int]]) -> Wish:
    numbers = {name: getattr(plan, name) for name in NUMBERS}
    return Wish(mode=plan.mode, days=hours, breaks=breaks, **numbers)


def _values(here: Visit, wish: Wish) -> dict[str, Any]:
    """What the form shows before anything is typed."""
    values: dict[str, Any] = {name: getattr(wish, name) for name in NUMBERS} | {"mode": wish.mode}
    for hours in wish.days:
        key = hours.day.isoformat()
        values |= {f"day.{key}": "yes", f"opens.{key}": _clock(hours.opens), f"closes.{key}": _clock(hours.closes)}
    for day in _days(here):
        values.setdefault(f"opens.{day.isoformat()}", _clock(plans.OPENS))
        values.setdefault(f"closes.{day.isoformat()}", _clock(plans.CLOSES))
    for number, (starts, ends) in enumerate(wish.breaks):
        values |= {f"from.{number}": _clock(starts), f"to.{number}": _clock(ends)}
    return values


def _wish(form: Form, here: Visit) -> Wish:
    numbers = {name: form.take(name, _number(*between), between[0]) for name, between in NUMBERS.items()}
    mode = form.typed("mode")
    if mode not in MODES:
        form.refuse("mode", N_("Please choose how people get a meeting."))
        mode = Mode.REQUEST
    days = [_hours(form, day) for day in _days(here) if f"day.{day.isoformat()}" in form]
    if not days:
        form.refuse("days", N_("Please choose at least one day."))
    return Wish(mode=mode, days=days, breaks=_breaks(form), **numbers)


def _hours(form: Form, day: date) -> Hours:
    key = day.isoformat()
    opens, closes = form.take(f"opens.{key}", _minutes, 0), form.take(f"closes.{key}", _minutes, MINUTES_OF_DAY)
    if opens >= closes:
        form.refuse(f"closes.{key}", N_("This is before the beginning."))
    return Hours(day, opens, closes)


def _breaks(form: Form) -> list[tuple[int, int]]:
    found: dict[int, int] = {}
    for number in range(BREAKS_MOST):
        if not form.typed(f"from.{number}") and not form.typed(f"to.{number}"):
            continue
        starts = form.take(f"from.{number}", _minutes, 0)
        ends = form.take(f"to.{number}", _minutes, MINUTES_OF_DAY)
        if starts >= ends:
            form.refuse(f"to.{number}", N_("This is before the beginning."))
        found[starts] = ends
    return sorted(found.items())


def _number(least: int, most: int) -> Any:
    def rule(text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 6 or not least <= int(text) <= most:
            raise UnacceptableError(N_("Please give a number from %(least)s to %(most)s."), least=least, most=most)
        return int(text)

    return rule


def _minutes(text: str) -> int:
    """Minutes after midnight, from 09:30. Raises UnacceptableError."""
    hours, colon, minutes = text.partition(":")
    digits = (hours + minutes).isascii() and hours.isdigit() and minutes.isdigit() and len(text) == 5
    if not colon or not digits or int(minutes) > 59 or int(hours) * 60 + int(minutes) > MINUTES_OF_DAY:
        raise UnacceptableError(N_("Please give a time such as 09:30."))
    return int(hours) * 60 + int(minutes)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _days(here: Visit) -> list[date]:
    count = min((here.fair.ends_on - here.fair.starts_on).days + 1, DAYS_MOST)
    return [plans.date_after(here.fair, number) for number in range(count)]


routes = [
    Route("/fairs/{fair}/meetings/plan", edit, name="meeting_plan"),
    Route("/fairs/{fair}/meetings/plan", save, methods=["POST"], name="save_meeting_plan"),
    Route("/fairs/{fair}/meetings/groups", add_group, methods=["POST"], name="add_meeting_group"),
    Route("/fairs/{fair}/meetings/groups/{group}", change_group, methods=["POST"], name="change_meeting_group"),
    Route("/fairs/{fair}/meetings/rules", save_rules, methods=["POST"], name="save_meeting_rules"),
]
