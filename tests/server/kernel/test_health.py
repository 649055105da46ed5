import httpx2
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from server.kernel.clock import FrozenClock
from server.kernel.settings import Settings
from tests.kernel_fixtures import browser_of, started


@pytest.fixture
def settings(embedded_settings: Settings) -> Settings:
    """What these tests are about is the same on either ground."""
    return embedded_settings


async def test_a_living_server_says_so(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}


async def test_a_server_with_its_database_and_bus_is_ready(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["checks"] == {"bus": True, "database": True, "live": True, "staying": True}


async def test_a_server_that_takes_leave_is_not_ready(app: Starlette, client: httpx2.AsyncClient) -> None:
    app.state.readiness.draining = True

    answer = await client.get("/readyz")

    assert (answer.status_code, answer.json()["checks"]["staying"]) == (503, False)
    assert (await client.get("/healthz")).status_code == 200


async def test_a_server_without_its_database_is_not_ready(
    app: Starlette, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(app.state.kernel.database, "read", away)

    answer = await client.get("/readyz")

    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, False)


async def test_a_server_whose_bus_is_silent_for_long_is_not_ready(
    app: Starlette, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = type(app.state.kernel.bus)
    monkeypatch.setattr(bus, "silent_for", 29.0)
    assert (await client.get("/readyz")).status_code == 200

    monkeypatch.setattr(bus, "silent_for", 31.0)
    assert (await client.get("/readyz")).status_code == 503


async def test_this_machine_gets_the_figures(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/metrics")

    assert answer.status_code == 200
    assert "fairmatch_jobs_parked" in answer.text


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded"])
async def test_who_comes_through_a_proxy_on_this_machine_does_not(client: httpx2.AsyncClient, header: str) -> None:
    assert (await client.get("/metrics", headers={header: "192.0.2.1"})).status_code == 404


async def test_with_a_token_its_bearer_gets_the_figures_and_nobody_else(settings: Settings, clock: FrozenClock) -> None:
    settings = settings.model_copy(update={"metrics_token": SecretStr("very-secret")})
    async with started(settings, clock) as app, browser_of(app) as client:
        codes = [
            (await client.get("/metrics", headers=headers)).status_code
            for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Bearer very-secret"})
        ]

    assert codes == [404, 404, 200]
