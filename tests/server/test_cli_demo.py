"""A demo shows everybody's mails, so it does that to nobody but the one at this machine."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.cli import app
from server.kernel.settings import Settings


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings with which the server would have been run."""
    settings: list[Settings] = []

    async def filled(*_: object) -> None:
        return None

    monkeypatch.setattr("server.cli.with_kernel", filled)
    monkeypatch.setattr("server.process.serve", lambda given, _socket: settings.append(given))
    return settings


@pytest.mark.parametrize(
    ("host", "base_url", "dev"),
    [
        ("127.0.0.1", "", True),
        ("::1", "http://localhost:8123", True),
        ("0.0.0.0", "", False),
        ("127.0.0.1", "https://fair.example", False),
    ],
)
def test_a_demo_shows_its_mails_on_its_own_machine_alone(
    served: list[Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, base_url: str, dev: bool
) -> None:
    monkeypatch.setenv("FAIRMATCH_BASE_URL", base_url)
    ran = CliRunner().invoke(app, ["serve", "--demo", "--host", host, "--data", str(tmp_path)])
    assert (ran.exit_code, [settings.dev for settings in served]) == (0, [dev])
