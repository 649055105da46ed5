"""What browsers report: breaches of the content security policy, counted, and logged without what they quote."""

from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.kernel.json import read_json
from server.kernel.observe import CSP_REPORTED
from server.kernel.parts import kernel_of
from server.kernel.rate import address_of

CSP_REPORTS = "/csp-report"
# One broken page reports each of its parts; a flood is somebody's, and says nothing new.
PER_ADDRESS = "30 per minute"

log = structlog.get_logger(__name__)


async def csp_report(request: Request) -> Response:
    """Note which directive refused what kind of address."""
    await kernel_of(request).limiter.spend("csp-report", PER_ADDRESS, address_of(request))
    body = await read_json(request)
    report = body.get("csp-report", {}) if isinstance(body, dict) else {}
    if isinstance(report, dict):
        directive = _short(report.get("effective-directive") or report.get("violated-directive"))
        CSP_REPORTED.inc()
        log.warning(
            "csp_breach",
            directive=directive,
            page=urlsplit(_short(report.get("document-uri"))).path,
            blocked=_short(report.get("blocked-uri")).split("?")[0],
        )
    return Response(status_code=204)


def _short(value: Any) -> str:
    return value[:200] if isinstance(value, str) else ""


routes = [Route(CSP_REPORTS, csp_report, methods=["POST"])]
