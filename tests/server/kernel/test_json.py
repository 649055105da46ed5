import time
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.kernel.errors import Answer, Errors
from server.kernel.json import MAX_DEPTH, MAX_INTEGER, JsonError, parse_json, read_json
from tests.server.kernel.asgi import app_with, client_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2.5, true, null, "ä"]}', {"a": [1, 2.5, True, None, "ä"]}),
        (' "\\ud83d\\ude00" ', "😀"),
        (str(MAX_INTEGER), MAX_INTEGER),
        ("[" * MAX_DEPTH + "]" * MAX_DEPTH, None),
        ('"' + "[" * 100 + '"', "[" * 100),
        ('["\\"[[[[[[[[[[[[[[[["]', ['"[[[[[[[[[[[[[[[[']),
    ],
)
def test_json_is_read(text: str, value: Any) -> None:
    read = parse_json(text)

    assert value is None or read == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "nul",
        "[1,]",
        "{'a': 1}",
        "NaN",
        "[Infinity]",
        "-Infinity",
        "1e400",
        str(MAX_INTEGER + 1),
        "9" * 60_000,
        '{"a": 1, "a": 2}',
        '"\\ud800"',
        '{"\\udfff": 1}',
        '["a", "b\\u0000c"]',
        "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
        '{"a":' * 50_000,
        "[" * 50_000,
        '"' + "\\" * 50_001,
    ],
)
@pytest.mark.usefixtures("uncollected")
def test_what_is_no_json_of_ours_is_refused_in_little_time(text: str) -> None:
    begun = time.thread_time()

    with pytest.raises(JsonError):
        parse_json(text)

    assert time.thread_time() - begun < 0.1


async def echo(request: Request) -> Response:
    return JSONResponse(await read_json(request))


@pytest.fixture
def app() -> Starlette:
    return app_with(Middleware(Errors, answer=Answer(lambda *_: pytest.fail("asked for a page"))), endpoint=echo)


async def test_a_body_of_json_reaches_the_endpoint(app: Starlette) -> None:
    async with client_of(app) as client:
        assert (await client.post("/", content=b'{"a": "\xc3\xa4"}')).json() == {"a": "ä"}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"a=1&b=2"])
async def test_any_other_body_is_a_bad_request(app: Starlette, body: bytes) -> None:
    async with client_of(app) as client:
        answer = await client.post("/", content=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
