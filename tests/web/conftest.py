"""A stage for the shell: its own pages with the real templates, assets and headers, without features or a database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from socket import socket
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from server.kernel.clock import FrozenClock
from server.kernel.context import RequestContext
from server.kernel.headers import SecurityHeaders
from server.kernel.settings import Settings
from tests.support.browser import OpenTab, Tab
from web import pages
from web.assets import Assets, of_the_product, serve
from web.frame import LOCALE_COOKIE
from web.i18n import negotiate
from web.render import Templates, error_page, page, redirect

NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)
# How long the second half of a slow page is on its way, in seconds.
SLOW_S = 1.0
AYLIN = SimpleNamespace(id="0193a1", name="Aylin Yıldız", photo_url="")


@dataclass
class Stage:
    """The application, and who looks at it."""

    app: Starlette = field(init=False)
    viewer: SimpleNamespace | None = None
    unread: int = 0
    fair_path: str = ""


@pytest.fixture(scope="session")
def assets() -> Assets:
    """All assets of the product."""
    return of_the_product()


@pytest.fixture
def stage(assets: Assets, tmp_path: Path) -> Stage:
    """The shell with nobody signed in; set `viewer` for somebody."""
    built = Stage()
    clock = FrozenClock(NOON)
    built.app = Starlette(
        routes=[serve(assets), *pages.routes, *_routes()],
        middleware=[
            Middleware(RequestContext, clock=clock, choose_locale=_locale),
            Middleware(SecurityHeaders, settings=Settings(data=tmp_path, _env_file=None)),  # type: ignore[call-arg]
            Middleware(_Seat, stage=built),
        ],
    )
    built.app.state.templates = Templates(assets, clock)
    return built


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody before the stage, who follows no redirects."""
    transport = httpx2.ASGITransport(stage.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://stage.localhost") as opened:
        yield opened


@pytest.fixture
async def stage_url(stage: Stage) -> AsyncIterator[str]:
    """The stage on a port of its own, for browsers."""
    config = uvicorn.Config(stage.app, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = _Announcing(config)
    running = asyncio.create_task(server.serve())
    await server.up.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://localhost:{port}"
    server.should_exit = True
    await running


class _Announcing(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


class _Seat:
    """Puts the stage's viewer into each request, as the guard does."""

    def __init__(self, app: ASGIApp, stage: Stage) -> None:
        self.app, self.stage = app, stage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] |= {"person": self.stage.viewer, "unread": self.stage.unread, "fair_path": self.stage.fair_path}
        await self.app(scope, receive, send)


def _routes() -> list[Route]:
    async def landing(request: Request) -> Response:
        fairs = [SimpleNamespace(name="Energietage Lausitz", line="3–5 December 2026", path="/fairs/1", live=True)]
        return page(request, "landing.html", fairs=fairs, partners=[])

    async def failing(request: Request) -> Response:
        code = request.path_params["code"]
        return error_page(request, int(code) if code.isdigit() else 503, code=code, retry_after=8)

    async def saving(request: Request) -> Response:
        return redirect("/messages", "Ihr Foto <ist> gespeichert.")

    async def refusing(_request: Request) -> Response:
        return redirect("/messages#größe", "Das Foto ist zu groß!", refused=True)

    async def kit(request: Request) -> Response:
        return await pages.kit(request)

    async def slow(request: Request) -> Response:
        whole = bytes((await pages.kit(request)).body)

        async def halves() -> AsyncIterator[bytes]:
            yield whole[:1000]
            await asyncio.sleep(SLOW_S)
            yield whole[1000:]

        return StreamingResponse(halves(), media_type="text/html")

    return [
        Route("/", landing),
        Route("/error/{code}", failing),
        Route("/send/{code}", failing, methods=["POST"]),
        Route("/save", saving, methods=["POST"]),
        Route("/refuse", refusing, methods=["POST"]),
        Route("/messages", kit),
        Route("/slow", slow),
        Route("/me", kit),
        Route("/fairs/{fair}", kit),
    ]


def _locale(connection: HTTPConnection) -> str:
    return negotiate([connection.cookies.get(LOCALE_COOKIE)], connection.headers.get("accept-language"))


Show = Callable[..., Awaitable[Tab]]


@pytest.fixture
def show(stage: Stage, stage_url: str, open_tab: OpenTab) -> Show:
    """Open a page of the shell: the pattern page as Aylin sees it, the others as anybody does."""

    async def open_at(path: str = "/dev/kit", **how: Any) -> Tab:
        stage.viewer = AYLIN if path == "/dev/kit" else None
        tab = await open_tab(stage_url, **how)
        tab.watch.expect("status of 404")  # the error page; and the stage has no live line
        await tab.page.goto(path)
        return tab

    return open_at


@pytest.fixture
async def tab(show: Show) -> Tab:
    """Aylin at her desk, before the pattern page."""
    return await show()
