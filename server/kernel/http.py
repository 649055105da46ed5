"""How the server answers: problems as RFC 9457 says, and small things that every page needs."""

from http import HTTPStatus
from typing import Any

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse

PROBLEM_TYPE = "application/problem+json"
# Below here programs alone are answered: always by JSON, and never by what a cookie says.
API = "/api/"


class ProblemError(Exception):
    """An answer that is not the wanted one. `code` is stable and for programs, `detail` is for people.

    Raised anywhere below a route; becomes problem+json or an error page, as the client accepts.
    """

    def __init__(
        self, status: int, code: str, detail: str = "", *, headers: dict[str, str] | None = None, **extra: Any
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers or {}
        self.extra = extra


def problem(error: ProblemError) -> JSONResponse:
    """The problem as JSON (RFC 9457), never cached."""
    body = {"type": "about:blank", "title": HTTPStatus(error.status).phrase, "status": error.status}
    body |= {"code": error.code, "detail": error.detail} | error.extra
    headers = {"cache-control": "no-store"} | error.headers
    return JSONResponse(body, error.status, headers, media_type=PROBLEM_TYPE)


def not_found() -> ProblemError:
    """What one may not see does not exist: the same answer for both."""
    return ProblemError(404, "not_found")


def wants_html(connection: HTTPConnection) -> bool:
    """Whether a person at a browser is asking, rather than a program."""
    return not is_api(connection.scope["path"]) and "text/html" in connection.headers.get("accept", "")


def is_api(path: str) -> bool:
    """Whether a path is for programs alone."""
    return path.startswith(API)
