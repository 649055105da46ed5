"""Engines of one kind share what they put together; what they answer is their own databases'."""

from pathlib import Path

import pytest
from sqlalchemy import Select, bindparam, column, select, table, text
from sqlalchemy.engine.interfaces import CacheStats
from sqlalchemy.ext.asyncio import AsyncEngine

from server.kernel.clock import SystemClock
from server.kernel.db import Database
from server.kernel.events import Events
from tests.support.backend import settings_with

QUERY: Select[str] = select(column("said")).select_from(table("once")).where(column("number") == bindparam("number"))


@pytest.fixture
def engines(tmp_path: Path) -> list[AsyncEngine]:
    """Two, each of a database of its own."""
    places = [tmp_path / name for name in ("one", "another")]
    for place in places:
        place.mkdir()
    return [Database(settings_with(data=place), SystemClock(), Events()).engine for place in places]


async def test_a_statement_is_put_together_once_for_all_engines_and_asks_the_one_that_runs_it(
    engines: list[AsyncEngine],
) -> None:
    answers: list[str] = []
    kept: list[CacheStats] = []
    for number, engine in enumerate(engines):
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE once (number INTEGER, said TEXT)"))
            await connection.execute(text(f"INSERT INTO once VALUES ({number}, 'database {number}')"))
            result = await connection.execute(QUERY, {"number": number})
            answers += result.scalars()
            kept.append(result.context.cache_hit)
        await engine.dispose()
    assert answers == ["database 0", "database 1"]
    assert kept == [CacheStats.CACHE_MISS, CacheStats.CACHE_HIT]
