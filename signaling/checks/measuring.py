"""Something to measure a connection by: bytes that cannot be pressed together, bounded in number and in time."""

import asyncio
import os
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from server.kernel.http import ProblemError
from server.kernel.parts import kernel_of

# Down at once at most, in bytes and in seconds: for what a call needs to be told from what it does not need, 8 Mbit/s
# for some seconds are plenty.
DOWN_MOST, DOWN_S = 4 * 1024 * 1024, 4.0
# Up in one request at most, in bytes and in seconds: the browser gives up before (speed.js).
UP_MOST, UP_S = 1024 * 1024, 15.0
# A check takes one download and a handful of uploads.
DOWN_PER_PERSON, UP_PER_PERSON = "30 per hour", "300 per hour"
# All people together, so that measuring never takes the line from those who talk.
DOWN_IN_ALL, UP_IN_ALL = "120 per minute", "1200 per minute"
_PIECE = os.urandom(64 * 1024)
_FRESH = {"cache-control": "no-store, no-transform"}


async def send_bytes(request: Request) -> Response:
    """Bytes, as fast as they go through, until it is enough."""
    await _spend(request, "check down", DOWN_PER_PERSON, DOWN_IN_ALL)
    return StreamingResponse(_pieces(), media_type="application/octet-stream", headers=_FRESH)


async def take_bytes(request: Request) -> Response:
    """Take bytes, keep none, and say how many there were. Raises ProblemError 408 for a line that brings too few."""
    await _spend(request, "check up", UP_PER_PERSON, UP_IN_ALL)
    came = 0
    try:
        async with asyncio.timeout(UP_S):
            async for piece in request.stream():
                came += len(piece)
    except TimeoutError:
        head = {"connection": "close"}
        raise ProblemError(408, "too_slow", "This took too long to arrive.", headers=head) from None
    return JSONResponse({"bytes": came}, headers=_FRESH)


async def _spend(request: Request, what: str, per_person: str, in_all: str) -> None:
    limiter = kernel_of(request).limiter
    await limiter.spend_all((what, per_person, request.state.person.id), (f"{what} in all", in_all))


async def _pieces() -> AsyncIterator[bytes]:
    clock = asyncio.get_running_loop().time
    end = clock() + DOWN_S
    for _ in range(DOWN_MOST // len(_PIECE)):
        if clock() >= end:
            return
        yield _PIECE
