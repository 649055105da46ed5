"""What the page of a room says of who and what is there: whose stand it is; what is on at a stage, or comes next."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from booths import queries, telling
from booths.cards.queries import guest_at
from booths.queries import Exhibitor
from booths.shown import path_of
from fairs.doors import Visit
from people import zones
from rooms.model import BOOTH, STAGE, Room
from server.kernel.parts import kernel_of
from web.part import Part
from web.render import locale_of


async def part(request: Request, session: AsyncSession, here: Visit, room: Room) -> Part | None:
    """None: it is nobody's stand, or nothing comes any more. One query; at a stand three, for the viewer's
    card and for what they were told of it."""
    viewer = here.person.id if here.person else None
    if room.kind == BOOTH:
        by = await queries.exhibitor(session, room.id, viewer)
        return await _at_stand(session, here, room, by) if by else None
    return await _on_stage(request, session, here, room, viewer) if room.kind == STAGE else None


async def _at_stand(session: AsyncSession, here: Visit, room: Room, by: Exhibitor) -> Part:
    card = await guest_at(session, here.fair.id, by.id, here.person.id) if here.person and here.roles else None
    form = f"{here.shown.path}/rooms/{room.slug}/card"
    seeing = await telling.seeing(session, here.person.id, room.id) if here.person else None
    return Part("booths/in_room.html", {"by": by, "talk": None, "card": card, "form": form}, seeing)


async def _on_stage(
    request: Request, session: AsyncSession, here: Visit, room: Room, viewer: str | None
) -> Part | None:
    now, locale = kernel_of(request).clock.now(), locale_of(request)
    talks = await queries.programme(session, here.fair, viewer, room.id)
    talk = next((each for each in talks if each.ends_at > now), None)
    if talk is None:
        return None
    context = {
        "by": None,
        "talk": talk,
        "path": path_of(here.fair, talk.id),
        "now": now,
        "city": lambda zone: zones.city(zone, locale),
    }
    return Part("booths/in_room.html", context)
