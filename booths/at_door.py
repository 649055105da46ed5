"""What the page of a fair says of it to people who are not in: who exhibits, and what is on next."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from booths import queries
from booths.shown import names_of, path_of
from fairs.doors import Visit
from people import zones
from server.kernel.parts import kernel_of
from web.part import Part
from web.render import locale_of

# What is shown at a door; the programme has them all.
EXHIBITORS_SHOWN, TALKS_SHOWN = 12, 3


async def part(request: Request, session: AsyncSession, here: Visit) -> Part | None:
    """None: nobody exhibits that this viewer may see, and no talk comes any more."""
    viewer = here.person.id if here.person else None
    now, locale = kernel_of(request).clock.now(), locale_of(request)
    stands = await queries.stands(session, here.fair.id, viewer)
    exhibitors = list({each.by.id: each.by for each in stands if each.by}.values())  # one may have several stands
    talks = [each for each in await queries.programme(session, here.fair, viewer) if each.ends_at > now][:TALKS_SHOWN]
    if not exhibitors and not talks:
        return None
    speakers = await queries.speakers_of(session, [each.id for each in talks])
    context = {
        "exhibitors": exhibitors[:EXHIBITORS_SHOWN],
        "count": len(exhibitors),
        "talks": [(each, path_of(here.fair, each.id), names_of(each, speakers.get(each.id, ()))) for each in talks],
        "now": now,
        "city": lambda zone: zones.city(zone, locale),
    }
    return Part("booths/at_door.html", context)
