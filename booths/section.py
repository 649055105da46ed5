"""What an organisation does at fairs to come, on its own page."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from booths import queries
from booths.queries import TalkShown
from directory.organisations.parts import Section
from directory.organisations.queries import Seen
from fairs.model import Fair
from fairs.shown import FairShown
from people import zones
from server.kernel.parts import kernel_of
from web.render import locale_of

# Talks on the organisation's page, the next ones; the fair's programme has them all.
SHOWN = 5


async def bring(request: Request, session: AsyncSession, seen: Seen) -> Section | None:
    """Its stands and its next talks; nothing where there are none."""
    kernel, locale = kernel_of(request), locale_of(request)
    now = kernel.clock.now()
    found = await queries.upcoming(session, seen.organisation.id, now)
    if not found.stands and not found.talks:
        return None
    talks = found.talks[:SHOWN]
    context = {
        "stands": [(FairShown.of(fair, now, locale), room) for fair, room in found.stands],
        "talks": [(FairShown.of(fair, now, locale), talk) for fair, talk in talks],
        "city": lambda zone: zones.city(zone, locale),
        "now": now,
    }
    home = kernel.settings.public_url
    return Section("booths/upcoming.html", context, [_event(fair, talk, home) for fair, talk in talks])


def _event(fair: Fair, talk: TalkShown, home: str) -> dict[str, Any]:
    """A talk as search engines read it (schema.org, JSON-LD)."""
    programme = f"{home}/fairs/{fair.slug}/programme"
    return {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": f"{programme}#talk-{talk.id}",
        "name": talk.title,
        "startDate": talk.starts_at.isoformat(),
        "endDate": talk.ends_at.isoformat(),
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": programme},
        "superEvent": {"@type": "Event", "name": fair.name, "url": f"{home}/fairs/{fair.slug}"},
    }
