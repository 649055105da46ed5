"""One's team at a fair: who shares, what waits, what colleagues hold; and the teams of others."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.speaking import own_organisations, viewer_of
from fairs.doors import Visit, visit
from meetings import shown
from meetings.pages.showing import me, said, show, why_text
from meetings.queries import plan_of
from meetings.requests import RefusedError
from meetings.teams import actions, queries
from meetings.teams.model import TOPICS_MOST
from meetings.words import ANSWERS
from people import languages
from people.forms import Form
from people.text import one_line
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.render import locale_of, redirect

# What colleagues have answered stays in sight for so long.
ANSWERED_SHOWN_FOR = timedelta(days=1)


async def see(request: Request) -> Response:
    """The team."""
    return await _page(request, Form(None, request.state.locale))


async def share(request: Request) -> Response:
    """Share one's requests with the colleagues of an organisation."""
    form = await Form.of(request)
    topics = form.take("topics", one_line(TOPICS_MOST), "")
    organisation_id = form.typed("organisation")
    if not is_id(organisation_id):
        form.refuse("organisation", N_("Please choose your organisation."))
    if not form.good:
        return await _page(request, form, 422)
    try:
        async with kernel_of(request).database.write() as uow:
            here = await _here(request, uow.session)
            await actions.share(uow, here.fair.id, me(request).id, organisation_id, topics)
    except RefusedError as refused:
        form.say(why_text(request, refused.why))
        return await _page(request, form, 409)
    return redirect(
        f"{here.shown.path}/meetings/team", said=said(request)(N_("You share requests with your team now."))
    )


async def leave(request: Request) -> Response:
    """Share no more."""
    async with kernel_of(request).database.write() as uow:
        here = await _here(request, uow.session)
        await actions.stop_sharing(uow, here.fair.id, me(request).id)
    return redirect(f"{here.shown.path}/meetings/team", said=said(request)(N_("You share no more.")))


async def _here(request: Request, session: AsyncSession) -> Visit:
    here = await visit(request, session)
    if await plan_of(session, here.fair.id) is None:
        raise not_found()
    return here


async def _page(request: Request, form: Form, status: int = 200) -> Response:
    viewer, now = me(request), kernel_of(request).clock.now()
    async with kernel_of(request).database.read() as session:
        here = await _here(request, session)
        fair_id = here.fair.id
        mine = await queries.own_sharing(session, fair_id, viewer.id)
        team = await queries.team_of(session, fair_id, viewer.id)
        loads = await queries.loads(session, fair_id, team.ids, now) if team else {}
        inbox = await shown.shared(session, viewer.id, fair_id)
        answered = await shown.lately_shared(session, viewer.id, fair_id, now - ANSWERED_SHOWN_FOR)
        held = await queries.held(session, viewer.id, fair_id, now)
        people = await shown.people_of(session, [each.meeting_id for each in held])
        own = await own_organisations(session, await viewer_of(session, viewer.id), speaking=False)
        teams = await queries.teams_at(session, fair_id)
    locale = locale_of(request)
    return show(
        request,
        "team",
        status,
        fair=here.shown,
        form=form,
        mine=mine,
        team=team,
        loads=loads,
        inbox=inbox,
        answered=answered,
        answers=ANSWERS,
        held=[(each, [one for one in people[each.meeting_id] if one.id != each.holder_id]) for each in held],
        own=own,
        teams=[each for each in teams if mine is None or each.organisation_id != mine.organisation_id],
        spoken=lambda codes: ", ".join(languages.name(each, locale) for each in codes),
        topics_most=TOPICS_MOST,
    )


routes = [
    Route("/fairs/{fair}/meetings/team", see, name="meeting_team"),
    Route("/fairs/{fair}/meetings/team", share, methods=["POST"], name="share_requests"),
    Route("/fairs/{fair}/meetings/team/leave", leave, methods=["POST"], name="stop_sharing_requests"),
]
