"""What surrounds every page of somebody who is signed in: the number of unread messages, the way into their fair."""

from starlette.requests import Request

from chat.unread import unread_total
from fairs.queries import fairs_of
from fairs.rules import Phase, phase
from server.kernel.parts import kernel_of


async def surround(request: Request, person_id: str) -> None:
    """Note both at the request, for `web.frame`. Two queries."""
    now = kernel_of(request).clock.now()
    async with kernel_of(request).database.read() as session:
        request.state.unread = await unread_total(session, person_id)
        mine = [each.fair for each in await fairs_of(session, person_id)]
    still = [fair for fair in mine if phase(fair.starts_on, fair.ends_on, now, fair.time_zone) is not Phase.OVER]
    if len(still) == 1:
        request.state.fair_path = f"/fairs/{still[0].slug}"
