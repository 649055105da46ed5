"""What the directory says on the start page: answers in which it is one's turn, news, needs that fit one's products."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from directory.contacts.queries import waiting_count
from directory.needs import queries, threads
from directory.needs.parts import needs_of
from directory.needs.queries import Filter
from directory.needs.telling import other_side
from directory.speaking import viewer_of
from people.model import Person
from server.kernel.parts import kernel_of
from web.part import Part
from web.render import locale_of

# Of each kind: a glance, no list.
SHOWN = 5
# The latest needs among which those that fit are looked for.
LOOKED_AT = 100
FITTING_SHOWN = 3


async def part(request: Request, session: AsyncSession, person: Person) -> Part | None:
    """What concerns somebody and their organisations today; None: nothing does."""
    viewer, locale, now = await viewer_of(session, person.id), locale_of(request), kernel_of(request).clock.now()
    waiting = await threads.waiting(session, viewer, SHOWN)
    needs = await queries.by_ids(session, viewer, {each.need_id for each in waiting})
    unseen = await needs_of(request).newsroom.unseen(session, person, locale)
    news = [each for each in unseen if not _is_of(each.line.path, waiting)]
    latest = await queries.listed(session, viewer, Filter(), now, limit=LOOKED_AT) if viewer.speaks_for else []
    fits = await needs_of(request).fitting.best(session, viewer.speaks_for, latest)
    fitting = sorted((need for need in latest if need.id in fits), key=lambda need: -fits[need.id].score)
    contacts = await waiting_count(session, viewer.speaks_for, now)
    if not (waiting or news or fitting or contacts):
        return None
    context = {
        "waiting": [(each, needs[each.need_id]) for each in waiting if each.need_id in needs],
        "news": news[:SHOWN],
        "fitting": [(need, fits[need.id]) for need in fitting[:FITTING_SHOWN]],
        "contacts": contacts,
        "other_side": lambda one, need: other_side(one, need, locale),
    }
    return Part("needs/today.html", context)


def _is_of(path: str, waiting: list[threads.Thread]) -> bool:
    """Whether news say what stands among the waiting answers anyway."""
    return any(path == f"/answers/{each.id}" for each in waiting)
