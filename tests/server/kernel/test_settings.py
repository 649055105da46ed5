"""What settings make of what is not set."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pydantic import SecretStr

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
