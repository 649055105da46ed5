"""Lists page by page: a cursor in the address, and the way on in a Link header (RFC 8288)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from server.kernel.etag import json_answer
from server.kernel.http import ProblemError

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
# The longest cursor that we ever give is an id, or a name and an id.
MAX_CURSOR = 400


@dataclass(frozen=True)
class Asked:
    """Which page a request asks for: what comes after a cursor, at most `limit` entries."""

    after: str | None
    limit: int

    @property
    def one_more(self) -> int:
        """How many rows to read: one more than the page holds tells whether there is another page."""
        return self.limit + 1


def page_asked(request: Request, *, default: int = DEFAULT_LIMIT, most: int = MAX_LIMIT) -> Asked:
    """Read `after` and `limit` from the address; a limit above `most` becomes `most`. Raises ProblemError 400."""
    after = request.query_params.get("after")
    text = request.query_params.get("limit", str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 6 or int(text) == 0:
        raise ProblemError(400, "bad_request", "limit is a whole number from 1.")
    if after is not None and not 0 < len(after) <= MAX_CURSOR:
        raise ProblemError(400, "bad_request", "after is a cursor that an earlier page gave.")
    return Asked(after, min(int(text), most))


def paged(request: Request, asked: Asked, items: Sequence[Any], cursors: Sequence[str]) -> Response:
    """A page as {"items": [...], "next": cursor or null}, with the next page's address as Link.

    `items` were read with `asked.one_more`; `cursors` has one for each of them. What is None is left out of the page.
    """
    more = len(items) > asked.limit
    cursor = cursors[asked.limit - 1] if more else None
    response = json_answer(request, {"items": [one for one in items[: asked.limit] if one is not None], "next": cursor})
    if cursor is not None:
        kept = [(key, value) for key, value in request.query_params.multi_items() if key not in ("after", "limit")]
        query = urlencode([*kept, ("after", cursor), ("limit", str(asked.limit))])
        response.headers["link"] = f'<{request.url.path}?{query}>; rel="next"'
    return response
