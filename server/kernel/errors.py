"""Everything that goes wrong becomes an answer: a page for people, problem+json for programs, never a traceback."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.kernel.away import is_full, note_refusal
from server.kernel.guard import SignInFirst
from server.kernel.http import ProblemError, problem, wants_html

ErrorPage = Callable[[Request, ProblemError], Response]

log = structlog.get_logger(__name__)

_CODES = {404: "not_found", 405: "method_not_allowed", 400: "bad_request"}


@dataclass(frozen=True)
class Answer:
    """The response to an exception. `page` draws a problem for people."""

    page: ErrorPage

    def __call__(self, request: Request, error: Exception) -> Response:
        """What nobody expected is logged in full, and told to nobody."""
        if isinstance(error, SignInFirst):
            return error.response()
        if isinstance(error, ClientDisconnect):
            return Response(status_code=400)  # nobody is there to read it, and it is no fault of ours
        found = as_problem(error)
        if found.status == 500:
            log.error("request_failed", code=found.code, exc_info=error)
        if not wants_html(request):
            return problem(found)
        response = self.page(request, found)
        response.headers.update(found.headers)
        return response


class Errors:
    """Answers whatever the application raises, so that nothing reaches the server below it."""

    def __init__(self, app: ASGIApp, answer: Answer) -> None:
        self.app = app
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as error:
            answer = self.answer(Request(scope), error)
            if not begun:
                await answer(scope, receive, send)


def as_problem(error: Exception) -> ProblemError:
    """Any exception as a problem; the unexpected is a 500 without details."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, HTTPException):
        code = _CODES.get(error.status_code, "http_error")
        return ProblemError(error.status_code, code, headers=dict(error.headers or {}))
    if note_refusal(log, "unavailable", error):
        return _full() if is_full(error) else _unavailable()
    return ProblemError(500, "internal", "Something went wrong here. It has been noted.")


def _full() -> ProblemError:
    detail = "There is no room left on the server's disk; nothing was saved."
    return ProblemError(503, "full", detail, headers={"retry-after": "60"})


def _unavailable() -> ProblemError:
    return ProblemError(503, "unavailable", "The server cannot reach its database.", headers={"retry-after": "2"})
