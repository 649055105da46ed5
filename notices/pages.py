"""Notices: what somebody is told, and on which of their devices by push."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from notices import devices
from notices.keys import Key, key_of
from notices.pushing import push_to
from notices.rules import DEVICES_MOST, NoSubscriptionError, Notice, subscription
from people.pages.entering import PRIVATE, id_in
from server.kernel.http import ProblemError, not_found
from server.kernel.json import read_json
from server.kernel.parts import kernel_of
from web.assets import of_the_product
from web.i18n import translations
from web.render import locale_of, page, redirect

# How often somebody may switch on: each time an address of their choosing gets a message from us.
SWITCHED_ON = "20 per hour"
# The first notice, which shows that they arrive, is of use for so long.
FIRST_FOR = timedelta(minutes=10)
WORKER = "js/notices/worker.js"
# The worker shows what it is given: it loads nothing, and asks nobody.
_WORKER_HEADERS = {"cache-control": "no-cache", "content-security-policy": "default-src 'none'"}


async def show(request: Request) -> Response:
    """What one is told and where, and one's devices."""
    key = key_of(kernel_of(request).settings)
    async with kernel_of(request).database.read() as session:
        found = await devices.of_person(session, request.state.person.id)
    here = request.state.session_id
    return page(
        request,
        "notices/notices.html",
        headers=PRIVATE,
        key=key.public if key else "",
        devices=found,
        session_here=here,
        on=any(entry.id == here and key is not None and one.server_key == key.public for one, entry in found),
        full=sum(entry.id != here for _, entry in found) >= DEVICES_MOST,
        most=DEVICES_MOST,
    )


async def switch_on(request: Request) -> Response:
    """Take what the browser's push service answered, and have a first notice sent there. Returns {"next": path}."""
    key, kernel = _key(request), kernel_of(request)
    await kernel.limiter.spend("push devices", SWITCHED_ON, request.state.person.id)
    try:
        to = subscription(await read_json(request))
    except NoSubscriptionError:
        raise ProblemError(422, "no_subscription", "This is no address of a push service.") from None
    person, session_id = request.state.person, request.state.session_id
    _ = translations(locale_of(request)).gettext
    try:
        async with kernel.database.write() as uow:
            device = await devices.switch_on(uow, person.id, session_id, to, key.public)
            until = uow.clock.now() + FIRST_FOR
            first = Notice("Fairmatch", _("Notices arrive on this device now."), "/me/notices", "first", until)
            push_to(uow, device.id, first, key="first")
    except devices.RefusedError as refused:
        raise ProblemError(409, refused.why, "This device is not taken.") from None
    return JSONResponse({"next": "/me/notices"}, headers={"cache-control": "no-store"})


async def switch_off(request: Request) -> Response:
    """Send nothing to a device any more."""
    async with kernel_of(request).database.write() as uow:
        if not await devices.switch_off(uow, request.state.person.id, id_in(request, "device")):
            raise not_found()
    said = translations(locale_of(request)).gettext("No more notices are sent there.")
    return redirect("/me/notices", said=said)


async def worker(_request: Request) -> Response:
    """The service worker, at an address of its own: it has no say over any page but those below it, of which there are
    none."""
    asset = of_the_product()[WORKER]
    return Response(asset.content, media_type=asset.type, headers=_WORKER_HEADERS)


def _key(request: Request) -> Key:
    key = key_of(kernel_of(request).settings)
    if key is None:
        raise not_found()
    return key


routes = [
    Route("/me/notices", show, name="notices"),
    Route("/me/notices/devices", switch_on, methods=["POST"], name="switch_notices_on"),
    Route("/me/notices/devices/{device}/remove", switch_off, methods=["POST"], name="switch_notices_off"),
    Route("/notices/worker.js", worker, name="notices_worker"),
]
