"""What meetings say on the start page: whom one meets next, who waits for one's answer, and what is to be said of what
was."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from fairs.queries import fairs_of
from meetings import rescue, shown
from meetings.marks import marks
from people import zones
from people.model import Person
from server.kernel.parts import kernel_of
from web.part import Part
from web.render import locale_of

# A glance, no list.
SHOWN = 5
UNSAID_SHOWN = 3
# Who has not said in two weeks how it was is asked on the page of meetings alone.
UNSAID_FOR = timedelta(days=14)


async def part(request: Request, session: AsyncSession, person: Person) -> Part | None:
    """The next meeting, requests whose turn is one's own, and meetings of which one has not said how they were; None:
    there is nothing of that."""
    now, locale = kernel_of(request).clock.now(), locale_of(request)
    mine = (await marks(session, [person.id]))[person.id]
    # As on the page of meetings: out of a fair, nobody is led to what was booked there.
    here = {each.fair.slug for each in await fairs_of(session, person.id)}
    ahead = [each for each in await shown.agenda(session, person.id, since=now) if each.fair_slug in here]
    asked = [each for each in await shown.requests(session, person.id) if each.my_turn]
    offers = await rescue.offered_to(session, person.id, now)
    over = await shown.past(session, person.id, now)
    lately = [each for each in over if each.fair_slug in here and each.ends_at > now - UNSAID_FOR]
    unsaid = [each for each in lately if not each.has_outcome]
    if not (ahead or asked or offers or unsaid):
        return None
    context = {
        "mark": mine,
        "next": ahead[0] if ahead else None,
        "asked": asked[:SHOWN],
        "more": len(asked) - SHOWN,
        "offers": offers,
        "unsaid": unsaid[:UNSAID_SHOWN],
        "now": now,
        "city": lambda zone: zones.city(zone, locale),
    }
    return Part("meetings/today.html", context)
