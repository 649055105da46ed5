"""Telling a database that is away from a fault of ours."""

from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# InternalError: PostgreSQL says so when it is read-only, as after a change of the primary.
_AWAY = (OperationalError, InterfaceError, InternalError, PoolTimeoutError, ConnectionError, TimeoutError)


def is_away(error: BaseException) -> bool:
    """Whether trying again later can help, because the database is out of reach, full, locked or read-only."""
    return isinstance(error, _AWAY) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def note_failure(log: Any, event: str, error: Exception) -> None:
    """Log what went wrong in work that goes on: in a word while the database is away, else as the fault that it is."""
    if is_away(error):
        log.warning(event, reason=type(error).__name__)
    else:
        log.error(event, exc_info=error)
