"""What surrounds every page of somebody who is signed in: the number of requests that wait for their answer."""

from starlette.requests import Request

from meetings.mine import waiting
from server.kernel.parts import kernel_of


async def surround(request: Request, person_id: str) -> None:
    """Note it at the request, for `web.frame`. One query."""
    async with kernel_of(request).database.read() as session:
        request.state.waiting = (await waiting(session, [person_id])).get(person_id, 0)
