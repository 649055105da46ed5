"""What surrounds every page of somebody who is signed in: the number of unread messages, the ways into their fairs."""

from starlette.requests import Request

from chat.unread import unread_total
from fairs.queries import fairs_of
from fairs.rules import Phase, phase
from server.kernel.parts import kernel_of
from web.commands import FairAt


async def surround(request: Request, person_id: str) -> None:
    """Note them at the request, for `web.frame` and `web.commands`. Two queries."""
    now = kernel_of(request).clock.now()
    async with kernel_of(request).database.read() as session:
        request.state.unread = await unread_total(session, person_id)
        mine = await fairs_of(session, person_id)
    request.state.fairs = [FairAt(each.fair.slug, each.fair.name, each.roles) for each in mine]
    fairs = [each.fair for each in mine]
    still = [fair for fair in fairs if phase(fair.starts_on, fair.ends_on, now, fair.time_zone) is not Phase.OVER]
    if len(still) == 1:
        request.state.fair_path = f"/fairs/{still[0].slug}"
