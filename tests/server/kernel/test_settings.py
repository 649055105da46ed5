"""What settings make of what is not set."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from server.kernel.given import UnreadableSettings, read_settings, unknown_settings
from server.kernel.settings import Settings


def _key(folder: Path) -> bytes:
    return Settings(data=folder, secret=SecretStr("")).secret_bytes


def test_the_signing_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    first = _key(tmp_path / "data")

    assert len(first) > 32
    assert _key(tmp_path / "data") == first
    assert stat.S_IMODE((tmp_path / "data" / "secret").stat().st_mode) == 0o600


def test_nothing_is_ever_signed_with_the_empty_key_of_a_file_that_is_about_to_be_written(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()

    first = _key(tmp_path)

    assert len(first) > 32
    assert _key(tmp_path) == first


def test_workers_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as workers:
        keys = set(workers.map(_key, [tmp_path] * 64))

    assert len(keys) == 1
    assert b"" not in keys


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "99999", "FAIRMATCH_PORT must be a whole number from 0 to 65535."),
        ("WORKERS", "two", "FAIRMATCH_WORKERS must be a whole number from 1 to 64."),
        ("MEDIA_MEGABITS", "0", "FAIRMATCH_MEDIA_MEGABITS must be a whole number from 1."),
        ("DRAIN_SECONDS", "60", "FAIRMATCH_DRAIN_SECONDS must be a number from 0 to 24."),
        ("DEV", "maybe", "FAIRMATCH_DEV must be true or false."),
        ("LOG_FORMAT", "yaml", "FAIRMATCH_LOG_FORMAT must be console or json."),
        ("STUN_URLS", "stun:host", 'FAIRMATCH_STUN_URLS must be a list as in ["one", "two"].'),
        ("OWN_HOSTS", '{"host": 1}', 'FAIRMATCH_OWN_HOSTS must be a list as in ["one", "two"].'),
        ("BUS_CLUSTER", "[1]", 'FAIRMATCH_BUS_CLUSTER must be a list as in ["one", "two"].'),
    ],
)
def test_a_setting_that_cannot_be_read_is_named_with_what_it_must_be(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"FAIRMATCH_{name}", value)

    with pytest.raises(UnreadableSettings) as refused:
        read_settings()

    assert refused.value.wrong == [sentence]


def test_all_settings_that_cannot_be_read_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRMATCH_PORT", "none")
    monkeypatch.setenv("FAIRMATCH_TURN_URLS", "[")

    with pytest.raises(UnreadableSettings) as refused:
        read_settings(workers=0)

    assert [sentence.split()[0] for sentence in refused.value.wrong] == [
        "FAIRMATCH_PORT",
        "FAIRMATCH_WORKERS",
        "FAIRMATCH_TURN_URLS",
    ]


def test_lists_are_read_from_the_environment_and_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("FAIRMATCH_OWN_HOSTS='[\"calendar.intern.example\"]'\nDOMAIN=fair.example.org\n")
    monkeypatch.setenv("FAIRMATCH_STUN_URLS", '["stun:one", "stun:two"]')

    settings = read_settings()

    assert (settings.own_hosts, settings.stun_urls) == (["calendar.intern.example"], ["stun:one", "stun:two"])


def test_names_that_are_no_settings_are_found_wherever_they_stand(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("FAIRMATCH_SMTP=mail.example.org\nDOMAIN=fair.example.org\n")
    monkeypatch.setenv("FAIRMATCH_BASEURL", "https://fair.example.org")
    monkeypatch.setenv("FAIRMATCH_PORT", "8000")

    assert unknown_settings() == {"FAIRMATCH_BASEURL": "FAIRMATCH_BASE_URL", "FAIRMATCH_SMTP": "FAIRMATCH_SMTP_URL"}
