"""The public page of an organisation."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from directory.organisations import belonging, doors, jsonld, queries
from directory.organisations.licences import Origin
from directory.organisations.parts import Section, organisations_of
from directory.organisations.shown import ROLE_NAMES, Shown
from people.model import Person
from people.parts import people_of
from server.kernel.parts import kernel_of
from web.engines import for_engines, speak_as_asked
from web.i18n import LOCALES
from web.render import locale_of, page


async def show(request: Request) -> Response:
    """An organisation, for everybody who may know of it; `?lang=` chooses a language, for search engines."""
    speak_as_asked(request)
    organisations, person = organisations_of(request), request.state.person
    async with kernel_of(request).database.read() as session:
        seen = await doors.found(request, session)
        if seen.moved_to is not None:
            return RedirectResponse(f"/o/{seen.moved_to}", 301)
        fields = await queries.fields_of(session, seen.organisation.id)
        documents = await queries.documents_of(session, seen.organisation.id)
        team = await queries.team(session, seen.organisation.id) if person else []
        known = await known_of(request, session, team)
        sections = [await bring(request, session, seen) for bring in organisations.sections]
        way_in = await belonging.way_in(session, seen, person)
        sources = await queries.sources_of(session, [seen.organisation])
        origins = await origins_of(request, session, sources[seen.organisation.id])
    shown = Shown.of(seen.organisation, fields, locale_of(request))
    brought = [section for section in sections if section is not None]
    answer = page(
        request,
        "organisations/show.html",
        **around(request, shown),
        standing=seen.standing,
        removed=seen.removed,
        documents=documents,
        team=team,
        known=known,
        sections=brought,
        way_in=way_in,
        origins=origins,
        role_names=ROLE_NAMES,
        data=_data(shown, brought, kernel_of(request).settings.public_url),
    )
    return for_engines(request, answer)


async def known_of(request: Request, session: AsyncSession, team: Sequence[queries.TeamMember]) -> set[str]:
    """Those of an organisation's people whose profile opens for who looks: the others are names alone."""
    ids = [one.person_id for one in team]
    return await people_of(request).acquaintances.among(session, request.state.person, ids) if ids else set()


async def origins_of(request: Request, session: AsyncSession, records: Sequence[queries.Kept]) -> list[Origin]:
    """Where a record comes from, and on which terms: each once."""
    known = await queries.licences_of(session, records) if records else {}
    found = [Origin.of(record[0], known.get(record, ""), locale_of(request)) for record in records]
    return list(dict.fromkeys(found))


def around(request: Request, shown: Shown) -> dict[str, Any]:
    """What the layout of an organisation's pages needs, for people with and without an account."""
    person: Person | None = request.state.person
    return {
        "shown": shown,
        "layout": "layouts/app.html" if person else "layouts/plain.html",
        "home": kernel_of(request).settings.public_url,
        "asked_lang": request.query_params.get("lang", ""),
        "locales": LOCALES,
    }


def _data(shown: Shown, sections: Sequence[Section], home: str) -> object:
    return jsonld.script([jsonld.organisation(shown, home), *(part for each in sections for part in each.jsonld)])


routes = [Route("/o/{slug}", show, name="organisation")]
