"""What every request carries: its id, its nonce, its language; and one line of log when it is answered."""

import re
import secrets
from collections.abc import Callable
from typing import Any

import structlog
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.kernel.clock import Clock
from server.kernel.ids import new_id
from server.kernel.patience import REQUEST_S, answered_within

# An id that a proxy gave is kept when it is one: letters, digits and a few marks, so that it is harmless in a log.
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
NONCE_BYTES = 16

log = structlog.get_logger("access")

# Chooses by cookie, by `connection.state.person` (None before the guard has asked), and by Accept-Language.
ChooseLocale = Callable[[HTTPConnection], str]


class RequestContext:
    """Sets `request.state` for what follows, and logs path, status and duration: never a query string."""

    def __init__(self, app: ASGIApp, clock: Clock, choose_locale: ChooseLocale) -> None:
        self.app = app
        self.clock = clock
        self.choose_locale = choose_locale

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        scope.setdefault("state", {}).update(self._state(connection))
        connection.state.locale = self.choose_locale(connection)
        with structlog.contextvars.bound_contextvars(request_id=scope["state"]["request_id"]):
            await self._answered(scope, receive, send)

    def _state(self, connection: HTTPConnection) -> dict[str, Any]:
        given = connection.headers.get("x-request-id", "")
        return {
            "request_id": given if _SANE_ID.fullmatch(given) else new_id(),
            "nonce": secrets.token_urlsafe(NONCE_BYTES),
            "person": None,
            "session_id": None,
        }

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        status = 500
        begun = self.clock.monotonic()
        request_id = scope["state"]["request_id"].encode()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id)]
            await send(message)

        try:
            with answered_within(REQUEST_S):
                await self.app(scope, receive, noting)
        finally:
            took = round((self.clock.monotonic() - begun) * 1000, 1)
            log.info("request", method=scope["method"], path=scope["path"], status=status, ms=took)
