"""The check of camera, sound and connection: all is found out in the browser, the page brings the ICE servers."""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.kernel.parts import kernel_of
from signaling.turn import ice_servers
from web.render import page


async def check(request: Request) -> Response:
    """The page. Its credentials are the viewer's own, so it is kept by nobody."""
    kernel = kernel_of(request)
    servers = ice_servers(kernel.settings, request.state.person.id, kernel.clock.now())
    headers = {"cache-control": "no-store"}
    has_relay = any(each.username for each in servers)
    wired = [asdict(each) for each in servers]
    return page(request, "signaling/check.html", headers=headers, servers=wired, has_relay=has_relay)


routes = [Route("/check", check, name="check")]
