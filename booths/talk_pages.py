"""The page of a talk, for everybody, search engines among them; and talks for a calendar, which hears of changes."""

import asyncio
from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from booths import queries
from booths.queries import TalkShown
from booths.shown import called_off, entry, event, path_of, subscribed
from directory.organisations.jsonld import script
from fairs.doors import Visit, visit
from meetings.entries import letterhead
from meetings.ics import Entry, feed
from people import zones
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.engines import for_engines, head_of, speak_as_asked
from web.markdown import rendered
from web.render import locale_of, page


async def show(request: Request) -> Response:
    """Who speaks about what, where and when; `?lang=` chooses a language, for search engines."""
    speak_as_asked(request)
    async with kernel_of(request).database.read() as session:
        here, talk = await _found(request, session)
        said = (await queries.said_of(session, [talk.id]))[talk.id]
    kernel, locale = kernel_of(request), locale_of(request)
    path, home = path_of(here.fair, talk.id), kernel_of(request).settings.public_url
    text, language = said.text(locale)
    answer = page(
        request,
        "booths/about.html",
        layout="layouts/app.html" if here.person else "layouts/plain.html",
        fair=here.shown,
        visit=here,
        makes=here.makes_programme,
        talk=talk,
        text=rendered(text),
        text_lang=language,
        speakers=said.speakers,
        path=path,
        subscribed=subscribed(home, f"{path}/talk.ics"),
        now=kernel.clock.now(),
        city=lambda zone: zones.city(zone, locale),
        data=script([event(here.fair, talk, home, said, locale)]),
        **head_of(request, path),
    )
    return for_engines(request, answer)


async def as_file(request: Request) -> Response:
    """The talk for a calendar; one that was taken out of the programme is called off there."""
    talk_id, home = request.path_params["talk"], kernel_of(request).settings.public_url
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        gone = await queries.one_taken_out(session, here.fair, talk_id) if is_id(talk_id) else None
        if gone is not None:
            return _calendar(request, [called_off(here.fair, gone, home)], "talk")
        here, talk = await _found(request, session)
        said = (await queries.said_of(session, [talk.id]))[talk.id]
    return _calendar(request, [entry(here.fair, talk, said, home, locale_of(request))], "talk")


async def programme_as_file(request: Request) -> Response:
    """The whole programme for a calendar, with what was taken out of it."""
    home, locale = kernel_of(request).settings.public_url, locale_of(request)
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        viewer = here.person.id if here.person else None
        talks = await queries.programme(session, here.fair, viewer)
        said = await queries.said_of(session, [each.id for each in talks])
        gone = await queries.taken_out(session, here.fair)

    def written() -> Response:
        entries = [entry(here.fair, each, said[each.id], home, locale) for each in talks]
        called = [called_off(here.fair, each, home) for each in gone]
        return _calendar(request, [*entries, *called], "programme", here.fair.name)

    return await asyncio.to_thread(written)  # a thousand talks take a second


def _calendar(request: Request, entries: Iterable[Entry], file: str, name: str = "") -> Response:
    text = feed(entries, letterhead(kernel_of(request).settings), name=name)
    headers = {"content-disposition": f'attachment; filename="{file}.ics"', "cache-control": "no-store"}
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
    Route("/fairs/{fair}/programme.ics", programme_as_file, name="programme_file"),
]
