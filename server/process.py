"""The process: one uvicorn server per worker, started from here so that it takes leave of people in order."""

import asyncio

import uvicorn
from starlette.applications import Starlette

from server.kernel.settings import Settings

# After the leave-taking: how long uvicorn waits for answers that are still being written.
SHUTDOWN_S = 5


class Server(uvicorn.Server):
    """Takes leave of the live connections first, then shuts down as uvicorn does."""

    def __init__(self, config: uvicorn.Config, app: Starlette) -> None:
        super().__init__(config)
        self.app = app

    async def shutdown(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Drain, then close what is left."""
        live = getattr(self.app.state, "live", None)
        if live is not None and not self.force_exit:
            async with asyncio.timeout(self.app.state.kernel.settings.drain_seconds + 1):
                await live.drain()
        await super().shutdown(sockets)  # type: ignore[arg-type]


def serve(settings: Settings) -> None:
    """Serve until a signal says to stop."""
    from server.app import create_app

    app = create_app(settings)
    Server(config_of(settings, app), app).run()


def config_of(settings: Settings, app: Starlette) -> uvicorn.Config:
    """How uvicorn runs the application."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="asyncio",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
