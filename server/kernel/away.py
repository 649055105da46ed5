"""Telling what we stand on and cannot reach from a fault of ours; and saying once that it is away, and once that it is
back, however many ask meanwhile."""

import errno
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# What SQLite and PostgreSQL say when they cannot, and not when a statement of ours is wrong or met another one.
_AWAY_IN_SQLITE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
# Classes: no connection, no room or memory or connection left, shut down by somebody. 25006: it is read-only, as after
# a change of the primary.
_AWAY_IN_POSTGRESQL = ("08", "53", "57P", "25006")
# Two met (a deadlock, a conflict, a lock) or somebody cancelled one: the same may go well the next time, and yet it
# should not have come to that.
_MET_IN_POSTGRESQL = ("40", "55P03", "57014")
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FULL_IN_POSTGRESQL = "53100"
# How the search index says so, in a ValueError.
_FULL_IN_WORDS = tuple(f"(os error {code})" for code in _FULL)
# What answers now and fails again a moment later is not back.
STEADY_S = 10.0
# Letters of a reason in the log.
REASON_MOST = 200

log = structlog.get_logger(__name__)


def is_away(error: BaseException) -> bool:
    """Whether it is the database that cannot: because it is out of reach, full, locked or read-only."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, PoolTimeoutError)
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_code(error.orig) in _AWAY_IN_SQLITE
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # PostgreSQL itself has said nothing: what failed is the line to it
        return isinstance(error, OperationalError)
    return str(state).startswith(_AWAY_IN_POSTGRESQL)


def may_help_later(error: BaseException) -> bool:
    """Whether trying again later can help. Nobody knows whose a bare timeout or lost connection is."""
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    met = str(state or "").startswith(_MET_IN_POSTGRESQL)
    return is_away(error) or met or isinstance(error, (ConnectionError, TimeoutError))


def is_full(error: BaseException) -> bool:
    """Whether there was no room left for what was to be written: on the disk, or by somebody's quota."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, OSError):
        return cause.errno in _FULL
    if isinstance(cause, sqlite3.Error):
        return _sqlite_code(cause) == sqlite3.SQLITE_FULL
    in_words = isinstance(cause, ValueError) and any(words in str(cause) for words in _FULL_IN_WORDS)
    return in_words or getattr(cause, "sqlstate", None) == _FULL_IN_POSTGRESQL


class Service:
    """Something that the server stands on."""

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._clock = clock
        self._failed = 0.0
        self.away_since: float | None = None

    def away(self, reason: str) -> None:
        """It did not do what was asked."""
        self._failed = self._clock()
        if self.away_since is None:
            self.away_since = self._failed
            log.warning("service_away", service=self._name, reason=reason)

    def back(self) -> None:
        """It did what was asked; costs nothing where that is as ever."""
        if self.away_since is None or self._clock() - self._failed < STEADY_S:
            return
        log.info("service_back", service=self._name, seconds=round(self._clock() - self.away_since))
        self.away_since = None


# Each process has one of each.
DATABASE, REDIS = Service("database"), Service("redis")
# Three, since they may lie on as many machines, and what was written on one says nothing of the others.
DATABASE_DISK, FILES_DISK, SEARCH_DISK = (
    Service(f"room for {what}") for what in ("the database", "files", "the search index")
)


def noted(error: BaseException, disk: Service = FILES_DISK) -> bool:
    """Whether an error comes of what we stand on; then that is said, unless it was. `disk` is that of files."""
    if is_full(error):
        (DATABASE_DISK if isinstance(error, DBAPIError) else disk).away(reason_of(error))
    elif is_away(error):
        DATABASE.away(reason_of(error))
    else:
        return False
    return True


def reason_of(error: BaseException) -> str:
    """An error in one line: its kind, and what the database or the system says. No parameters, and no name of a file,
    which may have somebody's address in it."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    words = (cause.strerror or "") if isinstance(cause, OSError) else str(cause)
    line = next(iter(words.strip().splitlines()), "")
    return f"{type(cause).__name__}: {line}"[:REASON_MOST] if line else type(cause).__name__


def note_refusal(log: Any, event: str, error: BaseException, **about: Any) -> bool:
    """Whether somebody who asked is told to try again later; what has no one cause is logged for each."""
    if noted(error):
        return True
    if not may_help_later(error):
        return False
    _log_each(log, event, error, **about)
    return True


def note_failure(log: Any, event: str, error: Exception, *, disk: Service = FILES_DISK, **about: Any) -> None:
    """Log what went wrong in work that goes on: as the fault that it is, unless what it stands on is away."""
    if noted(error, disk):
        log.debug(event, reason=type(error).__name__, **about)
    else:
        _log_each(log, event, error, **about)


def note_fault(log: Any, event: str, error: Exception, **about: Any) -> None:
    """The same for work of any kind, where not every timeout and lost connection is the database's."""
    if isinstance(error, SQLAlchemyError):
        note_failure(log, event, error, **about)
    else:
        log.error(event, exc_info=error, **about)


def _log_each(log: Any, event: str, error: BaseException, **about: Any) -> None:
    if isinstance(error, (ConnectionError, TimeoutError)):
        log.warning(event, reason=type(error).__name__, **about)
    else:
        log.error(event, exc_info=error, **about)


def _sqlite_code(error: sqlite3.Error) -> int:
    """What it is about; the higher bits say more of it."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
