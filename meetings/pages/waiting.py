"""Whoever waits in vain in a room: who is missing, who could step in, who was asked; and the page of who is asked.

What the room says of it is a piece of its own: the page looks again as long as one is alone, for people come and go.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairs.model import Fair
from meetings import pushes, rescue, shown
from meetings.bookings import ConflictError
from meetings.fitting import Fit
from meetings.grid import Span
from meetings.model import Meeting, Rescue
from meetings.pages.showing import conflict_text, id_in, me, my_room, said, show
from meetings.parts import meetings_of
from meetings.rules import LEAST_LEFT
from meetings.shown import MeetingShown, Who
from meetings.standing import missed_in
from people.forms import Form
from rooms.queries import lobby
from server.kernel.http import ProblemError, not_found
from server.kernel.parts import kernel_of
from server.live import topics
from web.i18n import N_
from web.render import redirect


@dataclass(frozen=True)
class StandIn:
    """Who could step in now."""

    who: Who
    fit: Fit


async def seen(request: Request, session: AsyncSession, found: MeetingShown) -> dict[str, Any]:
    """What the room says about who is missing: `missing`, `stand_in` and `asked`, and whether the meeting is `over`."""
    missing = await missed_in(session, found.id) - set(meetings_of(request).there(found.id))
    return {
        "missing": missing,
        "stand_in": await _stand_in(request, session, found) if missing else None,
        "asked": await rescue.asked_for(session, me(request).id, found.id),
        "over": kernel_of(request).clock.now() >= found.ends_at,
    }


async def look(request: Request) -> Response:
    """The same as a piece of the room, which is the place where it is seen."""
    async with kernel_of(request).database.read() as session:
        found = await my_room(request, session)
        if "turbo-frame" not in request.headers:
            return redirect(f"{found.path}/room")
        return show(request, "missing_frame", meeting=found, **await seen(request, session, found))


async def ask_stand_in(request: Request) -> Response:
    """Ask who was offered to step in for who is missing; where nobody is named, the best one who is there."""
    named = (await Form.of(request)).typed("person")
    async with kernel_of(request).database.read() as session:
        found = await my_room(request, session)
        offered = await _stand_in(request, session, found, [named] if named else None)
    async with kernel_of(request).database.write() as uow:
        # Of two tabs that ask at once, the second one sees whom the first one asks.
        meeting = await uow.session.get_one(Meeting, found.id, with_for_update={"key_share": True})
        stand_in = await _stand_in(request, uow.session, found, [offered.who.id]) if offered else None
        if stand_in is None and named:  # the room shows who is by now
            return redirect(f"{found.path}/room", said=said(request)(N_("They are no longer free.")))
        if stand_in is None:
            raise ProblemError(409, "conflict", said(request)(N_("There is nobody to ask just now.")))
        rescued = await rescue.offer(uow, meeting, me(request).id, stand_in.who.id)
        await pushes.about_rescue(kernel_of(request), uow, rescued, meeting)
    return redirect(
        f"{found.path}/room", said=said(request)(N_("%(name)s is being asked.")) % {"name": stand_in.who.name}
    )


async def see_rescue(request: Request) -> Response:
    """Whether one would step in."""
    async with kernel_of(request).database.read() as session:
        found = await _my_rescue(request, session)
        meeting = await session.get_one(Meeting, found.meeting_id)
        waiting = await shown.who(session, found.waiting_id)
        mine = await shown.who(session, me(request).id)
    fit = meetings_of(request).fitting.fit(mine, waiting)
    return show(request, "rescue", rescue=found, meeting=meeting, waiting=waiting, fit=fit)


async def answer_rescue(request: Request) -> Response:
    """Step in, or not."""
    form = await Form.of(request)
    try:
        async with kernel_of(request).database.write() as uow:
            found = await _my_rescue(request, uow.session)
            if form.typed("answer") != "yes":
                await rescue.refuse(uow, found)
                return redirect("/meetings", said=said(request)(N_("Thank you for answering.")))
            fair_id = (await uow.session.get_one(Meeting, found.meeting_id)).fair_id
            fair = await uow.session.get_one(Fair, fair_id)
            meeting = await rescue.step_in(uow, found, fair)
    except ConflictError as conflict:
        return redirect("/meetings", said=conflict_text(request, conflict))
    return redirect(f"/meetings/{meeting.id}/room")


async def _stand_in(
    request: Request, session: AsyncSession, found: MeetingShown, among: Collection[str] | None = None
) -> StandIn | None:
    """Who could step in, while one waits alone in a meeting that runs: the best of those present, or among some."""
    meetings, now, mine = meetings_of(request), kernel_of(request).clock.now(), me(request).id
    there, missed = set(meetings.there(found.id)), await missed_in(session, found.id)
    alone = mine not in missed and any(each.id in missed for each in found.others)
    if not alone or there - {mine} or found.ends_at - now < LEAST_LEFT:
        return None
    waits = Rescue.meeting_id == found.id, Rescue.answered_at.is_(None), Rescue.at > now - rescue.ANSWERED_WITHIN
    if await session.scalar(select(Rescue.id).where(*waits).limit(1)) is not None:
        return None
    meeting = await session.get_one(Meeting, found.id)
    if meeting.cancelled_at is not None:
        return None
    lounge = await lobby(session, meeting.fair_id)
    present = meetings.live.presence.people(topics.room(lounge.id)) if lounge else []
    present = present if among is None else [each for each in present if each in among]
    chosen = await rescue.candidate(session, meetings.fitting, meeting, mine, present, Span(now, found.ends_at))
    return StandIn(chosen.who, chosen.fit) if chosen else None


async def _my_rescue(request: Request, session: AsyncSession) -> Rescue:
    found = await session.get(Rescue, id_in(request, "rescue"))
    if found is None or found.candidate_id != me(request).id:
        raise not_found()
    return found


routes = [
    Route("/meetings/rescues/{rescue}", see_rescue, name="rescue"),
    Route("/meetings/rescues/{rescue}", answer_rescue, methods=["POST"], name="answer_rescue"),
    Route("/meetings/{meeting}/missing", look, name="meeting_missing"),
    Route("/meetings/{meeting}/stand-in", ask_stand_in, methods=["POST"], name="ask_stand_in"),
]
