"""A fair with meetings in an application with push notices, and a push service that it can reach."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from notices import pushing
from notices.keys import new_key
from server.kernel.settings import Settings
from tests.kernel_fixtures import BASE
from tests.meetings.scene import Scene, scene
from tests.notices.service import HOST, PushService, push_service
from tests.support.backend import Backend
from tests.support.certificate import certified
from tests.support.patience import PATIENCE_S


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The push service runs in the tests' own process, which may be busy; whom it does not answer says how long."""
    monkeypatch.setattr(pushing, "PATIENCE_S", PATIENCE_S)


@pytest.fixture
def settings(backend: Backend) -> Settings:
    """With a key; the push service stands in the operator's own network."""
    key = SecretStr(new_key().private)
    return backend.settings(
        dev=True, base_url=BASE, push_key=key, push_contact="mailto:edda@fair.example", own_hosts=[HOST]
    )


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[PushService]:
    """It answers."""
    async with push_service(certified(tmp_path, HOST)) as running:
        yield running


@pytest.fixture
async def there(app: Starlette, service: PushService, tmp_path: Path) -> AsyncIterator[Scene]:
    """The fair; its server knows the service by name, and trusts its certificate."""
    async with scene(app) as set_up:
        fetcher = set_up.kernel.fetcher

        async def resolve(host: str, _port: int) -> list[str]:
            return {HOST: ["127.0.0.1"], "inside.example": ["10.0.0.7"]}[host]

        fetcher._resolve = resolve
        fetcher._trust = httpx2.create_ssl_context(trust_env=False)
        fetcher._trust.load_verify_locations(tmp_path / "host.pem")
        yield set_up
