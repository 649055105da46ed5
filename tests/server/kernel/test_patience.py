"""Nobody waits for PostgreSQL for longer than they say; a commit is waited for."""

import asyncio

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, text
from sqlalchemy.exc import OperationalError

from server.kernel.away import is_away
from server.kernel.clock import SystemClock
from server.kernel.db import Database
from server.kernel.events import Events
from server.kernel.patience import answered_within
from server.kernel.prepared import Prepared
from tests.support.backend import settings_with
from tests.support.patience import PATIENCE_S


async def test_who_says_for_how_long_waits_no_longer_for_postgresql(postgresql_url: str) -> None:
    database = Database(settings_with(database_url=postgresql_url), SystemClock(), Events())
    with answered_within(0.2):
        async with asyncio.timeout(PATIENCE_S), database.read() as session:
            with pytest.raises(OperationalError) as raised:
                await session.execute(text("SELECT pg_sleep(600)"))
    assert is_away(raised.value)
    with answered_within(PATIENCE_S):
        async with database.read() as session:  # on a new connection
            assert await session.scalar(text("SELECT 1 FROM pg_sleep(0.3)")) == 1
    async with asyncio.timeout(PATIENCE_S):  # nor does it go on there
        while await _asleep(database):  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.05)
    await database.close()


async def _asleep(database: Database) -> int:
    others = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)' AND state = 'active'"
    async with database.read() as session:
        return await session.scalar(text(f"{others} AND datname = current_database()")) or 0


_A_SLOW_COMMIT = """
CREATE TABLE slow (number int);
CREATE FUNCTION sleeping() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.6); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION sleeping()
"""


async def test_a_commit_is_not_given_up_whoever_waits(postgresql_url: str) -> None:
    database = Database(settings_with(database_url=postgresql_url), SystemClock(), Events())
    told: list[bool] = []

    async def committed() -> None:
        told.append(True)

    async with database.write() as uow:
        for statement in _A_SLOW_COMMIT.split(";\n"):
            await (await uow.session.connection()).exec_driver_sql(statement)
    with answered_within(0.2):
        async with database.write() as uow:
            uow.after_commit(committed)
            await uow.session.execute(text("INSERT INTO slow VALUES (1)"))
        adding = Prepared(insert(Table("slow", MetaData(), Column("number", Integer))), ("number",))
        await database.transact(lambda each: each.many(adding, [{"number": 2}]))
    async with database.read() as session:
        assert await session.scalar(text("SELECT sum(number) FROM slow")) == 3
    assert told == [True]
    await database.close()
