"""WHIP in and WHEP out: encoders and players take part in a call by plain HTTP (RFC 9725; WHEP's draft likewise).

Who comes with a token is the person who made it, and may do in the call what that person may do: it is asked with each
request, so a token is worth nothing once its person was removed. Trickle is not needed, since the node answers on one
port; what can be read is taken and ignored. ICE is not restarted on a running session (422): encoders post anew.

Nothing is kept here. The address of a session names its connection (by the generation, which the node knows) and its
ICE session, of which the ETag is made.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from people.seals import Seal
from server.kernel.http import ProblemError
from server.kernel.parts import kernel_of
from signaling.media.sdp import MOST_BYTES, Offer, SdpError, check_fragment, parse_offer
from signaling.parts import calls_of
from signaling.protocol import AUTO, Join, MediaError, Published, Remove
from signaling.rights import CallRights
from signaling.seating import seat
from signaling.turn import ice_servers, link_headers

SDP_TYPE, FRAGMENT_TYPE = "application/sdp", "application/trickle-ice-sdpfrag"
# Pages of other sites may send and watch, too (CORS): who shows no token is refused, and no browser adds one by itself.
PATHS = ("/whip/", "/whep/")
_FOR_OTHER_SITES = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "Accept-Patch, Accept-Post, ETag, Link, Location, Retry-After",
}
_MAY = {
    "access-control-allow-methods": "POST, PATCH, DELETE",
    "access-control-allow-headers": "Authorization, Content-Type, If-Match",
    "access-control-max-age": "600",
}
LIFETIME = timedelta(days=7)  # of a token: an encoder is set up before the fair
BODY_BYTES = MOST_BYTES + 1024
# Of one person's encoders and players together: an offer, and whatever comes of candidates. Each offer makes the node
# work, and no other limit counts who comes without a session.
REQUESTS_OF_ONE = "120 per minute"
_STATUS = {"bad_request": 400, "forbidden": 403, "not_found": 404, "conflict": 409, "moved": 503, "unavailable": 503}

Way = Literal["whip", "whep"]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a token says: who, in which call, and whether to send or to watch."""

    person: str
    call: str
    way: str

    @property
    def participant(self) -> str:
        """The part that its bearer takes: one encoder or player per person."""
        return f"{self.person}-{self.way}"


def token_for(secret: bytes, bearer: Bearer, now: datetime) -> str:
    """A token for an encoder or a player, from now on for its lifetime."""
    return _seal(secret).close(asdict(bearer), now)


def read_token(secret: bytes, token: str, now: datetime) -> Bearer | None:
    """What a token says; None when it is not ours or too old."""
    found = _seal(secret).open(token, now)
    return Bearer(**found) if found else None


def _seal(secret: bytes) -> Seal:
    return Seal(secret, "whip", LIFETIME)


async def begin(request: Request) -> Response:
    """POST an offer: the answer, and where the session is."""
    bearer, rights = await _admitted(request)
    text = await _sdp(request)
    offer = _parsed(text)
    calls, generation = calls_of(request), int(kernel_of(request).clock.now().timestamp() * 1_000) % 2**31
    join = Join(
        room=bearer.call,
        participant=bearer.participant,
        generation=generation,
        person=bearer.person,
        session="",
        encoder=True,
        rights=rights.node,
        sdp=text,
        publish=_published(offer) if bearer.way == "whip" else [],
        listen={} if bearer.way == "whip" else {section.mid: AUTO for section in offer.sections if section.receives},
    )
    try:
        joined = await seat(calls, join)
    except MediaError as error:
        raise _problem(error) from None
    fragment = _fragment(joined.sdp)
    response = Response(joined.sdp, 201, media_type=SDP_TYPE)
    response.headers["location"] = f"/{bearer.way}/{bearer.call}/{generation}-{fragment}"
    response.headers["etag"] = f'"{fragment}"'
    response.headers["accept-patch"] = FRAGMENT_TYPE
    return _with_ice_servers(response, request, bearer)


async def patch(request: Request) -> Response:
    """PATCH candidates: taken, not needed. ICE anew: refused."""
    bearer, _ = await _admitted(request)
    etag = await _standing(request, bearer)
    if _type_of(request) != FRAGMENT_TYPE:
        raise ProblemError(415, "unsupported_type", f"Send {FRAGMENT_TYPE}.")
    if request.headers.get("if-match") is None:
        raise ProblemError(428, "precondition_required", "Send If-Match with the session's ETag.")
    if request.headers["if-match"] == "*":
        raise ProblemError(422, "no_restart", "ICE is not restarted here: end the session and post a new offer.")
    if etag not in (each.strip() for each in request.headers["if-match"].split(",")):
        raise ProblemError(412, "precondition_failed", "This is another ICE session than the ETag's.")
    try:
        check_fragment(await _text(request))
    except SdpError as error:
        raise _unreadable(error) from None
    return Response(status_code=204)


async def end(request: Request) -> Response:
    """DELETE the session."""
    bearer, _ = await _admitted(request)
    await _standing(request, bearer)
    try:
        await calls_of(request).back_end.remove(Remove(room=bearer.call, participant=bearer.participant))
    except MediaError as error:
        raise _problem(error) from None
    return Response(status_code=200)


async def describe(request: Request) -> Response:
    """OPTIONS: what is taken here, and the ICE servers for who shows a token."""
    taken = {"accept-post": SDP_TYPE, "accept-patch": FRAGMENT_TYPE, "allow": "OPTIONS, POST, PATCH, DELETE"}
    response = Response(headers=taken | _MAY)
    bearer = _bearer(request)
    stands = bearer is not None and await _rights(request, bearer) is not None
    return _with_ice_servers(response, request, bearer) if bearer and stands else response


def _with_ice_servers(response: Response, request: Request, bearer: Bearer) -> Response:
    kernel = kernel_of(request)
    for link in link_headers(ice_servers(kernel.settings, bearer.person, kernel.clock.now())):
        response.headers.append("link", link)
    return response


def _bearer(request: Request) -> Bearer | None:
    """What the token says that a request shows; None without a good one for this call and this way."""
    kernel, way = kernel_of(request), request.url.path.split("/")[1]
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    bearer = read_token(kernel.settings.secret_bytes, token.strip(), kernel.clock.now())
    if kind.lower() != "bearer" or bearer is None or (bearer.way, bearer.call) != (way, request.path_params["call"]):
        return None
    return bearer


async def _admitted(request: Request) -> tuple[Bearer, CallRights]:
    """Who asks, and what they may do in the call. Raises ProblemError: 401 without a good token."""
    bearer = _bearer(request)
    if bearer is None:
        raise ProblemError(
            401, "unauthorized", "A good bearer token is needed.", headers={"www-authenticate": "Bearer"}
        )
    await kernel_of(request).limiter.spend("encoder", REQUESTS_OF_ONE, bearer.person)
    rights = await _rights(request, bearer)
    if rights is None:
        raise ProblemError(403, "forbidden", "Its person may not do this any more.")
    return bearer, rights


async def _rights(request: Request, bearer: Bearer) -> CallRights | None:
    """What its person may do in the call; None where that is no longer what the token is for."""
    rights = (await calls_of(request).rights([(bearer.person, bearer.call)])).get((bearer.person, bearer.call))
    return rights if rights and (rights.publish if bearer.way == "whip" else rights.listen) else None


async def _standing(request: Request, bearer: Bearer) -> str:
    """The ETag of the session that is asked about. Raises ProblemError: 404 where it has ended, or never began."""
    generation, _, fragment = request.path_params["session"].partition("-")
    try:
        state = await calls_of(request).back_end.state(bearer.call)
    except MediaError as error:
        raise _problem(error) from None
    standing = [(each.id, str(each.generation)) for each in state.participants] if state else []
    if (bearer.participant, generation) not in standing:
        raise ProblemError(404, "not_found", "This session has ended.")
    return f'"{fragment}"'


async def _sdp(request: Request) -> str:
    if _type_of(request) != SDP_TYPE:
        raise ProblemError(415, "unsupported_type", f"Send {SDP_TYPE}.")
    return await _text(request)


async def _text(request: Request) -> str:
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError:
        raise ProblemError(400, "bad_request", "sdp: not UTF-8") from None


def _type_of(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _parsed(text: str) -> Offer:
    try:
        return parse_offer(text)
    except SdpError as error:
        raise _unreadable(error) from None


def _unreadable(error: SdpError) -> ProblemError:
    return ProblemError(400, "bad_request", f"sdp: {error}")


def _published(offer: Offer) -> list[Published]:
    """An encoder's first sound and its first picture."""
    found: dict[str, Published] = {}
    for section in offer.sections:
        if section.sends and section.kind in ("audio", "video") and section.kind not in found:
            source: Literal["microphone", "camera"] = "microphone" if section.kind == "audio" else "camera"
            found[section.kind] = Published(mid=section.mid, source=source)
    if not found:
        raise ProblemError(400, "bad_request", "sdp: nothing is sent")
    return list(found.values())


def _fragment(sdp: str) -> str:
    """What an ICE session is told from others by; the ETag is made of it (RFC 9725, 4.3.1)."""
    found = re.search(r"^a=ice-ufrag:(\w+)", sdp, re.MULTILINE)
    return found[1] if found else ""


def _problem(error: MediaError) -> ProblemError:
    status = _STATUS.get(error.code, 500)
    headers = {"retry-after": "2"} if status == 503 else {}
    return ProblemError(status, error.code, error.message, headers=headers)


def _open(endpoint: Endpoint) -> Endpoint:
    """Let pages of other sites read the answers, refusals as well."""

    async def answer(request: Request) -> Response:
        try:
            response = await endpoint(request)
        except ProblemError as error:
            error.headers |= _FOR_OTHER_SITES
            raise
        response.headers.update(_FOR_OTHER_SITES)
        return response

    return answer


def _routes(way: Way) -> list[BaseRoute]:
    begun, session = f"/{way}/{{call}}", f"/{way}/{{call}}/{{session}}"
    return [
        Route(begun, _open(begin), methods=["POST"], name=f"{way}_begin"),
        Route(begun, _open(describe), methods=["OPTIONS"], name=f"{way}_describe"),
        Route(session, _open(patch), methods=["PATCH"], name=f"{way}_patch"),
        Route(session, _open(end), methods=["DELETE"], name=f"{way}_end"),
        Route(session, _open(describe), methods=["OPTIONS"], name=f"{way}_describe_session"),
    ]


routes = [*_routes("whip"), *_routes("whep")]
