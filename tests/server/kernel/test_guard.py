from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from server.kernel.access import Access
from server.kernel.body import SizeLimit
from server.kernel.context import RequestContext
from server.kernel.errors import Answer, Errors
from server.kernel.guard import AccessTableError, Guard, SignInFirst, local_path
from server.kernel.http import ProblemError
from server.kernel.parts import Kernel
from server.kernel.settings import Settings
from tests.server.kernel.asgi import client_of

HTML = {"accept": "text/html,*/*"}


@pytest.fixture
def settings(embedded_settings: Settings) -> Settings:
    """What these tests are about is the same on either ground."""
    return embedded_settings


@dataclass(frozen=True)
class Person:
    id: str
    admin: bool = False
    locale: str = "de"


@dataclass(frozen=True)
class Signed:
    person: Person
    session_id: str


ROLES = {("hannover", "ada"): frozenset({"organiser"}), ("hannover", "ben"): frozenset({"attendee"})}
called: list[str] = []


async def authenticate(request: Request) -> Signed | None:
    """Somebody says who they are in a header, in these tests."""
    name = request.headers.get("x-person")
    return Signed(Person(name, admin=name == "root"), f"session of {name}") if name else None


async def roles_in(_session: AsyncSession, fair: str, person_id: str) -> frozenset[str]:
    return ROLES.get((fair, person_id), frozenset())


async def by_no_token(_request: Request) -> None:
    """Nobody has a token here."""


def locale_of(connection: HTTPConnection) -> str:
    return connection.state.person.locale if connection.state.person else "en"


async def endpoint(request: Request) -> Response:
    called.append(f"{request.method} {request.url.path}")
    state = request.state
    return JSONResponse(
        {
            "person": state.person.id if state.person else None,
            "session": state.session_id,
            "locale": state.locale,
            "bytes": len(await request.body()),
        }
    )


TABLE = {
    ("GET", "/public"): Access.PUBLIC,
    ("GET", "/anyone"): Access.ANYONE,
    ("POST", "/anyone"): Access.ANYONE,
    ("GET", "/me"): Access.SIGNED_IN,
    ("POST", "/me"): Access.SIGNED_IN,
    ("POST", "/me/photo"): Access.SIGNED_IN,
    ("GET", "/fairs/{fair}"): Access.MEMBER,
    ("GET", "/fairs/{fair}/desk"): Access.ORGANISER,
    ("POST", "/fairs/{fair}/desk"): Access.ORGANISER,
    ("GET", "/admin"): Access.ADMIN,
    ("GET", "/dev"): Access.DEV,
}


def routes_of(table: Mapping[tuple[str, str], Access]) -> list[BaseRoute]:
    return [Route(path, endpoint, methods=[method]) for method, path in table]


@pytest.fixture
async def guard(bare_kernel: Kernel) -> Guard:
    limits = {("POST", "/me/photo"): 3 * 1024 * 1024}
    return Guard(bare_kernel, TABLE, limits, authenticate, by_no_token, roles_in, locale_of)


def app_of(guard: Guard) -> Starlette:
    answer = Answer(lambda _request, error: PlainTextResponse(f"page {error.status}", error.status))
    return Starlette(
        routes=guard.over(routes_of(guard.table)),
        exception_handlers={kind: answer for kind in (ProblemError, HTTPException, SignInFirst)},
        middleware=[
            Middleware(RequestContext, clock=guard.kernel.clock, choose_locale=locale_of),
            Middleware(Errors, answer=answer),
            Middleware(SizeLimit),
        ],
    )


@pytest.fixture
async def client(guard: Guard) -> AsyncIterator[httpx2.AsyncClient]:
    called.clear()
    async with client_of(app_of(guard)) as opened:
        yield opened


def by(person: str, **more: str) -> dict[str, str]:
    return {"x-person": person} | more


async def test_whoever_passes_is_known_to_the_endpoint(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/me", headers=by("ada"))

    assert answer.json() == {"person": "ada", "session": "session of ada", "locale": "de", "bytes": 0}


async def test_nobody_is_asked_who_they_are_where_it_does_not_matter(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/public", headers=by("ada"))).json()["person"] is None


async def test_an_open_page_knows_who_looks_at_it(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/anyone")).json()["person"] is None
    assert (await client.get("/anyone", headers=by("ada"))).json()["person"] == "ada"


async def test_a_person_at_a_browser_is_sent_to_sign_in_and_back(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/fairs/hannover?tab=people&q=a%2Fb", headers=HTML)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Ffairs%2Fhannover%3Ftab%3Dpeople%26q%3Da%252Fb"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_form_is_not_sent_again_after_signing_in(client: httpx2.AsyncClient) -> None:
    assert (await client.post("/me", headers=HTML)).headers["location"] == "/sign-in?next=%2F"


async def test_a_program_is_told_to_sign_in(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/me")

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    ("path", "back"),
    [
        ("//evil.example/me", "/evil.example/me"),
        ("///evil.example", "/evil.example"),
        ("/\\evil.example", "/%5Cevil.example"),
    ],
)
def test_the_way_back_never_leads_to_another_host(path: str, back: str) -> None:
    scope = {"type": "http", "path": path, "query_string": b"", "headers": [(b"host", b"localhost")], "method": "GET"}

    assert local_path(Request(scope)) == back


async def test_what_one_may_not_see_does_not_exist(client: httpx2.AsyncClient) -> None:
    hidden = await client.get("/fairs/hannover/desk", headers=by("ben"))
    missing = await client.get("/fairs/atlantis/desk", headers=by("ben"))
    nowhere = await client.get("/nowhere", headers=by("ben"))

    assert [answer.status_code for answer in (hidden, missing, nowhere)] == [404, 404, 404]
    assert hidden.json() == missing.json() == nowhere.json()


async def test_what_one_may_not_do_is_forbidden_and_not_done(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/fairs/hannover/desk", headers=by("ben"))

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert called == []


async def test_a_refusal_says_nothing_about_whether_a_fair_is_there(client: httpx2.AsyncClient) -> None:
    there = await client.post("/fairs/hannover/desk", headers=by("ben"))
    missing = await client.post("/fairs/atlantis/desk", headers=by("ben"))

    assert there.json() == missing.json()


async def test_a_role_counts_in_its_own_fair_only(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/fairs/hannover/desk", headers=by("ada"))).status_code == 200
    assert (await client.get("/fairs/bremen/desk", headers=by("ada"))).status_code == 404


async def test_a_name_that_no_database_can_hold_is_not_looked_for(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/fairs/hann%00over", headers=by("root"))

    assert answer.status_code == 404
    assert called == []


async def test_an_administrator_passes_without_a_role(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/fairs/hannover/desk", headers=by("root"))).status_code == 200
    assert (await client.get("/admin", headers=by("root"))).status_code == 200
    assert (await client.get("/admin", headers=by("ada"))).status_code == 404


async def test_development_aids_do_not_exist_elsewhere(guard: Guard) -> None:
    kernel = replace(guard.kernel, settings=guard.kernel.settings.model_copy(update={"dev": False}))
    async with client_of(app_of(replace(guard, kernel=kernel))) as client:
        assert (await client.get("/dev", headers=by("root"))).status_code == 404


async def test_head_goes_by_the_row_of_get(client: httpx2.AsyncClient) -> None:
    assert (await client.head("/me")).status_code == 401
    assert (await client.head("/me", headers=by("ada"))).status_code == 200


async def test_a_route_that_takes_files_takes_more(client: httpx2.AsyncClient) -> None:
    large = b"x" * (2 * 1024 * 1024)

    assert (await client.post("/me/photo", content=large, headers=by("ada"))).json()["bytes"] == len(large)
    assert (await client.post("/me", content=large, headers=by("ada"))).status_code == 413


async def test_changes_are_counted_by_person_and_not_by_their_companys_address(client: httpx2.AsyncClient) -> None:
    for _ in range(240):
        assert (await client.post("/me", headers=by("ada"))).status_code == 200

    refused = await client.post("/me", headers=by("ada"))
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert (await client.post("/me", headers=by("ben"))).status_code == 200
    assert (await client.get("/me", headers=by("ada"))).status_code == 200


async def test_a_route_without_a_row_keeps_the_server_from_starting(guard: Guard) -> None:
    with pytest.raises(AccessTableError, match="GET /new has no row"):
        guard.over([*routes_of(TABLE), Route("/new", endpoint)])


async def test_a_further_method_needs_a_row_of_its_own(guard: Guard) -> None:
    with pytest.raises(AccessTableError, match="DELETE /me has no row"):
        guard.over([*routes_of(TABLE), Route("/me", endpoint, methods=["DELETE"])])


async def test_a_row_without_a_route_keeps_the_server_from_starting(guard: Guard) -> None:
    with pytest.raises(AccessTableError, match="GET /admin has no route"):
        guard.over([route for route in routes_of(TABLE) if getattr(route, "path", "") != "/admin"])


async def test_a_websocket_needs_a_row_too(guard: Guard) -> None:
    async def socket(_websocket: Any) -> None:
        return None

    with pytest.raises(AccessTableError, match="WS /live has no row"):
        guard.over([*routes_of(TABLE), WebSocketRoute("/live", socket)])


async def test_nothing_can_be_mounted_past_the_guard(guard: Guard) -> None:
    with pytest.raises(AccessTableError, match="no plain route"):
        guard.over([*routes_of(TABLE), Mount("/files", app=Starlette())])


async def test_a_body_limit_needs_a_route(guard: Guard) -> None:
    with pytest.raises(AccessTableError, match="POST /gone has a body limit"):
        replace(guard, body_limits={("POST", "/gone"): 1}).over(routes_of(TABLE))
