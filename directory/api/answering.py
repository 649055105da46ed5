"""Answers of the API: records with their tag, pages with their cursors."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from directory.api.declared import Call
from directory.api.shapes.common import Onward, Paged
from directory.search.documents import Mark
from server.kernel.etag import json_answer, tagged
from server.kernel.http import ProblemError
from server.kernel.paging import Asked, paged

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COMPRESSED = re.compile(r'-[a-z]+"$')


def record(call: Call, shown: BaseModel, status: int = 200, location: str = "") -> Response:
    """One record with its ETag; 304 where the program has it already."""
    response = tagged(call.request, JSONResponse(shown.model_dump(mode="json"), status))
    if location:
        response.headers["location"] = location
    return response


def page(call: Call, shown: Sequence[BaseModel], cursors: Sequence[str]) -> Response:
    """A page of records that were read with one more than it holds; the way on also as Link."""
    query: Onward = call.query
    asked = Asked(query.after, query.limit)
    return paged(call.request, asked, [one.model_dump(mode="json") for one in shown], cursors)


def whole(call: Call, shown: Sequence[BaseModel]) -> Response:
    """A list that is one page."""
    return json_answer(call.request, {"items": [one.model_dump(mode="json") for one in shown], "next": None})


def mark_in(query: Paged) -> Mark | None:
    """The place that the cursor names."""
    if query.after is None:
        return None
    moment, _, id_ = query.after.partition(".")
    return Mark(_EPOCH + timedelta(microseconds=int(moment)), id_)


def cursor(at: datetime, id_: str) -> str:
    """The place of a record, as a cursor: see `shapes.common.PLACE`."""
    return f"{(at - _EPOCH) // timedelta(microseconds=1)}.{id_}"


def check_match(request: Request, shown: BaseModel) -> None:
    """Refuse to change a record that is no longer as the program has read it. Raises ProblemError 412."""
    wanted = request.headers.get("if-match")
    if wanted is None or wanted.strip() == "*":
        return
    now = tagged(request, JSONResponse(shown.model_dump(mode="json"))).headers["etag"]
    if now not in [_as_we_gave_it(each.strip()) for each in wanted.split(",")]:
        raise ProblemError(412, "changed_meanwhile", "It has changed since you have read it: read it again.")


def _as_we_gave_it(tag: str) -> str:
    """A tag without what a proxy has made of it because it compressed the answer: Caddy adds "-gzip" or "-zstd" (and
    takes it off again from If-None-Match alone), nginx makes it weak. Ours are made of the content, so it is the same.
    """
    return _COMPRESSED.sub('"', tag.removeprefix("W/"))
