"""The composition root: everything that runs, built in order, in one place."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from fairs.queries import roles_in
from people.sessions import authenticate
from server.access import BODY_LIMITS, ROUTES
from server.kernel import health, reports
from server.kernel.body import BodyLimit
from server.kernel.bus import Bus
from server.kernel.clock import Clock, SystemClock
from server.kernel.context import RequestContext
from server.kernel.csrf import OwnPagesOnly
from server.kernel.db import Database
from server.kernel.errors import Answer, Errors
from server.kernel.events import Events
from server.kernel.files import Files
from server.kernel.guard import Guard, SignInFirst
from server.kernel.headers import SecurityHeaders
from server.kernel.hosts import KnownHosts
from server.kernel.http import ProblemError
from server.kernel.jobs import Jobs
from server.kernel.mail import Mail
from server.kernel.memory_bus import MemoryBus
from server.kernel.migrate import upgrade
from server.kernel.parts import Kernel
from server.kernel.rate import Limiter
from server.kernel.redis_bus import RedisBus
from server.kernel.refusal import alone_or_connected
from server.kernel.settings import Settings
from web import assets, pages
from web.frame import LOCALE_COOKIE
from web.i18n import negotiate
from web.render import Templates, error_page


def create_kernel(settings: Settings, clock: Clock | None = None) -> Kernel:
    """The ground under the features, built but not started."""
    settings.data.mkdir(parents=True, exist_ok=True)
    clock = clock or SystemClock()
    events = Events()
    database = Database(settings, clock, events)
    jobs = Jobs(database)
    return Kernel(
        settings=settings,
        clock=clock,
        events=events,
        database=database,
        bus=create_bus(settings, clock),
        jobs=jobs,
        mail=Mail(settings, clock, jobs),
        files=Files(settings.data / "files"),
        limiter=Limiter(settings),
    )


def create_bus(settings: Settings, clock: Clock) -> Bus:
    """Redis where it is configured, else memory."""
    if not settings.redis_url:
        return MemoryBus()
    return RedisBus(settings.redis_url, settings.redis_prefix, clock)


def create_app(settings: Settings, kernel: Kernel | None = None) -> Starlette:
    """The whole application. Raises AccessTableError when a route has no row in server/access.py."""
    kernel = kernel or create_kernel(settings)
    files = assets.Assets()
    guard = Guard(kernel, ROUTES, BODY_LIMITS, authenticate, roles_in, _locale)
    answer = Answer(_error_page)
    app = Starlette(
        routes=guard.over([assets.serve(files), *all_routes()]),
        lifespan=_lifespan(kernel),
        exception_handlers={kind: answer for kind in (ProblemError, HTTPException, SignInFirst)},
        middleware=[
            Middleware(RequestContext, clock=kernel.clock, choose_locale=_locale),
            Middleware(SecurityHeaders, settings=settings),
            Middleware(Errors, answer=answer),
            Middleware(KnownHosts, settings=settings),
            Middleware(OwnPagesOnly, settings=settings),
            Middleware(BodyLimit),
        ],
    )
    app.state.kernel = kernel
    app.state.templates = Templates(files, kernel.clock, dev=settings.dev)
    app.state.readiness = health.Readiness()
    return app


def all_routes() -> list[BaseRoute]:
    """The routes of all features."""
    return [*health.routes, *reports.routes, *pages.routes]


@asynccontextmanager
async def running(kernel: Kernel) -> AsyncIterator[Kernel]:
    """The kernel between its start and its end. Raises StartRefused."""
    async with AsyncExitStack() as ending:
        ending.push_async_callback(kernel.database.close)
        await ending.enter_async_context(alone_or_connected(kernel.settings))
        await upgrade(kernel.database)
        await kernel.bus.start()
        ending.push_async_callback(kernel.bus.stop)
        await kernel.jobs.start()
        ending.push_async_callback(kernel.jobs.stop)
        yield kernel


def _lifespan(kernel: Kernel) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with running(kernel):
            yield

    return lifespan


def _locale(connection: HTTPConnection) -> str:
    """The language to answer in: chosen in this browser, else in the profile, else what the browser prefers."""
    profile = getattr(connection.state.person, "locale", None)
    return negotiate([connection.cookies.get(LOCALE_COOKIE), profile], connection.headers.get("accept-language"))


def _error_page(request: Request, error: ProblemError) -> Response:
    return error_page(request, error.status, retry_after=int(error.headers.get("retry-after", "0")))
