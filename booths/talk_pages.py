"""The page of a talk, for everybody, search engines among them; and the talk for a calendar."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from booths import queries
from booths.queries import TalkShown
from booths.shown import entry, event, path_of
from directory.organisations.jsonld import script
from fairs.doors import Visit, visit
from meetings.entries import letterhead
from meetings.ics import single
from people import zones
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.engines import for_engines, head_of, speak_as_asked
from web.render import locale_of, page


async def show(request: Request) -> Response:
    """Who speaks about what, where and when; `?lang=` chooses a language, for search engines."""
    speak_as_asked(request)
    async with kernel_of(request).database.read() as session:
        here, talk = await _found(request, session)
    kernel, locale = kernel_of(request), locale_of(request)
    path = path_of(here.fair, talk.id)
    answer = page(
        request,
        "booths/about.html",
        layout="layouts/app.html" if here.person else "layouts/plain.html",
        fair=here.shown,
        visit=here,
        makes=here.makes_programme,
        talk=talk,
        path=path,
        now=kernel.clock.now(),
        city=lambda zone: zones.city(zone, locale),
        data=script([event(here.fair, talk, kernel.settings.public_url)]),
        **head_of(request, path),
    )
    return for_engines(request, answer)


async def as_file(request: Request) -> Response:
    """The talk for a calendar."""
    async with kernel_of(request).database.read() as session:
        here, talk = await _found(request, session)
    settings, now = kernel_of(request).settings, kernel_of(request).clock.now()
    text = single(entry(here.fair, talk, settings.public_url, now), letterhead(settings))
    headers = {"content-disposition": 'attachment; filename="talk.ics"', "cache-control": "no-store"}
    return Response(text, headers=headers, media_type="text/calendar")


async def _found(request: Request, session: AsyncSession) -> tuple[Visit, TalkShown]:
    """The talk of the address. Raises ProblemError 404, also for one after the fair's last day."""
    here, talk_id = await visit(request, session), request.path_params["talk"]
    viewer = here.person.id if here.person else None
    found = await queries.one_talk(session, here.fair, talk_id, viewer) if is_id(talk_id) else None
    if found is None:
        raise not_found()
    return here, found


routes = [
    Route("/fairs/{fair}/talks/{talk}", show, name="talk_page"),
    Route("/fairs/{fair}/talks/{talk}/talk.ics", as_file, name="talk_file"),
]
