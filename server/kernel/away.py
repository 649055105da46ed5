"""Telling what we stand on and cannot reach from a fault of ours; and saying once that it is away, and once that it is
back, however many ask meanwhile."""

import errno
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# InternalError: PostgreSQL says so when it is read-only, as after a change of the primary.
_AWAY = (OperationalError, InterfaceError, InternalError, PoolTimeoutError, ConnectionError, TimeoutError)
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FULL_IN_POSTGRESQL = "53100"
# How the search index says so, in a ValueError.
_FULL_IN_WORDS = f"(os error {errno.ENOSPC})"
# What answers now and fails again a moment later is not back.
STEADY_S = 10.0

log = structlog.get_logger(__name__)


def is_away(error: BaseException) -> bool:
    """Whether trying again later can help, because the database is out of reach, full, locked or read-only."""
    return isinstance(error, _AWAY) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def is_full(error: BaseException) -> bool:
    """Whether there was no room left for what was to be written: on the disk, or by somebody's quota."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, OSError):
        return cause.errno in _FULL
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    in_words = isinstance(cause, ValueError) and _FULL_IN_WORDS in str(cause)
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
DATABASE, DISK, REDIS, SEARCH_DISK = (
    Service(name) for name in ("database", "room on the disk", "redis", "room for the search index")
)


def noted(error: BaseException, disk: Service = DISK) -> bool:
    """Whether an error comes of what we stand on; then that is said, unless it was."""
    if is_full(error):
        disk.away(type(error).__name__)
    elif is_away(error):
        DATABASE.away(type(error).__name__)
    else:
        return False
    return True


def note_failure(log: Any, event: str, error: Exception, *, disk: Service = DISK, **about: Any) -> None:
    """Log what went wrong in work that goes on: as the fault that it is, unless what it stands on is away."""
    if noted(error, disk):
        log.debug(event, reason=type(error).__name__, **about)
    else:
        log.error(event, exc_info=error, **about)


def note_fault(log: Any, event: str, error: Exception, **about: Any) -> None:
    """The same for work of any kind, where not every timeout and lost connection is the database's."""
    if isinstance(error, SQLAlchemyError):
        note_failure(log, event, error, **about)
    else:
        log.error(event, exc_info=error, **about)
