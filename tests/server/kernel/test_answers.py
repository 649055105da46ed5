"""What every answer of the whole application carries, whatever it is about."""

import asyncio
import json
import re
import sqlite3
from typing import Any

import httpx2
import psycopg.errors
import pytest
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.routing import Route

from server.kernel.away import note_failure
from server.kernel.clock import FrozenClock
from server.kernel.headers import HSTS
from server.kernel.settings import Settings
from tests.kernel_fixtures import browser_of, started
from tests.support.patience import PATIENCE_S
from tests.support.trouble import expects_trouble

JSON = {"accept": "application/json"}


@pytest.fixture
def settings(embedded_settings: Settings) -> Settings:
    """What these tests are about is the same on either ground."""
    return embedded_settings


def policy_of(answer: httpx2.Response) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";"))
    return {name: sources for name, _, sources in parts}


async def test_nothing_unknown_may_be_loaded_framed_or_submitted(client: httpx2.AsyncClient) -> None:
    policy = policy_of(await client.get("/dev/kit"))

    nonce = re.search(r"'nonce-[\w-]{20,}'", policy["script-src"])
    assert nonce
    assert policy == {
        "default-src": "'self'",
        "script-src": f"'self' {nonce[0]}",
        "style-src": f"'self' {nonce[0]}",
        "img-src": "'self' data: blob:",
        "connect-src": "'self' ws://localhost:8000",
        "media-src": "'self' blob:",
        "object-src": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "report-uri": "/csp-report",
    }


async def test_each_answer_has_a_nonce_of_its_own_and_the_page_uses_it(client: httpx2.AsyncClient) -> None:
    first, second = await client.get("/dev/kit"), await client.get("/dev/kit")

    one, other = (re.findall(r"'nonce-([\w-]+)'", policy_of(answer)["script-src"])[0] for answer in (first, second))
    assert one != other
    assert f'nonce="{one}"' in first.text


@pytest.mark.parametrize("path", ["/healthz", "/dev/kit", "/there-is-no-such-page"])
async def test_every_answer_tells_the_browser_what_not_to_do(client: httpx2.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=(self), microphone=(self), display-capture=(self)" in headers["permissions-policy"]
    assert "no-" in headers["cache-control"]
    assert "server" not in headers
    assert "strict-transport-security" not in headers


async def test_with_https_browsers_are_held_to_it(settings: Settings, clock: FrozenClock) -> None:
    settings = settings.model_copy(update={"base_url": "https://fair.example.org"})
    async with started(settings, clock) as app, browser_of(app) as client:
        answer = await client.get("/healthz", headers={"host": "fair.example.org"})

    assert answer.headers["strict-transport-security"] == HSTS


async def test_a_sane_request_id_is_kept_and_any_other_is_made(client: httpx2.AsyncClient) -> None:
    kept = await client.get("/healthz", headers={"x-request-id": "proxy-12345678"})
    made = await client.get("/healthz", headers={"x-request-id": 'x" onload="alert(1)'})

    assert kept.headers["x-request-id"] == "proxy-12345678"
    assert re.fullmatch(r"[0-9a-f-]{36}", made.headers["x-request-id"])


async def test_people_get_a_page_about_what_is_not_there_and_programs_a_problem(client: httpx2.AsyncClient) -> None:
    page = await client.get("/there-is-no-such-page")
    problem = await client.get("/there-is-no-such-page", headers=JSON)

    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")
    assert problem.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "code": "not_found",
        "detail": "",
    }


async def test_a_method_that_a_path_does_not_have_is_named_as_such(client: httpx2.AsyncClient) -> None:
    answer = await client.delete("/healthz", headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@expects_trouble
async def test_a_failure_is_told_without_its_traceback_and_logged_with_it(
    app: Starlette, capsys: pytest.CaptureFixture[str], accept: str
) -> None:
    async def fail(_request: object) -> None:
        raise RuntimeError("the inside of the machine")

    app.router.routes.append(Route("/fail", fail))
    async with browser_of(app) as client:
        answer = await client.get("/fail", headers={"accept": accept})

    assert answer.status_code == 500
    assert "inside of the machine" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"]
    assert answer.headers["x-request-id"]
    assert "inside of the machine" in capsys.readouterr().out


async def test_a_database_that_is_away_is_no_fault_of_ours(
    search_index: None,
    app: Starlette,
    client: httpx2.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def away() -> None:
        raise OperationalError("SELECT 1", {}, ConnectionRefusedError())

    monkeypatch.setattr(app.state.kernel.database, "read", away)
    client.cookies.set("fairmatch_session", "A" * 43)

    answer = await client.get("/me", headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "2"
    failed = asyncio.Semaphore(0)

    def noting(*given: Any, **about: Any) -> None:
        note_failure(*given, **about)
        failed.release()

    monkeypatch.setattr("directory.search.following.FAILURE_PAUSE_S", 0.01)
    monkeypatch.setattr("directory.search.following.note_failure", noting)
    app.state.search.following.ring()  # nor is it for those who are at work in the background
    async with asyncio.timeout(PATIENCE_S):
        for _ in range(3):
            await failed.acquire()
    said = capsys.readouterr().out
    assert said.count("service_away") == 1
    assert "Traceback" not in said


@expects_trouble
@pytest.mark.parametrize(
    ("cause", "answered"),
    [
        (psycopg.errors.DeadlockDetected("deadlock detected"), (503, "unavailable")),
        (sqlite3.OperationalError("no such column: nothing"), (500, "internal")),
    ],
)
async def test_a_mistake_in_a_statement_is_not_taken_for_a_database_that_is_away(
    app: Starlette, capsys: pytest.CaptureFixture[str], cause: Exception, answered: tuple[int, str]
) -> None:
    async def fail(_request: object) -> None:
        raise OperationalError("SELECT nothing", {}, cause)

    app.router.routes.append(Route("/fail", fail))
    async with browser_of(app) as client:
        answer = await client.get("/fail", headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == answered
    said = capsys.readouterr().out
    assert "service_away" not in said
    assert said.count("Traceback") >= 1
    assert str(cause) in said


async def test_the_log_of_a_request_has_no_query(
    client: httpx2.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await client.get("/there-is-no-such-page?token=very-secret")

    said = capsys.readouterr().out
    assert "path=/there-is-no-such-page" in said
    assert "status=404" in said
    assert "very-secret" not in said


@pytest.mark.parametrize(("accept_language", "locale"), [("de-AT,de;q=0.9,en;q=0.5", "de"), ("fr", "en"), ("", "en")])
async def test_pages_speak_the_readers_language(client: httpx2.AsyncClient, accept_language: str, locale: str) -> None:
    answer = await client.get("/there-is-no-such-page", headers={"accept-language": accept_language})

    assert f'lang="{locale}"' in answer.text


async def test_breaches_of_the_policy_are_noted_without_what_they_quote(
    client: httpx2.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    report = {
        "document-uri": "http://localhost:8000/me?token=very-secret",
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://evil.example/x.js?very=secret",
        "script-sample": "very-secret",
    }

    answer = await client.post(
        "/csp-report",
        content=json.dumps({"csp-report": report}),
        headers={"content-type": "application/csp-report"},
    )

    said = capsys.readouterr().out
    assert answer.status_code == 204
    assert "script-src-elem" in said
    assert "blocked=https://evil.example/x.js" in said
    assert "secret" not in said


@pytest.mark.parametrize("body", ["[]", '"x"', "{}", '{"csp-report": 7}', '{"csp-report": {"blocked-uri": []}}'])
async def test_a_report_of_any_other_form_does_no_harm(client: httpx2.AsyncClient, body: str) -> None:
    assert (await client.post("/csp-report", content=body)).status_code == 204


async def test_a_flood_of_reports_is_cut(client: httpx2.AsyncClient) -> None:
    codes = [(await client.post("/csp-report", content="{}", headers=JSON)).status_code for _ in range(31)]

    assert codes == [204] * 30 + [429]
