"""Headers that every answer carries: what the browser may load, and what it must not do."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.kernel.hosts import host_name, own_names
from server.kernel.reports import CSP_REPORTS
from server.kernel.settings import Settings

# Two years, the least that browsers' preload lists ask for is one.
HSTS = "max-age=63072000; includeSubDomains"

HSTS_ELSEWHERE = "max-age=31536000"

_PLAIN = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=()",
    "cross-origin-opener-policy": "same-origin",
}


class SecurityHeaders:
    """Adds them to each response; what an endpoint set itself stays."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.fixed = dict(_PLAIN)
        self.elsewhere = livekit_origins(settings.livekit_url)
        self.https = settings.https
        self.own = own_names(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.fixed.items():
                    headers.setdefault(name, value)
                if self.https:
                    headers.setdefault("strict-transport-security", self._https_for(scope))
                headers.setdefault("content-security-policy", policy(scope, self.elsewhere))
                # Pages are one person's: a browser may keep them, but asks before it shows one again.
                headers.setdefault("cache-control", "private, no-cache")
            await send(message)

        await self.app(scope, receive, adding)

    def _https_for(self, scope: Scope) -> str:
        """For how long browsers come by https alone: at others' names not for what they have below them."""
        return HSTS if host_name(Headers(scope=scope).get("host", "")) in self.own else HSTS_ELSEWHERE


def policy(scope: Scope, elsewhere: str = "") -> str:
    """The content security policy of one response: own files, and inline code only with this response's nonce.

    `elsewhere` are origins that pages may talk to besides.
    """
    nonce = f"'nonce-{scope['state']['nonce']}'"
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {nonce}",
            f"style-src 'self' {nonce}",
            "img-src 'self' data: blob:",
            f"connect-src 'self' {_own_sockets(scope)} {elsewhere}".rstrip(),
            "media-src 'self' blob:",
            "object-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            f"report-uri {CSP_REPORTS}",
        )
    )


def livekit_origins(url: str) -> str:
    """Where LiveKit's client connects to: by WebSocket, after a question over HTTP."""
    scheme, _, rest = url.partition("://")
    host = rest.split("/")[0]
    secure = scheme in ("wss", "https")
    return f"{'wss' if secure else 'ws'}://{host} {'https' if secure else 'http'}://{host}" if host else ""


def _own_sockets(scope: Scope) -> str:
    """The live line's address; older browsers do not count it as 'self'."""
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    return f"{'wss' if scope.get('scheme') == 'https' else 'ws'}://{host}"
