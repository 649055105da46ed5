"""The processes: one uvicorn server per worker, and a supervisor over several workers on one socket."""

import asyncio
import errno
import os
import socket
from types import FrameType

import structlog
import uvicorn
from starlette.applications import Starlette

from server.kernel import sweeping
from server.kernel.refusal import StartRefused, refuse_unsupported
from server.kernel.settings import Settings
from server.kernel.shared_bus import is_heard
from server.live import topics

# After the leave-taking: how long uvicorn waits for answers that are still being written.
SHUTDOWN_S = 5
# What the leave-taking may take beyond its own limit before it is cut off.
DRAIN_GRACE_S = 1.0
BACKLOG = 2048

log = structlog.get_logger(__name__)


def serve(settings: Settings, descriptor: int | None = None) -> None:
    """Serve until a signal says to stop. `descriptor` is the supervisor's socket, in a worker.

    Raises StartRefused with one sentence for the operator.
    """
    refuse_unsupported(settings)
    if settings.workers > 1 and descriptor is None:
        from server.supervisor import supervise

        with listening(settings) as listener:
            supervise(settings, listener)
        return
    own = socket.socket(fileno=descriptor) if descriptor is not None else bound(settings)
    with own:
        asyncio.run(serve_app(settings, own, supervised=descriptor is not None))


async def serve_app(settings: Settings, listener: socket.socket, *, supervised: bool = False) -> None:
    """Start everything, serve on the socket, and end everything in order."""
    sweeping.begin_start()
    if not (supervised or (settings.redis_url and await is_heard(settings, topics.PRESENCE))):
        # No other worker lets people in: they wait here, and come in sooner than those who are refused and try again.
        listen(listener, settings)
    from server.app import create_app

    app = create_app(settings)
    async with app.router.lifespan_context(app):
        sweeping.end_start()
        server = Server(config_of(settings, app), app, parent=os.getppid() if supervised else None)
        await server.serve([listener])


def config_of(settings: Settings, app: Starlette) -> uvicorn.Config:
    """How uvicorn runs the application."""
    from server.http_protocol import BoundedHttp
    from server.live.transport import SERVER_OPTIONS

    return uvicorn.Config(
        app,
        **SERVER_OPTIONS,
        http=BoundedHttp,
        lifespan="off",  # started before the socket is served, see serve_app
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )


class Server(uvicorn.Server):
    """On the first signal takes leave of the live connections, then shuts down as uvicorn does; the second forces."""

    def __init__(self, config: uvicorn.Config, app: Starlette, parent: int | None = None) -> None:
        super().__init__(config)
        self._app = app
        self._parent = parent

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept, and say so: from here on a signal ends it in order."""
        settings = self._app.state.kernel.settings
        try:
            await super().startup(sockets)
        except OSError as error:  # another server that was started at the same moment was quicker
            raise StartRefused(_why(error, settings)) from None
        for listener in sockets or []:
            log.info("listening", address=settings.public_url, port=listener.getsockname()[1])

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal said to stop."""
        if self.should_exit:
            self.force_exit = True
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: stop also when the supervisor is gone, so that no worker is left behind."""
        if self._parent is not None and counter % 10 == 0 and os.getppid() != self._parent:
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take leave, then close what is left."""
        await self._drain()
        await super().shutdown(sockets)

    async def _drain(self) -> None:
        self._app.state.readiness.draining = True
        live = getattr(self._app.state, "live", None)
        if live is None:
            return
        leaving: asyncio.Future[None] = asyncio.ensure_future(live.drain())
        limit = asyncio.get_running_loop().time() + self._app.state.kernel.settings.drain_seconds + DRAIN_GRACE_S
        while not leaving.done() and not self.force_exit and asyncio.get_running_loop().time() < limit:
            await asyncio.wait([leaving], timeout=0.1)
        leaving.cancel()
        await asyncio.wait([leaving])
        if not leaving.cancelled() and (error := leaving.exception()):
            log.error("drain_failed", exc_info=error)


def listening(settings: Settings) -> socket.socket:
    """The socket that workers share, where whoever comes early waits for the first of them. Raises StartRefused."""
    listener = bound(settings)
    listen(listener, settings)
    listener.set_inheritable(True)
    return listener


def listen(listener: socket.socket, settings: Settings) -> None:
    """Let people in, who wait until they are served. Closed and StartRefused raised when another one was quicker."""
    try:
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise StartRefused(_why(error, settings)) from None


def bound(settings: Settings) -> socket.socket:
    """The socket to serve on, which nobody gets into yet: where other workers are up, a proxy goes to one of these, and
    is not left waiting here. Raises StartRefused when the port is taken or not ours to take."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # What is accepted inherits it. Else a page's body waits for the acknowledgement of its headers, 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise StartRefused(_why(error, settings)) from None
    return listener


def _why(error: OSError, settings: Settings) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {settings.port} on {settings.host} is taken: stop what uses it, or choose another with --port."
    if error.errno == errno.EACCES:
        return f"Port {settings.port} needs special rights: choose one above 1023 with --port."
    return f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}."
