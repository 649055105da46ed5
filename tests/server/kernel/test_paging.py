from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from server.kernel.errors import Answer, Errors
from server.kernel.etag import has_already
from server.kernel.paging import page_asked, paged
from tests.server.kernel.asgi import app_with, client_of

EVERYTHING = [f"{number:03}" for number in range(120)]


async def listing(request: Request) -> Response:
    asked = page_asked(request, default=50, most=100)
    rest = [each for each in EVERYTHING if asked.after is None or each > asked.after]
    found = rest[: asked.one_more]
    return paged(request, asked, found, found)


@pytest.fixture
def app() -> Starlette:
    return app_with(Middleware(Errors, answer=Answer(lambda *_: pytest.fail("asked for a page"))), endpoint=listing)


async def test_following_the_links_gives_everything_once(app: Starlette) -> None:
    seen, url = [], "/?kind=a&kind=b"
    async with client_of(app) as client:
        while url:
            answer = await client.get(url)
            seen += answer.json()["items"]
            link = answer.headers.get("link", "")
            assert bool(link) == (answer.json()["next"] is not None)
            url = link.partition(">")[0].removeprefix("<")
            if url:
                assert link.endswith('; rel="next"')
                assert parse_qs(urlsplit(url).query)["kind"] == ["a", "b"]

    assert seen == EVERYTHING


@pytest.mark.parametrize(("limit", "length"), [("7", 7), ("100", 100), ("101", 100), ("99999", 100)])
async def test_a_page_is_as_long_as_asked_up_to_a_limit(app: Starlette, limit: str, length: int) -> None:
    async with client_of(app) as client:
        assert len((await client.get(f"/?limit={limit}")).json()["items"]) == length


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=-1", "limit=x", "limit=1e9", "limit=٣", "after=", f"after={'x' * 401}"]
)
async def test_any_other_page_is_a_bad_request(app: Starlette, query: str) -> None:
    async with client_of(app) as client:
        answer = await client.get(f"/?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


async def test_what_a_client_has_already_is_not_sent_again(app: Starlette) -> None:
    async with client_of(app) as client:
        first = await client.get("/?limit=2")
        again = await client.get("/?limit=2", headers={"if-none-match": first.headers["etag"]})
        other = await client.get("/?limit=3", headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("header", "has"), [('"a"', True), ('W/"a"', True), ('"b", W/"a"', True), ("*", True), ('"b"', False), ("", False)]
)
def test_a_tag_is_compared_weakly(header: str, has: bool) -> None:
    assert has_already(header, '"a"') is has
