"""Asking somebody for a meeting."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairs.cards import cards
from fairs.doors import Visit, visit
from fairs.model import Fair
from meetings import requests, shown
from meetings.between import Between, between, rate
from meetings.bookings import ConflictError
from meetings.model import Meeting
from meetings.model import Request as Asked
from meetings.pages.showing import DayShown, by_day, conflict_text, id_in, me, said, show, why_text
from meetings.requests import Asking, RefusedError
from meetings.rules import PROPOSALS_MOST, TEXT_MOST, Mode, WhyNot
from meetings.teams import actions, queries
from meetings.timetable.wishes import own_wish
from meetings.words import WISHES
from people.forms import Form
from people.text import paragraphs
from server.kernel.db import UnitOfWork
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.render import redirect

REQUESTS_PER_PERSON = "30 per hour"
# What asks, and the page that says why it cannot be.
Work = Callable[[UnitOfWork, Fair, Asking], Awaitable[Meeting | Asked]]
Page = Callable[[Request, Visit, Form, int], Awaitable[Response]]


async def ask(request: Request) -> Response:
    """The form: why, and when."""
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
    return await _page(request, here, Form(None, request.state.locale))


async def send(request: Request) -> Response:
    """Ask; where the fair books openly, the meeting is booked."""

    async def work(uow: UnitOfWork, fair: Fair, asking: Asking) -> Meeting | Asked:
        return await _asked(uow, fair, asking, me(request).id, id_in(request, "person"))

    return await _sent(request, work, _page)


async def _asked(uow: UnitOfWork, fair: Fair, asking: Asking, from_id: str, to_id: str) -> Meeting | Asked:
    """Whoever shares requests with colleagues is asked as one of them."""
    team = await queries.team_of(uow.session, fair.id, to_id)
    if team is None or from_id in team.ids or to_id not in team.ids:
        return await requests.request(uow, fair, asking, from_id=from_id, to_id=to_id)
    return await actions.ask(uow, fair, asking, team, from_id=from_id, named_id=to_id)


async def ask_team(request: Request) -> Response:
    """The form for a team."""
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
    return await _team_page(request, here, Form(None, request.state.locale))


async def send_to_team(request: Request) -> Response:
    """Ask a team; whoever fits and has time gets it."""

    async def work(uow: UnitOfWork, fair: Fair, asking: Asking) -> Meeting | Asked:
        team = await queries.team(uow.session, fair.id, id_in(request, "organisation"))
        if team is None or me(request).id in team.ids:
            raise not_found()
        return await actions.ask(uow, fair, asking, team, from_id=me(request).id)

    return await _sent(request, work, _team_page)


async def _sent(request: Request, work: Work, page: Page) -> Response:
    """Ask in one transaction; what cannot be is said on the page, with what can be instead."""
    form = await Form.of(request)
    asking = _asking(form)
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
    if not form.good:
        return await page(request, here, form, 422)
    await kernel_of(request).limiter.spend("meeting request", REQUESTS_PER_PERSON, me(request).id)
    try:
        async with kernel_of(request).database.write() as uow:
            here = await visit(request, uow.session)
            made = await work(uow, here.fair, asking)
    except RefusedError as refused:
        form.say(why_text(request, refused.why))
    except ConflictError as conflict:
        form.say(conflict_text(request, conflict))
    else:
        return _done(request, made)
    return await page(request, here, form, 409)


def _done(request: Request, made: Meeting | Asked) -> Response:
    _ = said(request)
    if isinstance(made, Meeting):
        return redirect(f"/meetings/{made.id}", said=_("The meeting is booked."))
    return redirect(f"/meetings/requests/{made.id}", said=_("Your request is on its way."))


def _asking(form: Form) -> Asking:
    ask, offer = form.take("ask", paragraphs(TEXT_MOST), ""), form.take("offer", paragraphs(TEXT_MOST), "")
    if not ask:
        form.refuse("ask", N_("Please say what you would like to talk about."))
    if not offer:
        form.refuse("offer", N_("Please say what the other one gets from it."))
    ids = [each for each in form.all("slot") if is_id(each)]
    if len(ids) > PROPOSALS_MOST:
        form.refuse("slots", N_("Please choose at most three times."))
    return Asking(ask, offer, ids[:PROPOSALS_MOST])


async def _page(request: Request, here: Visit, form: Form, status: int = 0) -> Response:
    viewer, now = me(request), kernel_of(request).clock.now()
    other_id = id_in(request, "person")
    async with kernel_of(request).database.read() as session:
        found = await between(session, here.fair, viewer.id, other_id, now)
        if found.why in (WhyNot.NOT_HERE, WhyNot.ONESELF):
            raise not_found()
        if found.why is WhyNot.NO_PLAN and not await _is_member(session, here, other_id):
            raise not_found()
        other = await shown.who(session, other_id)
        answers = await rate(session, here.fair.id, other_id)
        wish = await own_wish(session, here.fair.id, viewer.id, other_id)
        held = await shown.on_the_table(session, viewer.id, here.fair.id)
        team = await queries.team_of(session, here.fair.id, other_id) if found.mode is Mode.REQUEST else None
        if team and other_id in team.ids and viewer.id not in team.ids and not found.why:
            open_id = await queries.open_with(session, here.fair.id, viewer.id, team.organisation_id)
            found = replace(found, why=WhyNot.ALREADY_ASKED, open_id=open_id) if open_id else found
        else:
            team = None
    more: dict[str, Any] = {
        "answers": answers,
        "wish": wish,
        "wishes": WISHES,
        "can_wish": found.why not in (WhyNot.NO_PLAN, WhyNot.OVER),
    }
    more |= {"other": other, "team": team, "send_to": f"with/{other_id}"}
    return _form(request, here, form, found, status, by_day(found.slots, viewer, held), **more)


async def _team_page(request: Request, here: Visit, form: Form, status: int = 0) -> Response:
    viewer, now = me(request), kernel_of(request).clock.now()
    async with kernel_of(request).database.read() as session:
        team = await queries.team(session, here.fair.id, id_in(request, "organisation"))
        if team is None or viewer.id in team.ids:
            raise not_found()
        found = await actions.between_team(session, here.fair, team, viewer.id, now)
        held = await shown.on_the_table(session, viewer.id, here.fair.id)
    more: dict[str, Any] = {
        "other": None,
        "team": team,
        "send_to": f"with-team/{team.organisation_id}",
        "can_wish": False,
    }
    return _form(request, here, form, found, status, by_day(found.slots, viewer, held), **more)


def _form(
    request: Request, here: Visit, form: Form, found: Between, status: int, days: Sequence[DayShown], **context: Any
) -> Response:
    return show(
        request,
        "ask",
        status or (200 if form.good else 422),
        visit=here,
        fair=here.shown,
        found=found,
        why=why_text(request, found.why) if found.why else "",
        days=days,
        form=form,
        chosen=set(form.all("slot")),
        most=PROPOSALS_MOST,
        text_most=TEXT_MOST,
        reasons=WhyNot,
        **context,
    )


async def _is_member(session: AsyncSession, here: Visit, person_id: str) -> bool:
    return person_id in await cards(session, here.fair.id, [person_id])


routes = [
    Route("/fairs/{fair}/meetings/with/{person}", ask, name="ask_for_meeting"),
    Route("/fairs/{fair}/meetings/with/{person}", send, methods=["POST"], name="send_meeting_request"),
    Route("/fairs/{fair}/meetings/with-team/{organisation}", ask_team, name="ask_team_for_meeting"),
    Route("/fairs/{fair}/meetings/with-team/{organisation}", send_to_team, methods=["POST"], name="send_team_request"),
]
