import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware

from server.kernel.csrf import OwnPagesOnly, is_own, origin_of
from server.kernel.errors import Answer, Errors
from tests.server.kernel.asgi import app_with, client_of
from tests.support.backend import settings_with

OURS = "https://fair.example.org"


def own(**headers: str) -> bool:
    return is_own(Headers({name.replace("_", "-"): value for name, value in headers.items()}), [OURS])


@pytest.mark.parametrize(
    ("site", "allowed"), [("same-origin", True), ("none", True), ("same-site", False), ("cross-site", False)]
)
def test_the_browsers_word_on_the_site_decides(site: str, allowed: bool) -> None:
    assert own(sec_fetch_site=site, origin=OURS, cookie="a=b") is allowed


def test_a_lying_origin_does_not_help_against_the_browsers_word() -> None:
    assert not own(sec_fetch_site="cross-site", origin=OURS)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://fair.example.org.evil.example",
        "https://evil-fair.example.org",
        "https://sub.fair.example.org",
        "http://fair.example.org",
        "https://fair.example.org:8443",
    ],
)
def test_without_that_word_only_our_exact_origin_will_do(origin: str) -> None:
    assert not own(origin=origin, cookie="a=b")
    assert not own(origin=origin)


def test_our_own_origin_passes_without_the_browsers_word() -> None:
    assert own(origin=OURS, cookie="a=b")


def test_an_old_browser_that_says_nothing_is_refused_when_it_brings_a_cookie() -> None:
    assert not own(cookie="fairmatch_session=x")


def test_a_program_without_cookies_passes() -> None:
    assert own()


def test_an_origin_has_no_path_and_is_lower_case() -> None:
    assert origin_of("HTTPS://Fair.Example.org:8443/a/b?c") == "https://fair.example.org:8443"


@pytest.fixture
def app() -> Starlette:
    settings = settings_with(base_url=OURS)
    guarded = Middleware(OwnPagesOnly, settings=settings)
    return app_with(Middleware(Errors, answer=Answer(lambda *_: pytest.fail("asked for a page"))), guarded)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_every_unsafe_method_from_another_site_is_refused(app: Starlette, method: str) -> None:
    async with client_of(app, OURS) as client:
        answer = await client.request(method, "/", headers={"sec-fetch-site": "cross-site"})

    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


async def test_another_site_may_lead_people_here(app: Starlette) -> None:
    async with client_of(app, OURS) as client:
        assert (await client.get("/", headers={"sec-fetch-site": "cross-site"})).status_code == 200


async def test_a_server_is_its_own_origin_under_the_name_that_it_was_asked_by(app: Starlette) -> None:
    async with client_of(app, "http://localhost:8000") as client:
        answer = await client.post("/", headers={"origin": "http://localhost:8000", "cookie": "a=b"})

    assert answer.status_code == 200
