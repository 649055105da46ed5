"""A small application around one piece of the kernel."""

from collections.abc import Awaitable, Callable

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Endpoint = Callable[[Request], Awaitable[Response]]
ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


async def fine(_request: Request) -> Response:
    """An endpoint that has nothing to say."""
    return JSONResponse({"fine": True})


def app_with(*middleware: Middleware, endpoint: Endpoint = fine, path: str = "/") -> Starlette:
    """One route below some middleware, the outermost first."""
    return Starlette(routes=[Route(path, endpoint, methods=ANY_METHOD)], middleware=list(middleware))


def client_of(app: Starlette, base_url: str = "http://localhost:8000", **options: object) -> httpx2.AsyncClient:
    """Somebody who asks the application."""
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=base_url, **options)  # type: ignore[arg-type]
