"""One's meetings in one's own calendar, and one's own calendar among the meetings."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from meetings import feeds, ics, own_calendars, shown
from meetings.entries import entry, letterhead
from meetings.pages.showing import me, said, show
from people.forms import Form
from server.kernel.fetch import FetchError, parsed
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import redirect

# What is past for so long is not in the feed any more.
FEED_BACK = timedelta(days=30)
FEED_LIMIT = "120 per hour"

PROBLEMS = {
    "address": N_("This address cannot be read: it is no public web address."),
    "unreachable": N_("We could not reach the calendar. We try again, ever less often."),
    "too_large": N_("The calendar is too large for us to read."),
    "no_calendar": N_("There is no calendar in the format ICS at this address."),
}


async def settings(request: Request) -> Response:
    """Both addresses."""
    return await _page(request, Form(None, request.state.locale))


async def open_feed(request: Request) -> Response:
    """Make the secret address, or another one."""
    async with kernel_of(request).database.write() as uow:
        await feeds.open_feed(uow, me(request).id)
    return redirect("/meetings/calendar")


async def revoke_feed(request: Request) -> Response:
    """Have the secret address lead nowhere."""
    async with kernel_of(request).database.write() as uow:
        await feeds.revoke(uow, me(request).id)
    return redirect("/meetings/calendar", said=said(request)(N_("The address leads nowhere now.")))


async def connect(request: Request) -> Response:
    """Have one's own calendar read."""
    form = await Form.of(request)
    url = form.typed("url").strip().replace("webcal://", "https://", 1)
    try:
        address = str(parsed(url))
    except FetchError:
        form.refuse("url", PROBLEMS["address"])
        return await _page(request, form, 422)
    await kernel_of(request).limiter.spend("own calendar", "10 per hour", me(request).id)
    async with kernel_of(request).database.write() as uow:
        await own_calendars.connect(uow, me(request).id, address)
    return redirect("/meetings/calendar", said=said(request)(N_("Your calendar is being read.")))


async def disconnect(request: Request) -> Response:
    """Have it read no more, and forget what it said."""
    async with kernel_of(request).database.write() as uow:
        await own_calendars.disconnect(uow, me(request).id)
    return redirect("/meetings/calendar", said=said(request)(N_("Your calendar is not read any more.")))


async def feed(request: Request) -> Response:
    """Somebody's meetings, for whoever has the secret address."""
    kernel, token = kernel_of(request), request.path_params["token"].removesuffix(".ics")
    now = kernel.clock.now()
    async with kernel.database.read() as session:
        owner = await feeds.owner(session, kernel.settings, token)
        if owner is None:
            raise not_found()
        await kernel.limiter.spend("calendar feed", FEED_LIMIT, owner.id)
        found = await shown.agenda(session, owner.id, since=now - FEED_BACK, limit=500)
    entries = [entry(kernel.settings, kernel.clock, each, owner.locale) for each in found]
    name = translations(owner.locale).gettext("Meetings at the fair")
    text = ics.feed(entries, letterhead(kernel.settings), name=name)
    headers = {"cache-control": "private, max-age=300", "x-robots-tag": "noindex"}
    return Response(text, headers=headers, media_type="text/calendar")


async def _page(request: Request, form: Form, status: int = 200) -> Response:
    kernel = kernel_of(request)
    async with kernel.database.read() as session:
        mine = await feeds.feed_of(session, me(request).id)
        own = await own_calendars.calendar_of(session, me(request).id)
    problem = PROBLEMS[own.problem] if own and own.problem else ""
    url = feeds.url(kernel.settings, mine) if mine else ""
    return show(request, "calendar", status, url=url, own=own, problem=problem, form=form)


routes = [
    Route("/meetings/calendar", settings, name="meeting_calendar"),
    Route("/meetings/calendar/feed", open_feed, methods=["POST"], name="open_feed"),
    Route("/meetings/calendar/feed/revoke", revoke_feed, methods=["POST"], name="revoke_feed"),
    Route("/meetings/calendar/own", connect, methods=["POST"], name="connect_calendar"),
    Route("/meetings/calendar/own/remove", disconnect, methods=["POST"], name="disconnect_calendar"),
    Route("/calendar/{token}", feed, name="calendar_feed"),
]
