import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from server.kernel.errors import Answer, Errors
from server.kernel.hosts import KnownHosts, host_name
from tests.server.kernel.asgi import app_with, client_of
from tests.support.backend import settings_with


@pytest.fixture
def app() -> Starlette:
    settings = settings_with(base_url="https://fair.example.org", host="0.0.0.0")
    errors = Middleware(Errors, answer=Answer(lambda *_: pytest.fail("asked for a page")))
    return app_with(errors, Middleware(KnownHosts, settings=settings), path="/{rest:path}")


@pytest.mark.parametrize(
    "host", ["fair.example.org", "FAIR.example.org:443", "localhost:8000", "127.0.0.1", "[::1]:8000"]
)
async def test_our_own_names_and_this_machines_are_known(app: Starlette, host: str) -> None:
    async with client_of(app) as client:
        assert (await client.get("/", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "fair.example.org.evil.example",
        "fair.example.org@evil.example",
        "",
        "[",
        "a b",
        "fair.example.org/; script-src *",
        "evil@fair.example.org",
        "fair.example.org?x",
        "fair.example.org:8000; a",
    ],
)
async def test_any_other_name_is_refused(app: Starlette, host: str) -> None:
    async with client_of(app) as client:
        answer = await client.get("/", headers={"host": host})

    assert (answer.status_code, answer.json()["code"]) == (421, "unknown_host")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_watchers_may_ask_by_whatever_name(app: Starlette, path: str) -> None:
    async with client_of(app) as client:
        assert (await client.get(path, headers={"host": "10.0.0.7:8000"})).status_code == 200


def test_a_host_has_no_port_and_no_brackets() -> None:
    assert [host_name(host) for host in ("a.b:80", "[::1]:80", "A.B", "")] == ["a.b", "::1", "a.b", ""]
