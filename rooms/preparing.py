"""The organiser's way through a fair: what it still needs, and how far each part is."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import booths.queries
import fairs.queries
import meetings.queries
import rooms.queries
from fairs.doors import Visit, visit
from fairs.shown import ROLE_NAMES
from server.kernel.parts import kernel_of
from web.render import page


@dataclass(frozen=True)
class Parts:
    """How far each part of a fair is, in numbers."""

    rooms: int  # with calls, open
    talks: int
    stands: int
    given: int  # of these, to an organisation
    meetings_open: bool
    booked: int
    people: int
    roles: dict[str, int]

    @property
    def done(self) -> dict[str, bool]:
        """Which steps are taken, in the order in which one takes them."""
        return {
            "rooms": self.rooms > 0,
            "talks": self.talks > 0,
            "stands": 0 < self.stands == self.given,
            "meetings": self.meetings_open,
            "people": self.people > 1,
        }

    @property
    def next(self) -> str:
        """The first step that is not taken; empty: all are."""
        return next((step for step, taken in self.done.items() if not taken), "")


async def show(request: Request) -> Response:
    """What is there, and what comes next."""
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        parts = await _parts(session, here)
    return page(
        request,
        "rooms/preparing.html",
        headers={"cache-control": "no-store"},
        fair=here.shown,
        parts=parts,
        address=kernel_of(request).settings.public_url + here.shown.path,
        role_names=ROLE_NAMES,
    )


async def _parts(session: AsyncSession, here: Visit) -> Parts:
    fair_id = here.fair.id
    stands = await booths.queries.stands(session, fair_id, here.person.id if here.person else None)
    return Parts(
        rooms=len(await rooms.queries.with_calls(session, fair_id)),
        talks=await booths.queries.count_talks(session, fair_id),
        stands=len(stands),
        given=sum(stand.by is not None for stand in stands),
        meetings_open=await meetings.queries.plan_of(session, fair_id) is not None,
        booked=await meetings.queries.count_booked(session, fair_id),
        people=await fairs.queries.member_count(session, fair_id),
        roles=await fairs.queries.role_counts(session, fair_id),
    )


routes = [Route("/fairs/{fair}/desk", show, name="fair_desk")]
