"""A demo shows everybody's mails, so it does that to nobody but the one at this machine."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from server.cli import app
from server.demo import DemoLink, firefox
from server.kernel.settings import Settings


def test_the_links_of_five_people_are_printed_with_their_names_and_what_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    links = [DemoLink(f"Person {n}", f"role {n}", f"http://localhost:8000/sign-in/link?token={n}") for n in range(5)]

    async def made(_kernel: object) -> list[DemoLink]:
        return links

    async def with_kernel(_settings: Settings, work: Callable[[Any], Awaitable[None]]) -> None:
        await work(SimpleNamespace(settings=_settings))

    monkeypatch.setattr("server.demo.fill", made)
    monkeypatch.setattr("server.cli.with_kernel", with_kernel)
    monkeypatch.setattr("server.process.serve", lambda *_: None)
    ran = CliRunner().invoke(app, ["serve", "--demo", "--data", str(tmp_path)])

    lines = [line.strip() for line in ran.stdout.splitlines()]
    assert ran.exit_code == 0
    for link in links:
        at = lines.index(f"{link.name}, {link.role}")
        assert lines[at + 1] == link.url


@pytest.mark.parametrize(
    ("host", "media_host", "own", "said"),
    [
        ("127.0.0.1", "", "192.0.2.7", True),
        ("localhost", "", "192.0.2.7", True),
        ("127.0.0.1", "192.0.2.7", "192.0.2.7", False),  # done
        ("192.0.2.7", "", "192.0.2.7", False),
        ("127.0.0.1", "", "", False),  # in no network, nothing helps
    ],
)
def test_how_firefox_gets_into_calls_on_ones_own_machine_is_said_where_it_would_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str, media_host: str, own: str, said: bool
) -> None:
    monkeypatch.setattr(firefox, "own_address", lambda: own)
    hint = firefox.hint(Settings(host=host, media_host=media_host, data=tmp_path))
    assert ("FAIRMATCH_MEDIA_HOST=192.0.2.7" in hint, bool(hint)) == (said, said)


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
