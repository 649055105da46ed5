"""Answers that a client need not load again: an ETag made of the content, and 304 where it has not changed."""

import hashlib
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


def json_answer(request: Request, body: Any) -> Response:
    """JSON that is asked again each time, and sent only when it has changed."""
    return tagged(request, JSONResponse(body))


def tagged(request: Request, response: Response) -> Response:
    """The response with its ETag; or 304 without a body when the client has it already (GET and HEAD only)."""
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    response.headers["etag"] = tag
    response.headers.setdefault("cache-control", "private, no-cache")
    if request.method in ("GET", "HEAD") and has_already(request.headers.get("if-none-match", ""), tag):
        kept = {name: value for name, value in response.headers.items() if name in ("etag", "cache-control", "vary")}
        return Response(status_code=304, headers=kept)
    return response


def has_already(if_none_match: str, tag: str) -> bool:
    """Whether a request's If-None-Match names this tag; weak comparison, as RFC 9110 asks for."""
    named = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return tag in named or "*" in named
