"""What SQLAlchemy asks of a connection, on ours: the same answers, with fewer trips to its thread."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from server.kernel import sqlite_connection
from server.kernel.clock import SystemClock
from server.kernel.db import Database
from server.kernel.events import Events
from server.kernel.sqlite_connection import AHEAD, Connection, connect, opened
from tests.support.backend import settings_with
from tests.support.patience import PATIENCE_S

MANY = 2 * AHEAD + 7
NUMBERS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) SELECT i FROM n")
ADD = text("INSERT INTO thing (name) VALUES (:name)")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(settings_with(data=tmp_path), SystemClock(), Events())
    async with made.write() as uow:
        await uow.session.execute(text("CREATE TABLE thing (name TEXT PRIMARY KEY)"))
    yield made
    await made.close()


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What went to the thread of a connection and was waited for."""
    made: list[str] = []
    go = Connection.there

    async def there(self: Connection, work: Callable[..., Any], *given: Any) -> Any:
        made.append(work.__name__)
        return await go(self, work, *given)

    monkeypatch.setattr(Connection, "there", there)
    return made


async def test_a_statement_is_one_trip(database: Database, trips: list[str]) -> None:
    async with database.read() as session:
        await session.execute(text("SELECT 1"))
        trips.clear()
        assert list(await session.scalars(NUMBERS, {"most": AHEAD - 1})) == list(range(1, AHEAD))

    assert len(trips) == 1


@pytest.mark.parametrize("most", [AHEAD - 1, AHEAD, AHEAD + 1, MANY])
async def test_a_list_of_any_length_comes_whole_and_in_order(database: Database, most: int) -> None:
    async with database.read() as session:
        assert list(await session.scalars(NUMBERS, {"most": most})) == list(range(1, most + 1))


async def test_a_stream_reads_on_as_it_is_asked(database: Database, trips: list[str]) -> None:
    async with database.read() as session:
        stream = await session.stream_scalars(NUMBERS, {"most": MANY})
        assert [await anext(stream) for _ in range(3)] == [1, 2, 3]
        assert len(trips) < 5
        assert [number async for number in stream] == list(range(4, MANY + 1))


async def test_what_is_read_halfway_holds_up_no_writing(database: Database) -> None:
    async with database.read() as session:
        stream = await session.stream_scalars(NUMBERS, {"most": MANY})
        assert await anext(stream) == 1
        await stream.close()
        await session.execute(ADD, {"name": "after it"})
        await session.commit()

    async with database.read() as session:
        assert list(await session.scalars(text("SELECT name FROM thing"))) == ["after it"]


async def test_a_refused_statement_says_why_and_the_next_one_is_done(database: Database) -> None:
    async with database.read() as session:
        await session.execute(ADD, {"name": "a"})
        with pytest.raises(IntegrityError, match="UNIQUE"):
            await session.execute(ADD, {"name": "a"})
        await session.rollback()
        assert list(await session.scalars(text("SELECT name FROM thing"))) == []


async def test_many_at_once_and_what_they_return(database: Database) -> None:
    async with database.write() as uow:
        done = await uow.session.execute(ADD, [{"name": str(number)} for number in range(MANY)])
        gone = await uow.session.execute(text("DELETE FROM thing WHERE name <> '7' RETURNING name"))

    assert done.rowcount == MANY  # type: ignore[attr-defined]  # a result of a change has one
    assert len(gone.all()) == MANY - 1


async def test_what_is_opened_for_one_who_was_cancelled_meanwhile_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on, closed = threading.Event(), threading.Event(), threading.Event()

    class Watched(sqlite3.Connection):
        def close(self) -> None:
            super().close()
            closed.set()

    def slowly(path: Path) -> sqlite3.Connection:
        asked.set()
        assert go_on.wait(PATIENCE_S)
        return sqlite3.connect(path, factory=Watched)

    monkeypatch.setattr(sqlite_connection, "opened", slowly)
    asking = asyncio.create_task(connect(tmp_path / "fairmatch.db"))
    assert await asyncio.to_thread(asked.wait, PATIENCE_S)
    asking.cancel()
    await asyncio.wait([asking])
    go_on.set()

    assert asking.cancelled()
    assert await asyncio.to_thread(closed.wait, PATIENCE_S)


def test_a_file_that_is_no_database_is_not_kept_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[sqlite3.Connection] = []
    connected = sqlite3.connect

    def watched(*given: Any, **named: Any) -> sqlite3.Connection:
        made.append(connected(*given, **named))
        return made[0]

    monkeypatch.setattr(sqlite3, "connect", watched)
    (tmp_path / "fairmatch.db").write_text("no database" * 1_000)

    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        opened(tmp_path / "fairmatch.db")
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        made[0].execute("SELECT 1")
