"""What we stand on and cannot reach is told from a fault of ours, and said once."""

import errno
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg.errors
import pytest
import structlog
from sqlalchemy.exc import IntegrityError, OperationalError
from structlog.testing import capture_logs

from server.kernel.away import STEADY_S, Service, is_away, is_full, note_failure, note_fault
from tests.support.trouble import expects_trouble

log = structlog.get_logger(__name__)


def of_database(cause: Exception) -> OperationalError:
    return OperationalError("INSERT", {}, cause)


def full_sqlite(folder: Path) -> sqlite3.Error:
    """As SQLite says so itself."""
    connection = sqlite3.connect(folder / "small.db", isolation_level=None)
    connection.execute("PRAGMA max_page_count = 2")
    try:
        connection.execute("CREATE TABLE one (text)")
        with pytest.raises(sqlite3.OperationalError) as raised:
            connection.execute("INSERT INTO one VALUES (?)", ["x" * 50_000])
    finally:
        connection.close()
    return raised.value


def test_a_full_disk_is_known_whoever_says_so(tmp_path: Path) -> None:
    full = full_sqlite(tmp_path)
    assert is_full(full)
    assert is_full(of_database(full))
    assert is_full(of_database(psycopg.errors.DiskFull()))
    assert is_full(OSError(errno.ENOSPC, "No space left on device"))
    assert is_full(OSError(errno.EDQUOT, "Quota exceeded"))
    assert is_full(ValueError("An IO error occurred: 'No space left on device (os error 28)'"))


@pytest.mark.parametrize(
    "error",
    [
        of_database(sqlite3.OperationalError("database is locked")),
        of_database(psycopg.errors.AdminShutdown()),
        OSError(errno.EACCES, "Permission denied"),
        ValueError("no number"),
        KeyError("name"),
    ],
)
def test_other_errors_say_nothing_of_the_disk(error: Exception) -> None:
    assert not is_full(error)


def a_service() -> tuple[Service, Callable[[float], None]]:
    """One with a clock that moves when it is told to."""
    now = [0.0]

    def wait(seconds: float) -> None:
        now[0] += seconds

    return Service("the well", lambda: now[0]), wait


def test_that_a_service_is_away_is_said_once_and_once_that_it_is_back() -> None:
    well, wait = a_service()
    with capture_logs() as logged:
        well.back()
        for _ in range(100):
            well.away("dry")
            wait(1)
        for _ in range(100):
            well.back()
            wait(1)
    assert [(each["event"], each["service"]) for each in logged] == [
        ("service_away", "the well"),
        ("service_back", "the well"),
    ]
    assert logged[0]["reason"] == "dry"
    assert 100 <= logged[1]["seconds"] <= 100 + STEADY_S


def test_a_service_that_answers_now_and_then_is_not_back() -> None:
    well, wait = a_service()
    with capture_logs() as logged:
        for _ in range(100):
            well.away("dry")
            wait(STEADY_S / 2)
            well.back()
    assert [each["event"] for each in logged] == ["service_away"]


def test_work_that_fails_while_the_database_is_away_adds_nothing_to_that() -> None:
    with capture_logs() as logged:
        for event in ("one_failed", "other_failed"):
            note_failure(log, event, of_database(ConnectionRefusedError()))
            note_fault(log, event, of_database(ConnectionRefusedError()), work="that fails")
    said = [(each["event"], each["log_level"]) for each in logged if each["log_level"] != "debug"]
    assert said == [("service_away", "warning")]


@expects_trouble
def test_a_fault_of_ours_is_told_each_time() -> None:
    with capture_logs() as logged:
        for error in (IntegrityError("INSERT", {}, sqlite3.IntegrityError()), KeyError("name")):
            note_failure(log, "one_failed", error)
        note_fault(log, "other_failed", TimeoutError())  # in work of any kind nobody knows whose it was
    assert [(each["event"], each["log_level"]) for each in logged] == [("one_failed", "error")] * 2 + [
        ("other_failed", "error")
    ]
    assert is_away(TimeoutError())
