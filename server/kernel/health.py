"""What machines ask: is it alive, is it ready, what are its figures."""

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.kernel import figures
from server.kernel.http import not_found
from server.kernel.parts import Kernel, kernel_of
from server.kernel.patience import answered_within

DATABASE_TIMEOUT_S = 2.0
# A little less: giving up what was asked, in place of the connection, is asked of the same database, and takes 10 s.
ANSWER_S = 1.5
# realtime.md: after this much silence of the bus, a worker asks to be taken out.
BUS_SILENCE_S = 30.0


@dataclass
class Readiness:
    """What else has to be well for the server to be ready; parts add their own questions, which answer at once."""

    checks: dict[str, Callable[[], bool]] = field(default_factory=dict)
    draining: bool = False

    async def answers(self, kernel: Kernel) -> dict[str, bool]:
        """Each check by name, and whether it is well."""
        answers = {name: check() for name, check in self.checks.items()}
        answers["staying"] = not self.draining
        answers["bus"] = kernel.bus.silent_for < BUS_SILENCE_S
        answers["database"] = await _reachable(kernel)
        return answers


async def _reachable(kernel: Kernel) -> bool:
    try:
        with answered_within(ANSWER_S):
            async with asyncio.timeout(DATABASE_TIMEOUT_S), kernel.database.read() as session:
                await session.execute(text("SELECT 1"))
    except Exception:
        return False
    return True


async def alive(_request: Request) -> Response:
    """The event loop turns."""
    return JSONResponse({"status": "ok"}, headers={"cache-control": "no-store"})


async def ready(request: Request) -> Response:
    """Whether to send people here: 200 or 503, and each check by name."""
    readiness: Readiness = request.app.state.readiness
    answers = await readiness.answers(kernel_of(request))
    well = all(answers.values())
    body = {"status": "ok" if well else "not ready", "checks": answers}
    return JSONResponse(body, 200 if well else 503, {"cache-control": "no-store"})


async def metrics(request: Request) -> Response:
    """Figures for Prometheus: to the bearer of the token, or without one to this machine only."""
    token = kernel_of(request).settings.metrics_token.get_secret_value()
    if not (_bears(request, token) if token else _from_here(request)):
        raise not_found()
    return Response(generate_latest(_figures()), media_type=CONTENT_TYPE_LATEST)


def _figures() -> CollectorRegistry:
    """This process's figures, or those of all workers of this machine where a supervisor has them gathered."""
    if not figures.are_gathered():
        return REGISTRY
    gathered = CollectorRegistry()
    MultiProcessCollector(gathered)  # type: ignore[no-untyped-call]
    return gathered


def _bears(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "")
    return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _from_here(request: Request) -> bool:
    # A reverse proxy on this machine also comes from here, but then says for whom.
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    return request.client is not None and request.client.host in ("127.0.0.1", "::1") and not forwarded


routes = [
    Route("/healthz", alive),
    Route("/readyz", ready),
    Route("/metrics", metrics),
]
