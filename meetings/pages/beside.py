"""The page of somebody whom one meets, beside the call: what they and their organisation say in public.

A frame of the room, loaded when it is opened, and a page of its own for browsers without scripts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.needs.joining import section as needs
from directory.organisations import queries
from directory.organisations.model import Document
from directory.organisations.parts import Section
from directory.organisations.policy import Standing
from directory.organisations.queries import Ours
from directory.organisations.shown import Shown
from directory.products.section import bring as products
from meetings.model import Meeting
from meetings.model import Request as Asked
from meetings.pages.showing import id_in, me, my_room, show
from people import languages
from people.model import Person
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.render import locale_of


@dataclass(frozen=True)
class House:
    """An organisation as somebody sees it who does not work on its page."""

    shown: Shown
    standing: Standing
    sections: Sequence[Section]
    documents: Sequence[Document]


async def see(request: Request) -> Response:
    """Who it is, and the organisation that they are here for."""
    async with kernel_of(request).database.read() as session:
        found = await my_room(request, session)
        one = next((each for each in found.others if each.id == id_in(request, "person") and each.name), None)
        if one is None:
            raise not_found()
        person = await session.get_one(Person, one.id)
        belongs = await _first_asked(session, found.id, await queries.ours(session, one.id))
        house = await _house(request, session, belongs[0].id) if belongs else None
    return show(
        request,
        "beside_frame" if request.headers.get("turbo-frame") else "beside",
        meeting=found,
        one=one,
        speaks=[languages.name(code, locale_of(request)) for code in person.languages],
        house=house,
        further=belongs[1:] if house else belongs,
    )


async def _first_asked(session: AsyncSession, meeting_id: str, belongs: Sequence[Ours]) -> list[Ours]:
    """First the one whose team was asked for the meeting, else by name."""
    query = select(Asked.organisation_id).join(Meeting, Meeting.request_id == Asked.id).where(Meeting.id == meeting_id)
    asked = await session.scalar(query)
    return sorted(belongs, key=lambda each: each.id != asked)


async def _house(request: Request, session: AsyncSession, organisation_id: str) -> House | None:
    found = await queries.by_id(session, organisation_id, me(request))
    if found is None or found.removed or found.moved_to:
        return None
    seen = replace(found, standing=Standing(me(request).id, None, False))  # here nothing is edited
    brought = [await bring(request, session, seen) for bring in (products, needs)]
    return House(
        Shown.of(seen.organisation, await queries.fields_of(session, organisation_id), locale_of(request)),
        seen.standing,
        [each for each in brought if each],
        await queries.documents_of(session, organisation_id),
    )


routes = [Route("/meetings/{meeting}/beside/{person}", see, name="beside_meeting")]
