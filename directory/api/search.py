"""The search for programs: the same index and the same queries as at the pages, but for people."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from directory.api import answering
from directory.api.declared import VERSION, Call, Operation
from directory.api.shapes.search import KINDS, Hit, SearchPage, SearchQuery, SuggestionPage, SuggestionQuery
from directory.search.asking import DEEPEST, Asked
from directory.search.pages import viewer_of
from directory.search.parts import search_of
from directory.search.places import find_place
from server.kernel.access import Access
from server.kernel.http import ProblemError
from web.i18n import N_
from web.render import locale_of


async def find(call: Call) -> Response:
    """A page of what one finds."""
    query: SearchQuery = call.query
    asked = replace(asked_of(query.model_dump(exclude_none=True, exclude={"after"})), offset=int(query.after or 0))
    found = await search_of(call.request).page(viewer_of(call.request), asked)
    onward = str(found.onward.offset) if found.onward and found.onward.offset <= DEEPEST else None
    shown = SearchPage.of(found, search_of(call.request).catalogue, onward, locale_of(call.request), call.site)
    response = answering.record(call, shown)
    if onward is not None:
        kept = [pair for pair in call.request.query_params.multi_items() if pair[0] != "after"]
        response.headers["link"] = f'<{VERSION}/search?{urlencode([*kept, ("after", onward)])}>; rel="next"'
    return response


async def suggest(call: Call) -> Response:
    """What may be meant by what somebody is typing, but for people."""
    query: SuggestionQuery = call.query
    found = await search_of(call.request).suggestions(viewer_of(call.request), query.q)
    locale = locale_of(call.request)
    return answering.whole(call, [Hit.of(each, locale, call.site) for each in found if each.card.kind in KINDS])


def asked_of(given: Mapping[str, Any]) -> Asked:
    """The question that these parameters ask. Raises ProblemError 409 for a place that nobody knows."""
    pairs = [(name, value) for name, each in given.items() for value in (each if isinstance(each, list) else [each])]
    asked = Asked.read(pairs)
    if asked.near and find_place(asked.near) is None:
        raise ProblemError(409, "unknown_place", "There is no town of this name that we know.")
    return asked


operations = [
    Operation(
        "GET", "/search", "search", Access.API, N_("Find organisations, products, needs and events"), find,
        SearchPage, SearchQuery, refusals=(409,),
    ),
    Operation(
        "GET", "/search/suggestions", "suggest", Access.API, N_("What may be meant by what somebody is typing"),
        suggest, SuggestionPage, SuggestionQuery,
    ),
]  # fmt: skip
