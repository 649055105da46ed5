"""A disk without room for the database."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.exc import OperationalError

from server.kernel.db import Database, UnitOfWork


def full() -> OperationalError:
    """As SQLite says so."""
    cause = sqlite3.OperationalError("database or disk is full")
    cause.sqlite_errorcode = sqlite3.SQLITE_FULL
    return OperationalError("INSERT", {}, cause)


def no_room_in(monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    """From now on nothing is committed."""

    @asynccontextmanager
    async def write() -> AsyncIterator[UnitOfWork]:
        async with write_before() as uow:
            yield uow
            raise full()

    write_before = database.write
    monkeypatch.setattr(database, "write", write)
