"""The check of camera, sound and connection: the browser finds out, the server gives it something to measure by, says
what it is enough for, and keeps that for the person."""

from dataclasses import asdict

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.kernel.http import ProblemError
from server.kernel.json import read_json
from server.kernel.parts import kernel_of
from signaling.checks import actions, queries
from signaling.checks.desk import desk
from signaling.checks.measuring import send_bytes, take_bytes
from signaling.checks.rules import Found, Road, troubles_of
from signaling.checks.shown import CheckShown
from signaling.checks.trying import try_node
from signaling.parts import calls_of
from signaling.turn import ice_servers
from web.i18n import translations
from web.render import locale_of, page, redirect

# Results that one person may keep: nobody makes more checks by hand.
KEPT_PER_PERSON = "30 per hour"
FASTEST_KBPS = 100_000_000
LONGEST_MS = 60_000


class CheckBrought(BaseModel):
    """What the browser found."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    down_kbps: int = Field(ge=0, le=FASTEST_KBPS)
    up_kbps: int = Field(ge=0, le=FASTEST_KBPS)
    round_trip_ms: int = Field(ge=0, le=LONGEST_MS)
    microphone: bool
    camera: bool
    roads: dict[Road, bool]


async def show(request: Request) -> Response:
    """The page. Its credentials are the viewer's own, so it is kept by nobody."""
    kernel, person_id = kernel_of(request), request.state.person.id
    servers = ice_servers(kernel.settings, person_id, kernel.clock.now())
    async with kernel.database.read() as session:
        checks = await queries.own(session, person_id)
    return page(
        request,
        "signaling/check.html",
        headers={"cache-control": "no-store"},
        servers=[asdict(each) for each in servers],
        engine=calls_of(request).back_end.engine,
        has_relay=any(each.username for each in servers),
        checks=[CheckShown.of(each, locale_of(request)) for each in checks],
    )


async def keep(request: Request) -> Response:
    """Keep what a check found, and answer what it is enough for."""
    person_id = request.state.person.id
    try:
        brought = CheckBrought.model_validate(await read_json(request))
    except ValidationError:
        raise ProblemError(400, "bad_request", "This is no result of a check.") from None
    await kernel_of(request).limiter.spend("checks", KEPT_PER_PERSON, person_id)
    async with kernel_of(request).database.write() as uow:
        check = await actions.keep(uow, person_id, Found(**brought.model_dump()))
    answer = {"verdict": check.known, "troubles": [trouble.value for trouble in troubles_of(check.found)]}
    return JSONResponse(answer, headers={"cache-control": "no-store"})


async def forget(request: Request) -> Response:
    """Forget all of one's checks."""
    async with kernel_of(request).database.write() as uow:
        await actions.forget(uow, request.state.person.id)
    return redirect("/check", said=translations(locale_of(request)).gettext("Your checks are deleted."))


routes = [
    Route("/check", show, name="check"),
    Route("/check", keep, methods=["POST"], name="keep_check"),
    Route("/check/forget", forget, methods=["POST"], name="forget_checks"),
    Route("/check/node", try_node, methods=["POST"], name="check_node"),
    Route("/check/bytes", send_bytes, name="check_down"),
    Route("/check/bytes", take_bytes, methods=["POST"], name="check_up"),
    Route("/fairs/{fair}/connections", desk, name="fair_connections"),
]
