"""The one calm page: the next meeting, what waits for an answer, and the days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairs.queries import Attendance, fairs_of
from fairs.rules import Phase, phase
from meetings import rescue, shown
from meetings.marks import marks
from meetings.mine import mine as what_waits
from meetings.pages.showing import me, show
from meetings.queries import plans_of
from meetings.shown import MeetingShown
from server.kernel.parts import kernel_of
from web import when
from web.render import redirect

# Past meetings without a word about them that are asked after at a time.
UNSAID_MOST = 3


@dataclass(frozen=True)
class AgendaDay:
    """The meetings of a day on the reader's clock."""

    day: date
    at: datetime
    meetings: Sequence[MeetingShown]


@dataclass(frozen=True)
class MyFair:
    """A fair with meetings where one is in."""

    name: str
    path: str
    organiser: bool
    has_meetings: bool


async def desk(request: Request) -> Response:
    """What can I do now?"""
    viewer, now = me(request), kernel_of(request).clock.now()
    async with kernel_of(request).database.read() as session:
        mark = (await marks(session, [viewer.id]))[viewer.id]
        ahead = await shown.agenda(session, viewer.id, since=now)
        asked = await shown.requests(session, viewer.id)
        offers = await rescue.offered_to(session, viewer.id, now)
        gone = await shown.called_off(session, viewer.id, now)
        over = await shown.past(session, viewer.id, now)
        attended = await fairs_of(session, viewer.id)
        fairs = await _fairs(session, attended, now)
    # Of one of several that is running somebody may be out, and is not led there.
    here = {each.fair.slug for each in attended}
    ahead = [each for each in ahead if each.fair_slug in here]
    return show(
        request,
        "desk",
        all_mark=mark,
        next=ahead[0] if ahead else None,
        days=_by_day(ahead, viewer.time_zone),
        mine=[each for each in asked if each.my_turn],
        theirs=[each for each in asked if not each.my_turn],
        offers=offers,
        gone=gone,
        unsaid=[each for each in over if not each.has_outcome][:UNSAID_MOST],
        over=len(over),
        fairs=fairs,
        timeline=request.query_params.get("view") == "timeline",
    )


async def start_my_day(request: Request) -> Response:
    """Be led from meeting to meeting: to the room of the one that runs or comes next."""
    viewer, now = me(request), kernel_of(request).clock.now()
    async with kernel_of(request).database.read() as session:
        upcoming = (await what_waits(session, [viewer.id], now))[viewer.id]["next"]
    return redirect(f"{upcoming['path']}?day=1" if upcoming else "/meetings")


async def past(request: Request) -> Response:
    """The meetings that are over, with what one took away."""
    viewer, now = me(request), kernel_of(request).clock.now()
    async with kernel_of(request).database.read() as session:
        over = await shown.past(session, viewer.id, now, limit=200)
    return show(request, "past", meetings=over)


async def _fairs(session: AsyncSession, attended: Sequence[Attendance], now: datetime) -> list[MyFair]:
    plans = await plans_of(session, [each.fair.id for each in attended])
    found = []
    for each in attended:
        stands = phase(each.fair.starts_on, each.fair.ends_on, now, each.fair.time_zone)
        organiser = "organiser" in each.roles
        if stands is not Phase.OVER and (each.fair.id in plans or organiser):
            path = f"/fairs/{each.fair.slug}"
            found.append(MyFair(each.fair.name, path, organiser, each.fair.id in plans))
    return found


def _by_day(meetings: Sequence[MeetingShown], zone: str) -> list[AgendaDay]:
    days: dict[date, list[MeetingShown]] = {}
    for meeting in meetings:
        days.setdefault(meeting.starts_at.astimezone(when.zone(zone)).date(), []).append(meeting)
    return [AgendaDay(day, found[0].starts_at, found) for day, found in days.items()]


routes = [
    Route("/meetings", desk, name="meetings"),
    Route("/meetings/day", start_my_day, name="start_my_day"),
    Route("/meetings/past", past, name="past_meetings"),
]
