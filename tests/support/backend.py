"""A fresh place for each test: its own data folder, its own migrated database, its own names in Redis."""

import asyncio
import itertools
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from pydantic import BaseModel
from sqlalchemy import make_url

from server.kernel import db
from server.kernel.clock import SystemClock
from server.kernel.db import Database
from server.kernel.events import Events
from server.kernel.migrate import upgrade
from server.kernel.settings import Settings
from tests.support import connections, desk
from tests.support.ground import Ground
from tests.support.patience import PATIENCE_S

# What a server does without an answer after so long. A machine full of tests is slower than one that serves: because of
# that limits are not to be counted alone, and Redis is not to be given up.
_GIVES_REDIS_UP = (
    "server.kernel.rate.REDIS_TIMEOUT_S",
    "server.kernel.redis_bus.PUBLISH_LIMIT_S",
    "server.kernel.redis_bus.CONNECT_LIMIT_S",
    "server.kernel.redis_bus.ACKNOWLEDGE_LIMIT_S",
    "server.kernel.redis_bus.SILENCE_S",
    "signaling.registry.ANSWER_S",
)

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Backend:
    """What a server of this test stands on."""

    ground: Ground
    data: Path
    database_url: str
    redis_url: str
    redis_prefix: str
    workers: int

    def settings(self, **changes: Any) -> Settings:
        """Settings for this place."""
        return settings_with(**(self.values() | changes))

    def values(self) -> dict[str, Any]:
        """What sets this place apart, by the names of the settings."""
        names = ("data", "database_url", "redis_url", "redis_prefix")
        return {name: getattr(self, name) for name in names}


def settings_with(**values: Any) -> Settings:
    """Settings that no `.env` of the developer reaches, nor the environment: looking through both for each of the
    settings takes longer than anything else about them, and a run makes some thousand."""
    settings = Settings.__new__(Settings)
    BaseModel.__init__(settings, **values)
    return settings


@pytest.fixture
def backend(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    """A ground, with an empty migrated database. A test that uses it runs on both (tests/support/ground.py)."""
    data = tmp_path / "data"
    data.mkdir()
    monkeypatch.setitem(db._POOL, "pool_timeout", PATIENCE_S)  # nor is anybody to be sent away who waits their turn
    if request.param == "embedded":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), data / "fairmatch.db")
        yield Backend("embedded", data, database_url="", redis_url="", redis_prefix="fairmatch", workers=1)
        return
    _waits_for_redis(monkeypatch)
    databases = request.getfixturevalue("postgresql_databases")
    with databases.lent() as database_url:
        yield Backend("cluster", data, database_url, desk.ask("redis"), redis_prefix=_new_name(), workers=2)


@pytest.fixture
def redis_url(monkeypatch: pytest.MonkeyPatch) -> str:
    """A real Redis on either ground, shared by all tests: use names of your own."""
    _waits_for_redis(monkeypatch)
    return desk.ask("redis")


def _waits_for_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in _GIVES_REDIS_UP:
        monkeypatch.setattr(limit, PATIENCE_S)


@pytest.fixture
def postgresql_url(postgresql_databases: "Databases") -> Iterator[str]:
    """A fresh migrated database on a real PostgreSQL, on either ground."""
    name = _new_name()
    yield postgresql_databases.make(name)
    postgresql_databases.drop(name)


# What the connection calls itself on which a database is emptied.
EMPTIES = "empties"
# Cuts off what a failed test may have left behind.
_ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL(%s)
"""
# Differs once a table or an index was made or dropped; copies of a database have the numbers of what they were made of.
_SHAPE = "SELECT sum(oid::bigint) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
_REVISION = "SELECT version_num FROM alembic_version"
# Empties whatever has rows, without asking who refers to whom: a quarter of the time that a new database takes.
_EMPTY = """
DO $$ DECLARE part regclass; filled boolean; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR part IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0 LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', part) INTO filled;
        IF filled THEN EXECUTE format('DELETE FROM %s', part); END IF;
    END LOOP;
END $$
"""


class Databases:
    """Databases on the shared PostgreSQL, each a copy of one that was migrated once."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._template = _new_name()
        self._shape: object = None
        self._revision: object = None
        self._empty: list[tuple[str, psycopg.Connection]] = []
        self._do("CREATE DATABASE {}", self._template)

    @property
    def template_url(self) -> str:
        """Where the first of them lies, to be migrated once."""
        return self._url(self._template)

    def _made(self) -> tuple[str, psycopg.Connection]:
        name = _new_name()
        connection = psycopg.connect(self.make(name), autocommit=True, application_name=EMPTIES)
        self._shape = connection.execute(_SHAPE).fetchone()
        self._revision = connection.execute(_REVISION).fetchone()
        connections.share(name)
        return name, connection

    def make(self, name: str) -> str:
        """A new database; its address."""
        self._do("CREATE DATABASE {} TEMPLATE {}", name, self._template)
        return self._url(name)

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The address of an empty database, which may have served a test before and will serve another.

        Each keeps the connection on which it is emptied: a new one would take six times as long, to learn the tables.
        """
        name, connection = self._empty.pop() if self._empty else self._made()
        yield self._url(name)
        connection.execute(_ALONE, [connections.resting(name)])
        same = connection.execute(_SHAPE).fetchone() == self._shape
        if same and connection.execute(_REVISION).fetchone() == self._revision:
            connection.execute(_EMPTY)
            self._empty.append((name, connection))
        else:
            connection.close()
            connections.forget(name)
            self.drop(name)

    def close(self) -> None:
        """Leave the databases to the end of the server that they are on."""
        for name, connection in self._empty:
            connections.forget(name)
            connection.close()

    def drop(self, name: str) -> None:
        """Remove it, also from under a server that a failed test left behind."""
        self._do("DROP DATABASE {} WITH (FORCE)", name)

    def _url(self, name: str) -> str:
        return make_url(self._server).set(database=name).render_as_string(hide_password=False)

    def _do(self, statement: str, *names: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def postgresql_databases() -> Iterator[Databases]:
    """The maker of databases; the one that they are copied from is migrated once per test process."""
    databases = Databases(desk.ask("postgresql"))
    _migrate(settings_with(database_url=databases.template_url))
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy, made once per test process."""
    folder = tmp_path_factory.mktemp("migrated")
    _migrate(settings_with(data=folder))
    return folder / "fairmatch.db"


def _new_name() -> str:
    """A name that no other test process of this run uses."""
    return f"test_{os.getpid()}_{next(_numbers)}"


def _migrate(settings: Settings) -> None:
    """In a thread, since the loop of the tests may be running here already."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _upgraded(settings)).result()


async def _upgraded(settings: Settings) -> None:
    database = Database(settings, SystemClock(), Events())
    await upgrade(database)
    await database.close()
