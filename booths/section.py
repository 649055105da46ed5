"""What an organisation does at fairs to come, on its own page."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from booths import queries
from booths.cards.queries import at_fairs
from booths.shown import event
from directory.organisations.parts import Section
from directory.organisations.queries import Seen
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
        "cards": await _cards(request, session, seen, [fair.id for fair, _room in found.stands]),
        "talks": [(FairShown.of(fair, now, locale), talk) for fair, talk in talks],
        "city": lambda zone: zones.city(zone, locale),
        "now": now,
    }
    home = kernel.settings.public_url
    return Section("booths/upcoming.html", context, [event(fair, talk, home) for fair, talk in talks])


async def _cards(request: Request, session: AsyncSession, seen: Seen, fair_ids: Sequence[str]) -> Mapping[str, str]:
    """At which of these fairs the viewer can leave a card, or has left one, see `at_fairs`."""
    person = request.state.person
    if person is None or seen.standing.member:
        return {}
    return await at_fairs(session, seen.organisation.id, fair_ids, person.id)
