"""What we stand on and cannot reach is told from a fault of ours, and said once."""

import errno
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg.errors
import pytest
import structlog
from sqlalchemy.exc import IntegrityError, InterfaceError, InternalError, OperationalError, ProgrammingError
from structlog.testing import capture_logs

from server.kernel.away import (
    REASON_MOST,
    STEADY_S,
    Service,
    is_away,
    is_full,
    may_help_later,
    note_failure,
    note_fault,
    note_refusal,
    reason_of,
)
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
    assert is_full(ValueError("An IO error occurred: 'Disk quota exceeded (os error 122)'"))


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


def sqlite_says(*statements: str) -> sqlite3.Error:
    """What SQLite itself says to the last of some statements."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for each in statements[:-1]:
            connection.execute(each)
        with pytest.raises(sqlite3.Error) as raised:
            connection.execute(statements[-1])
    finally:
        connection.close()
    return raised.value


def read_only() -> sqlite3.Error:
    return sqlite_says("CREATE TABLE one (text)", "PRAGMA query_only = ON", "INSERT INTO one VALUES (1)")


def out_of_reach() -> sqlite3.Error:
    return sqlite_says("ATTACH '/there/is/no/such/folder/one.db' AS other")


def locked(folder: Path) -> sqlite3.Error:
    """By somebody else who writes."""
    first, second = (sqlite3.connect(folder / "one.db", timeout=0, isolation_level=None) for _ in range(2))
    try:
        first.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.Error) as raised:
            second.execute("BEGIN IMMEDIATE")
    finally:
        first.close()
        second.close()
    return raised.value


def lost() -> OperationalError:
    """A statement whose line has gone meanwhile, whatever PostgreSQL said as its last word."""
    return OperationalError("SELECT", {}, psycopg.errors.IdleInTransactionSessionTimeout(), connection_invalidated=True)


def test_what_the_database_cannot_is_told_by_its_code(tmp_path: Path) -> None:
    for error in (read_only(), out_of_reach(), locked(tmp_path), full_sqlite(tmp_path)):
        assert is_away(of_database(error)), error
    cannot = psycopg.errors
    for state in (
        cannot.AdminShutdown,
        cannot.CannotConnectNow,
        cannot.TooManyConnections,
        cannot.DiskFull,
        cannot.ConnectionFailure,
    ):
        assert is_away(of_database(state())), state
    assert is_away(InternalError("INSERT", {}, cannot.ReadOnlySqlTransaction()))
    assert is_away(of_database(psycopg.OperationalError("connection failed: Connection refused")))
    assert is_away(lost())


@pytest.mark.parametrize(
    "error",
    [
        of_database(sqlite_says("SELECT nothing FROM sqlite_schema")),
        of_database(sqlite_says("SELECT * FROM nothing")),
        ProgrammingError("SELECT", {}, psycopg.errors.UndefinedColumn()),
        InternalError("SELECT", {}, psycopg.errors.InFailedSqlTransaction()),
        of_database(psycopg.errors.DeadlockDetected()),
        of_database(psycopg.errors.SerializationFailure()),
        of_database(psycopg.errors.QueryCanceled()),
        InterfaceError("SELECT", {}, psycopg.InterfaceError("the cursor is closed")),
        TimeoutError(),
        ConnectionError(),
    ],
)
def test_a_mistake_of_ours_and_what_nobody_knows_are_not_the_databases(error: Exception) -> None:
    assert not is_away(error)


@expects_trouble
def test_a_mistake_in_a_statement_is_told_with_its_traceback() -> None:
    mistake = of_database(sqlite_says("SELECT nothing FROM sqlite_schema"))
    with capture_logs() as logged:
        note_failure(log, "one_failed", mistake)
        note_fault(log, "other_failed", mistake)
        assert not note_refusal(log, "third_refused", mistake)  # whoever answers tells of it
    assert [(each["event"], each["log_level"], each["exc_info"]) for each in logged] == [
        ("one_failed", "error", mistake),
        ("other_failed", "error", mistake),
    ]


@expects_trouble
def test_whoever_met_another_one_tries_again_and_each_time_is_told() -> None:
    for state in psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure, psycopg.errors.QueryCanceled:
        met = of_database(state())
        assert may_help_later(met)
        with capture_logs() as logged:
            assert note_refusal(log, "refused", met, by="us")
        assert [(each["event"], each["log_level"], each["exc_info"], each["by"]) for each in logged] == [
            ("refused", "error", met, "us")
        ]


def test_a_timeout_of_nobody_knows_what_is_told_by_its_name() -> None:
    for error in TimeoutError(), ConnectionResetError():
        with capture_logs() as logged:
            assert note_refusal(log, "refused", error)
            note_failure(log, "failed", error)
        assert [(each["event"], each["log_level"], each["reason"]) for each in logged] == [
            ("refused", "warning", type(error).__name__),
            ("failed", "warning", type(error).__name__),
        ]


def test_the_reason_is_one_line_without_what_people_wrote() -> None:
    words = "connection failed: the server is starting up\nDETAIL: more of it"
    refused = OperationalError("INSERT", {"text": "a secret"}, psycopg.OperationalError(words))
    assert reason_of(refused) == "OperationalError: connection failed: the server is starting up"
    assert reason_of(of_database(ConnectionRefusedError())) == "ConnectionRefusedError"
    no_room = OSError(errno.ENOSPC, "No space left on device", "/data/mail/somebody@example.org.eml")
    assert reason_of(no_room) == "OSError: No space left on device"
    assert len(reason_of(of_database(psycopg.OperationalError("x" * 1000)))) == REASON_MOST


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
