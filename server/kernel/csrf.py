"""Forged requests: a browser says where a request comes from, and only our own pages may change anything."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from server.kernel.http import ProblemError, is_api
from server.kernel.settings import Settings

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class OwnPagesOnly:
    """Refuses unsafe methods that another site's page sent.

    Not below /api/ and where else only a token counts (`by_token`, beginnings of paths): no browser adds one by itself,
    and a cookie counts for nothing there.
    """

    def __init__(self, app: ASGIApp, settings: Settings, by_token: tuple[str, ...] = ()) -> None:
        self.app = app
        self.by_token = by_token
        self.origins = frozenset({origin_of(settings.public_url)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in _SAFE and not self._own(scope):
            raise ProblemError(403, "foreign_origin", "This request came from another site.")
        await self.app(scope, receive, send)

    def _own(self, scope: Scope) -> bool:
        if is_api(scope["path"]) or scope["path"].startswith(self.by_token):
            return True
        headers = Headers(scope=scope)
        here = f"{scope.get('scheme', 'http')}://{headers.get('host', '')}"
        return is_own(headers, (*self.origins, here))


def is_own(headers: Headers, origins: Iterable[str]) -> bool:
    """Whether a request with these headers comes from a page of these origins, or from no browser at all.

    Sec-Fetch-Site decides where the browser sends it; else Origin; a browser that sends neither is refused
    as soon as it brings a cookie, because nobody can tell then who made it send the request.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is not None:
        return origin in origins
    return "cookie" not in headers


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as browsers write an origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
