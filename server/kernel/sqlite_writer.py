"""A connection of its own to the SQLite file, in a thread of its own: a whole transaction is one hop, not one for each
statement."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Dialect, exc

from server.kernel import sqlite_connection
from server.kernel.prepared import SqliteTransaction

T = TypeVar("T")


class SqliteWriter:
    """Runs one transaction at a time. Opened with the first; the caller sees to it that no other writer is at work."""

    def __init__(self, path: Path, dialect: Dialect) -> None:
        self._path = path
        self._dialect = dialect
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._connection: sqlite3.Connection | None = None

    def begin(self, work: Callable[[SqliteTransaction], T]) -> "asyncio.Future[T]":
        """Run `work` in a transaction: committed when it returns, rolled back when it raises.

        Once begun it comes to its end, whoever still waits. Raises SQLAlchemy's errors, as its sessions would.
        """
        return asyncio.get_running_loop().run_in_executor(self._thread, self._transaction, work)

    def close(self) -> None:
        """Close the connection, after what is under way."""
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    def _transaction(self, work: Callable[[SqliteTransaction], T]) -> T:
        try:
            return self._committed(self._opened(), work)
        except sqlite3.Error as error:
            raise _as_sqlalchemy(error) from error

    def _committed(self, connection: sqlite3.Connection, work: Callable[[SqliteTransaction], T]) -> T:
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(SqliteTransaction(connection, self._dialect))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # some errors have ended it already
                connection.execute("ROLLBACK")
            raise
        return result

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite_connection.opened(self._path)
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _as_sqlalchemy(error: sqlite3.Error) -> exc.DBAPIError:
    """The error of SQLAlchemy that has the same name; both took the names from Python's database API.
    Parameters are left out: errors are logged, and parameters are what people wrote."""
    kind: type[exc.DBAPIError] = getattr(exc, type(error).__name__, exc.DatabaseError)
    return kind(None, None, error, hide_parameters=True)
