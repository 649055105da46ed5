"""Which names this server answers to: its own address and this machine's."""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from server.kernel.http import ProblemError
from server.kernel.settings import Settings

# Watchers, and the proxy before it fetches a certificate, ask a worker by whatever address it has; the answers hold no
# links and are not kept.
FOR_MACHINES = frozenset({"/healthz", "/readyz", "/metrics", "/tls/ask"})
# The entry of the scope with which a feature before this check says that it answers for a name of its own.
ANSWERED_FOR = "fairmatch.answered_for"
# A name or a number, or a number in brackets, and a port (RFC 9110, section 7.2).
_HOST = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([a-zA-Z0-9._-]+))(?::[0-9]{0,5})?")
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class KnownHosts:
    """Refuses a request for another host, so that a forged Host never gets into a link or a cache."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.hosts = own_names(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not self._known(scope):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            raise ProblemError(421, "unknown_host", "This server does not answer to that name.")
        await self.app(scope, receive, send)

    def _known(self, scope: Scope) -> bool:
        if ANSWERED_FOR in scope or scope["path"] in FOR_MACHINES:
            return True
        return host_name(Headers(scope=scope).get("host", "")) in self.hosts


def own_names(settings: Settings) -> frozenset[str]:
    """The names that are this server's own."""
    return _LOCAL | {settings.host, urlsplit(settings.public_url).hostname or ""}


def host_name(host: str) -> str:
    """The name in a Host header, without port and brackets; empty for what is no such header: whatever else stands in
    one would get into the address of the live line that the content security policy names."""
    found = _HOST.fullmatch(host)
    return (found[1] or found[2]).lower() if found else ""
