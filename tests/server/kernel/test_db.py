import asyncio
import sqlite3
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from server.kernel.clock import FrozenClock, SystemClock
from server.kernel.db import OWED_AFTER, Database, database_url
from server.kernel.events import Events, Owed
from server.kernel.outbox import OutboxRow
from server.kernel.parts import Kernel
from tests.support.backend import Backend, settings_with
from tests.support.patience import PATIENCE_S
from tests.support.trouble import expects_trouble


def row(name: str) -> OutboxRow:
    return OutboxRow(id=name, job="nobody.does_this", payload={})


async def names(kernel: Kernel) -> list[str]:
    async with kernel.database.read() as session:
        return list(await session.scalars(select(OutboxRow.id).order_by(OutboxRow.id)))


async def test_a_unit_of_work_commits_on_leaving(kernel: Kernel) -> None:
    async with kernel.database.write() as uow:
        uow.session.add(row("a"))

    assert await names(kernel) == ["a"]


async def test_an_exception_takes_back_everything_and_tells_nobody(kernel: Kernel) -> None:
    heard: list[object] = []

    async def hear(happened: object) -> None:
        heard.append(happened)

    kernel.events.on(str, hear)

    async def fails() -> None:
        async with kernel.database.write() as uow:
            uow.session.add(row("a"))
            uow.emit("it happened")
            uow.enqueue("a.job", {})
            uow.after_commit(lambda: hear("committed"))
            await uow.session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        await fails()

    assert await names(kernel) == []
    assert heard == []


@dataclass
class Leaving:
    """A look into the database whose owner is cancelled while the session ends, which lasts until it may."""

    database: Database
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    given_back: list[str] = field(default_factory=list)


@pytest.fixture
async def leaving(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Leaving:
    made = Leaving(Database(backend.settings(), SystemClock(), Events()))
    began, close, dispose = asyncio.Event(), AsyncSession.close, AsyncEngine.dispose

    async def slow(session: AsyncSession) -> None:
        began.set()
        await made.may_end.wait()
        await close(session)
        made.given_back.append("the session's")
        made.ended.set()

    async def noted(engine: AsyncEngine) -> None:
        made.given_back.append("all")
        await dispose(engine)

    async def look() -> None:
        async with made.database.read():
            pass

    monkeypatch.setattr(AsyncSession, "close", slow)
    monkeypatch.setattr(AsyncEngine, "dispose", noted)
    looking = asyncio.create_task(look())
    await began.wait()
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    return made


async def test_closing_waits_for_a_session_whose_owner_was_cancelled_at_its_end(
    leaving: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.kernel.db.LEAVING_S", PATIENCE_S)
    closing = asyncio.create_task(leaving.database.close())
    await asyncio.sleep(0)
    leaving.may_end.set()
    await closing

    assert leaving.given_back == ["the session's", "all"]


async def test_closing_waits_for_whoever_was_cancelled_and_has_not_noticed_yet(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.kernel.db.LEAVING_S", PATIENCE_S)
    database = Database(backend.settings(), SystemClock(), Events())
    there, given_back = asyncio.Event(), []
    event.listen(database.engine.sync_engine, "checkin", lambda *_: given_back.append("the session's"))
    event.listen(database.engine.sync_engine, "engine_disposed", lambda _: given_back.append("all"))

    async def look() -> None:
        async with database.read() as session:
            await session.execute(select(1))
            there.set()
            await asyncio.sleep(600)

    looking = asyncio.create_task(look())
    await there.wait()
    looking.cancel()
    await database.close()

    assert given_back == ["the session's", "all"]
    with pytest.raises(asyncio.CancelledError):
        await looking


async def test_a_session_that_does_not_end_keeps_nobody_from_closing(
    leaving: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.kernel.db.LEAVING_S", 0.01)
    await leaving.database.close()

    assert leaving.given_back == ["all"]
    leaving.may_end.set()
    await leaving.ended.wait()


async def test_listeners_hear_in_order_what_is_committed_already(kernel: Kernel) -> None:
    heard: list[tuple[object, list[str]]] = []

    async def hear(happened: object) -> None:
        heard.append((happened, await names(kernel)))

    kernel.events.on(str, hear)

    async with kernel.database.write() as uow:
        uow.session.add(row("a"))
        uow.after_commit(lambda: hear("committed"))
        uow.emit("first")
        uow.emit("second")

    assert heard == [("committed", ["a"]), ("first", ["a"]), ("second", ["a"])]


async def test_what_an_event_owes_is_committed_with_it_for_a_little_later_and_is_owed_once(kernel: Kernel) -> None:
    async def owed() -> list[tuple[str, dict[str, str], timedelta]]:
        async with kernel.database.read() as session:
            rows = await session.scalars(select(OutboxRow))
            return [(row.job, row.payload, row.due_at - kernel.clock.now()) for row in rows if row.due_at]

    async def dies() -> None:
        raise asyncio.CancelledError

    async def happens() -> None:
        async with kernel.database.write() as uow:
            uow.emit("This")
            uow.emit("THIS")
            uow.emit(17)
            uow.after_commit(dies)

    kernel.events.owe(str, lambda happened: Owed("a.job", {"about": happened.lower()}))
    with pytest.raises(asyncio.CancelledError):
        await happens()

    assert await owed() == [("a.job", {"about": "this"}, OWED_AFTER)]


@expects_trouble
async def test_what_fails_after_the_commit_is_logged_and_harms_neither_caller_nor_others(
    kernel: Kernel, capsys: pytest.CaptureFixture[str]
) -> None:
    heard: list[object] = []

    async def fail(happened: object = None) -> None:
        raise RuntimeError("a listener with a mistake in it")

    async def hear(happened: object) -> None:
        heard.append(happened)

    kernel.events.on(str, fail)
    kernel.events.on(str, hear)

    async with kernel.database.write() as uow:
        uow.session.add(row("a"))
        uow.after_commit(fail)
        uow.emit("it happened")

    assert heard == ["it happened"]
    assert await names(kernel) == ["a"]
    assert "a listener with a mistake in it" in capsys.readouterr().out


async def test_writers_wait_for_one_another_instead_of_failing(kernel: Kernel) -> None:
    async def add(number: int) -> None:
        async with kernel.database.write() as uow:
            count = await uow.session.scalar(select(func.count()).select_from(OutboxRow))
            await asyncio.sleep(0)
            uow.session.add(row(f"{number:03}-{count}"))

    await asyncio.gather(*(add(number) for number in range(30)))

    assert len(await names(kernel)) == 30


async def test_reading_goes_on_while_somebody_writes(kernel: Kernel) -> None:
    async with kernel.database.write() as uow:
        uow.session.add(row("a"))
        await uow.session.flush()

        async with asyncio.timeout(PATIENCE_S):
            assert await names(kernel) == []


async def test_what_is_changed_in_a_reading_session_is_rolled_back(kernel: Kernel) -> None:
    async with kernel.database.read() as session:
        session.add(row("a"))
        await session.flush()

    assert await names(kernel) == []


async def test_errors_of_the_database_do_not_quote_what_people_wrote(kernel: Kernel) -> None:
    for _ in range(2):
        error = ""
        try:
            async with kernel.database.write() as uow:
                uow.session.add(OutboxRow(id="a", job="said in confidence", payload={}))
        except IntegrityError as raised:
            error = str(raised)

    assert error
    assert "said in confidence" not in error


async def test_a_moment_comes_back_aware_and_in_utc(kernel: Kernel, clock: FrozenClock) -> None:
    async with kernel.database.write() as uow:
        uow.session.add(OutboxRow(id="a", job="nobody.does_this", payload={}, due_at=clock.now()))

    async with kernel.database.read() as session:
        found = await session.get_one(OutboxRow, "a")

    assert found.due_at == clock.now()
    assert found.due_at.tzname() == "UTC"


async def test_sqlite_waits_for_the_disk_and_keeps_foreign_keys(tmp_path: Path) -> None:
    database = Database(settings_with(data=tmp_path), SystemClock(), Events())
    pragmas = ("journal_mode", "synchronous", "foreign_keys")

    async with database.read() as session:
        found = [await session.scalar(text(f"PRAGMA {pragma}")) for pragma in pragmas]
    await database.close()

    assert found == ["wal", 2, 1]


async def test_another_programs_lock_is_waited_for(tmp_path: Path) -> None:
    database = Database(settings_with(data=tmp_path), SystemClock(), Events())
    async with database.write() as uow:
        await uow.session.execute(text("CREATE TABLE t (n INTEGER)"))
    other = sqlite3.connect(tmp_path / "fairmatch.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asyncio.get_running_loop().call_later(0.3, other.execute, "COMMIT")

    async with database.write() as uow:
        await uow.session.execute(text("INSERT INTO t VALUES (1)"))

    other.close()
    await database.close()


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://a:b@db/fair", "postgresql+psycopg://a:b@db/fair"),
        ("postgres://a@db/fair", "postgresql+psycopg://a@db/fair"),
    ],
)
def test_addresses_of_postgresql_get_the_asynchronous_driver(given: str, used: str) -> None:
    assert database_url(settings_with(database_url=given)) == used


def test_other_databases_are_refused() -> None:
    with pytest.raises(ValueError, match="postgresql://"):
        database_url(settings_with(database_url="mysql://db/fair"))


async def test_postgresql_compiles_no_statement_unless_the_operator_says_so(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await setting_at(postgresql_url, "jit") == "off"
    assert await setting_at(f"{postgresql_url}?options=-c%20jit%3Don", "jit") == "on"
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=1234")
    assert await setting_at(postgresql_url, "statement_timeout") == "1234ms"
    assert await setting_at(postgresql_url, "jit") == "off"


async def setting_at(url: str, name: str) -> str | None:
    """What PostgreSQL says of a setting on connections of ours."""
    database = Database(settings_with(database_url=url), SystemClock(), Events())
    async with database.read() as session:
        said: str | None = await session.scalar(text(f"SHOW {name}"))
    await database.close()
    return said

    async with database.read() as session:
        assert await session.scalar(text("SELECT 1 FROM pg_sleep(0.3)")) == 1
    await database.close()


async def test_postgresql_whose_machine_is_gone_is_noticed_as_soon_as_the_operator_says(postgresql_url: str) -> None:
    for url, seconds in ((postgresql_url, "10"), (f"{postgresql_url}?keepalives_idle=77", "77")):
        database = Database(settings_with(database_url=url), SystemClock(), Events())
        async with database.read() as session:
            line = (await (await session.connection()).get_raw_connection()).driver_connection
            assert line is not None
            assert line.info.get_parameters()["keepalives_idle"] == seconds
            assert line.info.get_parameters()["tcp_user_timeout"] == "20000"
        await database.close()


async def test_a_connection_that_the_database_ended_while_it_rested_is_replaced(kernel: Kernel) -> None:
    if kernel.database.sqlite:
        pytest.skip("SQLite has no server that could end one")
    own = text("SELECT pg_backend_pid()")
    async with kernel.database.read() as first:
        resting = await first.scalar(own)
        async with kernel.database.read() as second:
            other = await second.scalar(own)
            await first.close()
            await second.execute(text("SELECT pg_terminate_backend(:pid, 2000)"), {"pid": resting})

    async with kernel.database.read() as session, kernel.database.read() as another:
        pids = {await session.scalar(own), await another.scalar(own)}

    assert resting not in pids
    assert other != resting
