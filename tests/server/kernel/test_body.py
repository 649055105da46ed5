from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.kernel.body import DEFAULT_MAX_BODY, MAX_BODY_KEY, SizeLimit
from server.kernel.errors import Answer, Errors
from tests.server.kernel.asgi import app_with, client_of


async def measure(request: Request) -> Response:
    return JSONResponse({"bytes": len(await request.body())})


@pytest.fixture
def app() -> Starlette:
    errors = Middleware(Errors, answer=Answer(lambda *_: pytest.fail("asked for a page")))
    return app_with(errors, Middleware(SizeLimit), endpoint=measure)


async def chunks(total: int) -> AsyncIterator[bytes]:
    for _ in range(total // 65536):
        yield b"x" * 65536


async def test_a_body_up_to_the_limit_is_read(app: Starlette) -> None:
    async with client_of(app) as client:
        answer = await client.post("/", content=b"x" * DEFAULT_MAX_BODY)

    assert answer.json() == {"bytes": DEFAULT_MAX_BODY}


async def test_a_body_that_claims_to_be_larger_is_not_even_read(app: Starlette) -> None:
    async def never() -> AsyncIterator[bytes]:
        pytest.fail("the body was read")
        yield b""

    async with client_of(app) as client:
        answer = await client.post("/", content=never(), headers={"content-length": str(DEFAULT_MAX_BODY + 1)})

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_body_that_does_not_say_how_large_it_is_is_counted(app: Starlette) -> None:
    async with client_of(app) as client:
        answer = await client.post("/", content=chunks(2 * DEFAULT_MAX_BODY))

    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"


async def test_an_endpoint_that_takes_files_has_a_limit_of_its_own() -> None:
    async def large(request: Request) -> Response:
        request.scope[MAX_BODY_KEY] = 4 * DEFAULT_MAX_BODY
        return await measure(request)

    async with client_of(app_with(Middleware(SizeLimit), endpoint=large)) as client:
        answer = await client.post("/", content=b"x" * (2 * DEFAULT_MAX_BODY))

    assert answer.json() == {"bytes": 2 * DEFAULT_MAX_BODY}


async def test_more_headers_than_a_browser_ever_sends_are_refused(app: Starlette) -> None:
    async with client_of(app) as client:
        answer = await client.get("/", headers={f"x-{number}": "y" * 1000 for number in range(40)})

    assert (answer.status_code, answer.json()["code"]) == (431, "head_too_large")
