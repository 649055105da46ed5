"""What surrounds every page of somebody who is signed in: how much waits for their answer."""

from starlette.requests import Request

from meetings.mine import waiting
from server.kernel.parts import kernel_of


async def surround(request: Request, person_id: str) -> None:
    """Note it at the request, for `web.frame`. One query."""
    kernel = kernel_of(request)
    async with kernel.database.read() as session:
        request.state.waiting = await waiting(session, person_id, kernel.clock.now())
