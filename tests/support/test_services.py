"""The services and the guard, without which other tests would prove nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis as Client

from tests.support.backend import Backend
from tests.support.daemon import Daemon, answers, until
from tests.support.desk import ask, scratch
from tests.support.guard import Guard
from tests.support.patience import PATIENCE_S
from tests.support.services import PostgreSQL, Redis


@pytest.fixture
def folder(process_guard: Guard) -> Path:
    """A folder that another user may pass through."""
    made = scratch()
    process_guard.remove(made)
    return made


@pytest.fixture
def redis(folder: Path, process_guard: Guard) -> Iterator[Redis]:
    """A Redis of this test's own, which it may kill."""
    with Redis(folder, process_guard) as service:
        yield service


def test_a_redis_keeps_its_port_over_a_kill_and_forgets_what_it_held(redis: Redis) -> None:
    client = Client.from_url(redis.url)
    client.set("seat", "taken")
    redis.kill()
    assert not answers(redis.port)
    redis.start()
    assert client.get("seat") is None
    client.close()


def test_a_paused_service_holds_its_connections_and_answers_when_it_goes_on(redis: Redis) -> None:
    with Client.from_url(redis.url, socket_timeout=0.2) as impatient, Client.from_url(redis.url) as patient:
        assert patient.ping()
        redis.pause()
        with pytest.raises(TimeoutError):
            _ping_without_retry(impatient)
        redis.resume()
        assert patient.ping()


def _ping_without_retry(client: Client) -> None:
    from redis.exceptions import TimeoutError as RedisTimeout

    try:
        client.ping()
    except RedisTimeout as error:
        raise TimeoutError from error


def test_a_durable_postgresql_waits_for_the_disk_and_keeps_its_rows_over_a_kill(
    folder: Path, process_guard: Guard
) -> None:
    with PostgreSQL(folder, process_guard, durable=True) as service:
        with psycopg.connect(service.url) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
            connection.execute("CREATE TABLE seat (taken_by text)")
            connection.execute("INSERT INTO seat VALUES ('Aylin')")
        service.kill()
        service.start()
        with psycopg.connect(service.url) as connection:
            assert connection.execute("SELECT taken_by FROM seat").fetchall() == [("Aylin",)]
        assert service.stop() == 0


def test_everybody_who_asks_the_desk_gets_the_same_service() -> None:
    assert ask("redis") == ask("redis")


def test_the_desk_refuses_a_service_that_it_does_not_know() -> None:
    with pytest.raises(AssertionError, match="mongodb"):
        ask("mongodb")


def test_each_test_has_a_database_of_its_own(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert tables != (0,)


def test_the_ground_of_a_run_is_what_a_test_stands_on(backend: Backend) -> None:
    settings = backend.settings()
    assert settings.embedded == (backend.ground == "embedded")
    assert bool(settings.redis_url) == (backend.ground == "cluster")
    assert settings.data.is_dir()


def test_a_program_that_ends_at_once_is_reported_with_what_it_said(tmp_path: Path, process_guard: Guard) -> None:
    class Failing(Daemon):
        def command(self) -> list[str]:
            return [sys.executable, "-c", "raise SystemExit('no such hall')"]

        def ready(self) -> bool:
            return False

    with pytest.raises(AssertionError, match="no such hall"):
        Failing("failing", tmp_path, process_guard).start()


def test_what_a_killed_test_process_had_started_is_ended_and_its_folder_removed(tmp_path: Path) -> None:
    left = tmp_path / "left"
    left.mkdir()
    program = f"""
import subprocess, sys, pathlib
from tests.support.guard import Guard
guard = Guard()
sleeper = subprocess.Popen(["sleep", "600"])
guard.watch(sleeper.pid)
guard.remove(pathlib.Path({str(left)!r}))
print(sleeper.pid, flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        sleeper = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    until(lambda: not _runs(sleeper) and not left.exists(), PATIENCE_S, "the guard to clear up")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(") ")[2][0] != "Z"
