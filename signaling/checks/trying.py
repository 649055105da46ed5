"""The way to the media node, tried as a call goes it: an offer of a browser that is answered, and a connection to the
node's own port that is in no room."""

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.kernel.http import ProblemError
from server.kernel.json import read_json
from server.kernel.parts import kernel_of
from server.kernel.rate import address_of
from signaling.parts import calls_of
from signaling.protocol import MediaError

# An offer of 32 KiB, escaped.
OFFER_BYTES = 48 * 1024
# A check takes one, and where the port is blocked another by each relay. A hundred people of a company come from one
# address, perhaps on one morning.
PER_PERSON, PER_ADDRESS = "60 per hour", "1800 per hour"
# All people together: those who are blocked stay at a node for ten seconds each, where a hundred have room.
IN_ALL = "300 per minute"


class Offer(BaseModel):
    """What the browser offers."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    sdp: str


async def try_node(request: Request) -> Response:
    """The node's answer. Raises ProblemError: 503 where there is nothing to try, or nobody who answers."""
    try:
        offer = Offer.model_validate(await read_json(request))
    except ValidationError:
        raise ProblemError(400, "bad_request", "This is no offer.") from None
    who = ("try node", PER_PERSON, request.state.person.id)
    where = ("try node from", PER_ADDRESS, address_of(request))
    await kernel_of(request).limiter.spend_all(who, where, ("try node in all", IN_ALL))
    try:
        sdp = await calls_of(request).back_end.try_out(offer.sdp)
    except MediaError as error:
        if error.code == "bad_request":
            raise ProblemError(400, "bad_request", "This is no offer that can be answered.") from None
        raise ProblemError(503, "unavailable", "No media node answers now. Try again in a few minutes.") from None
    return JSONResponse({"sdp": sdp}, headers={"cache-control": "no-store"})
